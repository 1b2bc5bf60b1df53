"""The demonstration's operators: their codes are printed, and the schedule holds what a console needs alone."""

from __future__ import annotations

import re

import pytest
from django.core.management import CommandError, call_command

from tests.factories.console import ConsoleSite

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])


def test_an_invented_operator_signs_in_with_the_printed_code(db, settings, capsys):
    from core.accounts.actions.demonstration import PASSWORD

    with pytest.raises(CommandError, match="in a demonstration alone"):
        call_command("show_codes", "--console")
    settings.MODE, settings.SHOWS_CODES = "demo", True
    call_command("load_operators")
    call_command("show_operators", "--port", "8123")
    said = capsys.readouterr().out
    assert "http://console.localhost:8123/" in said
    assert "audrey@operators.example" in said
    call_command("show_codes", "--console", "olive@operators.example")
    code = re.search(r"^(\d{6})  olive@operators\.example", capsys.readouterr().out, re.MULTILINE)[1]
    browser = ConsoleSite()
    browser.post("/sign-in", {"email": "olive@operators.example", "password": PASSWORD})
    assert browser.post("/sign-in/code", {"code": code})["Location"] == "/"
    assert "Olive Operator" in browser.get("/").content.decode()


def test_what_the_console_needs_is_on_the_schedule(settings):
    tasks = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {
        "console.sync", "console.follow_orders", "console.expire_proposals", "console.delete_due",
        "notices.drain_shared_outbox", "accounts.sweep_shared",
    } <= tasks  # fmt: skip


def test_orders_under_way_are_followed(console):
    """Against a deployment that is away: nothing changes, and nothing is raised."""
    from console.models import Order
    from console.tasks import delete_due, expire_proposals, follow_orders
    from core import clock
    from tenants.context import shared

    council = console.council()
    with shared():
        Order.objects.create(council=council, kind="export", state="running", is_sent=True, placed_at=clock.now())
    for task in (follow_orders, expire_proposals, delete_due):
        task()
    with shared():
        assert Order.objects.get().state == "running"
