"""Counting a council: numbers without small ones, facts without names, left outside for the console, at a steady cost."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django_otp.plugins.otp_totp.models import TOTPDevice

from core import clock
from core.accounts.models import User
from core.consent.actions_policy import record_first_policy
from core.consent.packs_in_use import packs
from core.consent.policy import starting_policy
from core.council.models import ReleaseOffer, SupportGrant
from core.insight.actions import count
from core.insight.queries import facts, numbers, unless_few
from core.notices.actions import queue_mail
from tenants.context import inside, shared
from tenants.models import CouncilFacts, CouncilReading, RequestTally
from tests.factories import make_client, make_involvement, make_practitioner, make_service, make_user, make_viewer
from tests.factories.counting import own_statements

CANARY = "Zzyzxcanary"


def people(number: int) -> None:
    service = make_service()
    for _number in range(number):
        viewer = make_viewer(service, given_name=CANARY, family_name=CANARY)
        User.objects.filter(id=viewer.user_id).update(last_login=clock.now())
        make_involvement(make_client(CANARY, CANARY), viewer)


@pytest.mark.parametrize(("number", "told"), [(0, 0), (1, None), (4, None), (5, 5), (400, 400)])
def test_a_count_that_could_pick_somebody_out_is_none(number, told):
    assert unless_few(number) == told


def test_people_are_counted_and_below_five_not_even_that(in_amber):
    people(4)
    few = numbers()
    assert [few[name] for name in ("practitioners", "active_practitioners", "clients", "involvements")] == [None] * 4
    assert few["fresh_share"] is None
    people(3)
    many = numbers()
    assert [many[name] for name in ("practitioners", "active_practitioners", "clients", "involvements")] == [7] * 4
    assert many["fresh_share"] == 1.0
    assert many["storage_bytes"] > 100_000


def test_only_who_signed_in_lately_is_active_and_only_what_was_confirmed_in_time_is_fresh(in_amber):
    people(10)
    User.objects.filter(id__in=list(User.objects.values_list("id", flat=True)[:5])).update(
        last_login=clock.now() - timedelta(days=31)
    )
    from core.network.models import Involvement

    stale = list(Involvement.objects.values_list("id", flat=True)[:5])
    Involvement.objects.filter(id__in=stale).update(confirmed_on=clock.today() - timedelta(days=4000))
    counted = numbers()
    assert (counted["active_practitioners"], counted["fresh_share"]) == (5, 0.5)
    Involvement.objects.filter(id__in=stale).update(ended_on=clock.today(), end_reason="need_met")
    assert (numbers()["involvements"], numbers()["fresh_share"]) == (5, 1.0)


def test_what_waits_is_counted_with_its_age(in_amber):
    assert (numbers()["backlog"], numbers()["backlog_minutes"]) == (0, 0)
    item = queue_mail(to="a@agency.example", subject="x", text="x")
    item.created_at = clock.now() - timedelta(minutes=7, seconds=5)
    item.save()
    assert (numbers()["backlog"], numbers()["backlog_minutes"]) == (1, 7)


def test_the_facts_say_what_the_console_waits_on_and_name_nobody(in_amber):
    assert facts() == {
        "has_administrator_with_second_factor": False, "has_policy": False, "policy_pack_version": "",
        "policy_pack_checksum": "", "offers": {}, "support": {},
    }  # fmt: skip
    admin = make_user(f"{CANARY}@council.example", roles=("council_admin",))
    assert not facts()["has_administrator_with_second_factor"]
    TOTPDevice.objects.create(user=admin, name="x", confirmed=True)
    record_first_policy(pack=packs()["gb-eng"], tightening=starting_policy(packs()["gb-eng"]).tightening, by=admin)
    offer, asked, over = uuid4(), uuid4(), uuid4()
    ReleaseOffer.objects.create(release_id=offer, kind="pack", received_at=clock.now(), state="adopted")
    common = {"operator_name": CANARY, "reason": CANARY, "hours": 1, "asked_at": clock.now()}
    SupportGrant.objects.create(request_id=asked, **common)
    SupportGrant.objects.create(
        request_id=over, state="granted", decided_at=clock.now(), until=clock.now() - timedelta(seconds=1), **common
    )
    told = facts()
    assert told["has_administrator_with_second_factor"]
    assert told["has_policy"]
    assert told["policy_pack_version"] == packs()["gb-eng"].ref
    assert told["offers"] == {str(offer): "adopted"}
    assert told["support"] == {str(asked): "asked", str(over): "ended"}
    assert CANARY.casefold() not in json.dumps(told).casefold()
    User.objects.filter(id=admin.id).update(is_active=False)
    assert not facts()["has_administrator_with_second_factor"]


def test_a_counted_council_leaves_a_reading_and_its_facts_outside_and_no_name_in_either(amber):
    with inside(amber):
        people(6)
        admin = make_user(f"{CANARY}@council.example", roles=("council_admin",))
        make_practitioner(make_service(), given_name=CANARY, family_name=CANARY, desk_phone="+441632960555")
        assert admin.email
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    with shared():
        bands = [0, 0, 90, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0]
        RequestTally.objects.create(council_id=amber.id, hour=hour, process="a", requests=100, errors=2, bands=bands)
        RequestTally.objects.create(
            council_id=amber.id, hour=hour - timedelta(days=40), process="a", requests=9, errors=9, bands=bands
        )
    count(amber)
    count(amber)
    with shared():
        reading = CouncilReading.objects.get(council_id=amber.id)
        left = CouncilFacts.objects.get(council_id=amber.id)
        assert RequestTally.objects.filter(council_id=amber.id).count() == 1
        assert (reading.numbers["requests"], reading.numbers["errors"], reading.numbers["p95_ms"]) == (100, 2, 300)
        assert reading.numbers["clients"] == 6
        assert set(left.template) == {
            "service_types", "agencies", "roles", "words", "tightening", "help_contact", "theme",
        }  # fmt: skip
        everything = json.dumps([reading.numbers, left.facts, left.template]).casefold()
    assert CANARY.casefold() not in everything
    assert "960555" not in everything


def test_a_bigger_council_costs_no_more_statements(in_amber):
    def statements() -> int:
        with own_statements() as own:
            numbers()
            facts()
        return len(own)

    people(1)
    statements()
    before = statements()
    people(6)
    assert statements() == before <= 12


def test_the_job_is_scheduled_and_asked_for_when_a_fact_changes(amber, monkeypatch, django_capture_on_commit_callbacks):
    from django.conf import settings

    from tenants import waking

    asked = []
    monkeypatch.setattr(waking, "wake", lambda task, council: asked.append((task, council.schema_name)))
    planned = {tuple(entry.get("args", [])) for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert (settings.FACTS_TASK,) in planned
    with django_capture_on_commit_callbacks(execute=True), inside(amber):
        record_first_policy(pack=packs()["gb-eng"], tightening=starting_policy(packs()["gb-eng"]).tightening, by=None)
    assert asked == [("insight.count", amber.schema_name)]
