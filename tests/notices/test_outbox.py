"""The outbox: what was asked for happens, once, whatever goes away in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core.notices.actions import queue, queue_mail
from core.notices.models import OutboxItem
from core.notices.outbox import LEASE, LONGEST_WAIT, claim, drain, wait_after
from tenants.context import inside
from tenants.waking import HEADER, wake

START = "2026-03-02T09:00:00Z"


class Broken(EmailBackend):
    """A mail server that is away."""

    def send_messages(self, _messages):
        raise ConnectionRefusedError


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def ask(council, text: str = "Hello") -> OutboxItem:
    with inside(council):
        return queue_mail(to="worker@agency.example", subject="A subject\r\nBcc: all@agency.example", text=text)


def test_a_mail_goes_out_once_and_its_text_is_not_kept(amber, clock):
    item = ask(amber)
    assert drain(amber) == 1
    assert drain(amber) == 0
    [sent] = mail.outbox
    assert sent.to == ["worker@agency.example"]
    assert "\n" not in sent.subject
    assert sent.bcc == []
    with inside(amber):
        item.refresh_from_db()
    assert item.done_at is not None
    assert item.payload == {}


def test_a_mail_server_that_is_away_delays_and_loses_nothing(amber, clock, settings):
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Broken"
    item = ask(amber)
    assert drain(amber) == 0
    assert drain(amber) == 0
    with inside(amber):
        item.refresh_from_db()
    assert (item.attempts, item.error, item.done_at) == (1, "ConnectionRefusedError", None)
    settings.EMAIL_BACKEND = backend
    clock.shift(LEASE)
    assert drain(amber) == 1
    assert len(mail.outbox) == 1


def test_one_item_that_fails_does_not_hold_up_the_others(amber, clock):
    with inside(amber):
        queue(kind="unheard.of", payload={})
    clock.shift(timedelta(seconds=1))
    ask(amber)
    assert drain(amber) == 1
    assert len(mail.outbox) == 1


def test_what_is_asked_for_in_a_deed_that_fails_does_not_happen(amber):
    with pytest.raises(RuntimeError), inside(amber):
        queue_mail(to="worker@agency.example", subject="s", text="t")
        raise RuntimeError
    assert drain(amber) == 0


def test_a_claimed_item_is_left_alone_until_its_lease_is_over(amber, clock):
    ask(amber)
    with inside(amber):
        assert claim() is not None
    with inside(amber):
        assert claim() is None
    clock.shift(LEASE)
    with inside(amber):
        assert claim() is not None


def test_two_drainers_never_hold_the_same_item(amber):
    ask(amber)
    from django.test.utils import CaptureQueriesContext

    with inside(amber), CaptureQueriesContext(connection) as captured:
        claim()
    assert any("FOR UPDATE SKIP LOCKED" in query["sql"] for query in captured.captured_queries)


def test_one_council_s_outbox_is_not_another_s(amber, birch):
    ask(amber)
    assert drain(birch) == 0
    assert drain(amber) == 1


@given(st.integers(min_value=1, max_value=10_000))
def test_waits_grow_to_a_limit(attempts):
    assert LEASE <= wait_after(attempts) <= wait_after(attempts + 1) <= LONGEST_WAIT


@pytest.fixture(autouse=True)
def broker_may_be_there(monkeypatch):
    monkeypatch.setattr("tenants.waking._not_before", 0.0)


def test_a_broker_that_is_away_is_no_error_and_is_left_alone_for_a_while(amber, caplog, monkeypatch):
    assert wake("notices.drain_outbox", amber) is False
    assert "broker_unreachable" in caplog.text
    knocks = []
    monkeypatch.setattr("tenants.waking.current_app.send_task", lambda *given, **options: knocks.append(given))
    assert wake("notices.drain_outbox", amber) is False
    monkeypatch.setattr("tenants.waking._not_before", 0.0)
    assert wake("notices.drain_outbox", amber) is True
    assert len(knocks) == 1


def test_the_drainer_is_called_for_the_council_that_asked(amber, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr("tenants.waking.current_app.send_task", lambda name, **options: sent.append((name, options)))
    with django_capture_on_commit_callbacks(execute=True):
        ask(amber)
    [(name, options)] = sent
    assert name == "notices.drain_outbox"
    assert options["headers"] == {HEADER: amber.schema_name}


def test_a_fan_out_wakes_every_council(amber, birch, coral, monkeypatch):
    from tenants.tasks import every_council

    sent = []
    monkeypatch.setattr("tenants.tasks.wake", lambda task, council: sent.append((task, council.host)))
    every_council("notices.drain_outbox")
    assert {("notices.drain_outbox", council.host) for council in (amber, birch, coral)} <= set(sent)


def test_the_task_drains_the_council_of_its_message(amber, birch):
    from core.notices.tasks import drain_outbox

    ask(amber)
    for council, expected in ((birch, 0), (amber, 1)):
        drain_outbox.push_request(headers={HEADER: council.schema_name})
        try:
            drain_outbox()
        finally:
            drain_outbox.pop_request()
        assert len(mail.outbox) == expected
