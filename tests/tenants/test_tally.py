"""Requests counted in memory and written once a minute: opaque ids and counts, and no request fails over it."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import OperationalError
from hypothesis import given
from hypothesis import strategies as st

from tenants import tally as module
from tenants.context import shared
from tenants.models import RequestTally
from tenants.tally import BANDS_MS, Tally, percentile, summary_of


@pytest.fixture(autouse=True)
def _every_minute(settings):
    settings.TALLY_SECONDS = 60


def rows():
    with shared():
        return list(
            RequestTally.objects.order_by("hour").values("council_id", "requests", "errors", "bands", "process")
        )


@pytest.mark.django_db(databases=["default", "router", "console"])
def test_whole_totals_are_written_and_writing_twice_changes_nothing(amber, birch):
    tally = Tally()
    tally.add(amber.id, seconds=0.02, failed=False)
    tally.add(amber.id, seconds=0.9, failed=True)
    tally.add(birch.id, seconds=99, failed=False)
    assert tally.write()
    assert tally.write()
    tally.add(amber.id, seconds=0.02, failed=False)
    assert tally.write()
    found = {row["council_id"]: row for row in rows()}
    assert (found[amber.id]["requests"], found[amber.id]["errors"]) == (3, 1)
    assert sum(found[amber.id]["bands"]) == 3
    assert found[birch.id]["bands"][-1] == 1
    assert len(found[amber.id]["process"]) == 16


def test_an_hour_is_a_line_of_its_own(amber):
    from django.utils import timezone

    tally, begun = Tally(), timezone.now().replace(minute=59, second=0, microsecond=0)
    with time_machine.travel(begun, tick=False):
        tally.add(amber.id, seconds=0.01, failed=False)
    with time_machine.travel(begun + timedelta(minutes=2), tick=False):
        tally.add(amber.id, seconds=0.01, failed=False)
        assert tally.write()
    assert [row["requests"] for row in rows()] == [1, 1]


def test_a_database_that_is_away_loses_nothing_but_time(amber, monkeypatch):
    tally = Tally()
    tally.add(amber.id, seconds=0.01, failed=False)

    def away(**_kwargs):
        raise OperationalError("away")

    with monkeypatch.context() as broken:
        broken.setattr(module, "shared", away)
        assert not tally.write()
    tally.add(amber.id, seconds=0.01, failed=False)
    assert tally.write()
    assert [row["requests"] for row in rows()] == [2]


def test_a_council_that_was_deleted_meanwhile_is_left_out(amber):
    tally = Tally()
    tally.add(uuid4(), seconds=0.01, failed=False)
    tally.add(amber.id, seconds=0.01, failed=False)
    assert tally.write()
    assert [row["council_id"] for row in rows()] == [amber.id]


def test_it_is_due_once_a_minute_and_not_at_all_when_switched_off(amber, settings, monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    tally = Tally()
    tally.add(amber.id, seconds=0.01, failed=False)
    assert not tally.is_due()
    now[0] += 61
    assert tally.is_due()
    assert not tally.is_due()
    now[0] += 61
    settings.TALLY_SECONDS = 0
    assert not tally.is_due()


def test_a_request_is_counted_for_its_council_and_written_after_its_scope_has_closed(site, amber, monkeypatch):
    fresh = Tally()
    monkeypatch.setattr(module, "tally", fresh)
    monkeypatch.setattr(fresh, "is_due", lambda: True)
    assert site.get("/sign-in").status_code == 200
    assert site.get("/nowhere").status_code == 404
    assert [(row["council_id"], row["requests"], row["errors"]) for row in rows()] == [(amber.id, 2, 0)]


def test_a_host_that_is_nobodys_is_counted_for_nobody(client, db, monkeypatch):
    fresh = Tally()
    monkeypatch.setattr(module, "tally", fresh)
    assert client.get("/", headers={"host": "nobody.localhost"}).status_code == 404
    assert not fresh.is_due()
    assert fresh.write()


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=60))
def test_ninety_five_of_a_hundred_are_not_slower_than_the_band_that_is_told(milliseconds):
    from bisect import bisect_left

    bands = [0] * (len(BANDS_MS) + 1)
    for one in milliseconds:
        bands[bisect_left(BANDS_MS, one)] += 1
    edge = percentile(bands, 95)
    if edge is None:
        assert sum(one > BANDS_MS[-1] for one in milliseconds) * 100 > 5 * len(milliseconds)
    else:
        assert sum(one <= edge for one in milliseconds) * 100 >= 95 * len(milliseconds)


def test_nothing_is_told_of_a_day_without_a_request():
    assert summary_of([]) == {"requests": 0, "errors": 0, "p95_ms": None}
