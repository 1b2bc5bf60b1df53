"""Readings: kept for ever, taken once, put right by another one only."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from billing.actions.usage import correct_reading, take_reading
from billing.errors import BadValue, ChangedMeanwhile, NotPossible, NotThere
from billing.models import UsageReading
from billing.queries.terms import counts_for
from billing.queries.usage import readings_of_council, uncounted_councils
from tenants.context import shared
from tests.factories.billing import make_contract, make_reading

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
OCTOBER = date(2026, 10, 1)


def take(council_id, count=40, month=OCTOBER, **given):
    values = {"how": "Asked the council.", "source": "hand", "by": None, "at": AT}
    return take_reading(council_id=council_id, month=month, count=count, **{**values, **given})


def correct(reading, count, **given):
    values = {"how": "Counted again.", "reason": "Leavers were counted.", "by": None, "at": AT}
    return correct_reading(reading_id=reading.id, count=count, **{**values, **given})


def test_the_same_number_again_is_the_reading_that_there_is(db):
    council = uuid4()
    with shared():
        assert take(council) == take(council)
        assert UsageReading.objects.count() == 1


def test_another_number_for_a_month_that_has_one_is_a_correction_and_not_a_reading(db):
    council = uuid4()
    with shared():
        take(council)
        with pytest.raises(NotPossible, match="40"):
            take(council, 41)


def test_a_reading_may_come_years_late(db):
    with shared():
        late = take(uuid4(), month=date(2024, 2, 1), counted_on=date(2024, 2, 29))
    assert late.taken_at == AT


def test_a_number_is_taken_on_a_day_that_has_begun_somewhere(db):
    """Eight in the morning of 1 December in Melbourne is still November in UTC."""
    morning, first = datetime(2026, 11, 30, 21, 0, tzinfo=UTC), date(2026, 12, 1)
    with shared():
        taken = take(uuid4(), counted_on=first, at=morning)
        assert take(uuid4(), month=first, at=morning).month == first
        assert correct(taken, 41, counted_on=first, at=morning).counted_on == first
        with pytest.raises(BadValue, match="not in the future"):
            take(uuid4(), counted_on=date(2026, 12, 2), at=morning)


def test_any_day_of_a_month_means_its_first(db):
    with shared():
        assert take(uuid4(), month=date(2026, 10, 31)).month == OCTOBER


def test_a_correction_is_in_force_and_what_it_corrects_is_kept(db):
    council = uuid4()
    with shared():
        wrong = take(council)
        right = correct(wrong, 38)
        assert counts_for([council], [OCTOBER])[council, OCTOBER].id == right.id
        lines = readings_of_council(council)
    assert [(line.count, line.is_in_force, line.reason) for line in lines] == [
        (38, True, "Leavers were counted."), (40, False, ""),
    ]  # fmt: skip


def test_a_correction_is_corrected_in_its_turn(db):
    council = uuid4()
    with shared():
        last = correct(correct(take(council), 38), 40)
        found = counts_for([council], [OCTOBER])
    assert found[council, OCTOBER].count == last.count == 40


def test_a_number_is_corrected_once(db):
    with shared():
        wrong = take(uuid4())
        correct(wrong, 38)
        with pytest.raises(ChangedMeanwhile, match="already"):
            correct(wrong, 39)


def test_of_two_who_take_a_month_at_once_one_does_and_both_have_the_same_reading(own_database):
    results = []

    def run():
        results.append(own_database.python(TAKE).stdout.strip())

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(results)) == 1
    assert own_database.sql("SELECT count(*) FROM shared.billing_usagereading") == [(1,)]


TAKE = """
from datetime import UTC, date, datetime
from uuid import UUID
from billing.actions.usage import take_reading
from tenants.context import shared
with shared():
    print(take_reading(council_id=UUID(int=9), month=date(2026, 10, 1), count=40, how="Counted.", source="console",
                       by=None, at=datetime(2026, 11, 2, tzinfo=UTC)).id)
"""


def test_a_reading_is_neither_changed_nor_deleted_by_the_service(db):
    with shared():
        reading = make_reading(uuid4(), OCTOBER, 40)
        reading.count = 4
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(using="console"):
            reading.save()
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(using="console"):
            UsageReading.objects.all().delete()
        reading.refresh_from_db()
    assert reading.count == 40


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"count": -1}, "count"),
        ({"count": 1_000_001}, "count"),
        ({"count": True}, "count"),
        ({"count": 2.5}, "count"),
        ({"month": date(2026, 12, 1)}, "month"),
        ({"month": date(226, 1, 1)}, "month"),
        ({"how": ""}, "how"),
        ({"how": "x" * 301}, "how"),
        ({"source": "guess"}, "source"),
        ({"counted_on": date(2026, 9, 30)}, "counted_on"),
        ({"counted_on": date(2026, 11, 3)}, "counted_on"),
    ],
)
def test_a_reading_that_can_t_be_is_refused_at_its_field(db, given, field):
    with shared(), pytest.raises(BadValue) as refused:
        take(uuid4(), **given)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"count": 40}, "count"),
        ({"count": -1}, "count"),
        ({"count": 3, "reason": " "}, "reason"),
        ({"count": 3, "how": ""}, "how"),
    ],
)
def test_a_correction_that_can_t_be_is_refused_at_its_field(db, given, field):
    with shared():
        wrong = take(uuid4())
        with pytest.raises(BadValue) as refused:
            correct(wrong, **given)
    assert refused.value.field == field


def test_a_reading_that_is_not_there_can_t_be_corrected(db):
    with shared(), pytest.raises(NotThere):
        correct(UsageReading(id=uuid4()), 3)


def test_the_councils_that_wait_are_those_under_contract_in_the_month_without_a_reading(db):
    with shared():
        counted, waits = make_contract(), make_contract()
        ended = make_contract(ends_on=date(2026, 9, 30))
        left = make_contract()
        left.councils.update(ends_on=date(2026, 9, 30))
        never = make_contract(ends_on=date(2026, 10, 20))
        never.councils.update(starts_on=date(2026, 10, 25))
        make_reading(counted.councils.get().council_id, OCTOBER, 0)
        assert uncounted_councils(OCTOBER) == (waits.councils.get().council_id,)
        assert ended.councils.get().council_id in uncounted_councils(date(2026, 9, 1))


def test_readings_of_many_councils_and_months_are_read_in_one_query(db, django_assert_num_queries):
    with shared():
        councils, months = [uuid4() for _ in range(5)], [date(2026, month, 1) for month in range(1, 7)]
        for council in councils:
            for month in months:
                make_reading(council, month, 7)
        with django_assert_num_queries(1, using="console"):
            assert len(counts_for(councils, months)) == 30
