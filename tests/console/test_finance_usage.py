"""Usage from the console's window: taken as deployments counted it, entered and corrected by finance."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from billing.models import UsageReading
from console.actions.finance.usage import correct_reading, enter_reading, take_month, take_usage
from console.errors import NotPermitted
from tenants.context import shared
from tests.console.conftest import log_slugs
from tests.factories.billing import make_contract, make_reading

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

OCTOBER = date(2026, 10, 1)


@pytest.fixture
def council(console):
    """A council of the console's, under contract."""
    found = console.council("Larch")
    with shared():
        make_contract(council_ids=[found.id])
    return found


@pytest.fixture
def now(monkeypatch):
    """Sets the clock."""

    def set_to(day: int, month: int = 11) -> None:
        monkeypatch.setattr("core.clock.now", lambda: datetime(2026, month, day, 4, 30, tzinfo=UTC))
        monkeypatch.setattr("core.clock.today", lambda: date(2026, month, day))

    set_to(2)
    return set_to


def reported(council, day: int, **numbers: object) -> None:
    """What its deployment reported of a day in October."""
    from console.models import Reading

    at = datetime(2026, 10, day, 23, 50, tzinfo=UTC)
    Reading.objects.create(council=council, on=date(2026, 10, day), numbers=numbers, counted_at=at, received_at=at)


def test_the_month_s_last_number_is_taken_with_how_it_was_counted(council, now):
    with shared():
        reported(council, 30, active_practitioners=41, practitioners=60)
        reported(council, 31, active_practitioners=42, practitioners=60)
        assert take_month(OCTOBER, last_try=False) == 1
        reading = UsageReading.objects.get()
    assert (reading.count, reading.source, reading.counted_on) == (42, "console", date(2026, 10, 31))
    assert "within 30 days on 31 October 2026" in reading.how
    assert log_slugs() == ["console.usage.taken"]


def test_taking_again_takes_only_what_is_missing(council, now):
    with shared():
        reported(council, 31, active_practitioners=42)
        assert take_month(OCTOBER, last_try=False) == 1
        assert take_month(OCTOBER, last_try=True) == 0
        assert UsageReading.objects.count() == 1


def test_a_number_entered_by_hand_before_is_left_as_it_is(council, now):
    with shared():
        make_reading(council.id, OCTOBER, 7)
        reported(council, 31, active_practitioners=42)
        assert take_month(OCTOBER, last_try=True) == 0
        assert UsageReading.objects.get().count == 7


def test_fewer_than_five_are_hidden_and_billed_as_none_in_words(council, now):
    with shared():
        reported(council, 31, active_practitioners=None, practitioners=None)
        take_month(OCTOBER, last_try=False)
        reading = UsageReading.objects.get()
    assert reading.count == 0
    assert "Fewer than 5" in reading.how


def test_a_number_hidden_since_nearly_all_were_active_is_that_of_the_newest_day_that_has_one(council, now):
    with shared():
        reported(council, 20, active_practitioners=52, practitioners=60)
        reported(council, 31, active_practitioners=None, practitioners=60)
        assert take_month(OCTOBER, last_try=False) == 0
        assert take_month(OCTOBER, last_try=True) == 1
        reading = UsageReading.objects.get()
    assert (reading.count, reading.counted_on) == (52, date(2026, 10, 20))


def test_a_number_hidden_all_month_in_a_large_council_waits_for_somebody_to_ask(council, now):
    with shared():
        reported(council, 31, active_practitioners=None, practitioners=60)
        assert take_month(OCTOBER, last_try=True) == 0
        assert not UsageReading.objects.exists()


@pytest.mark.parametrize(
    "numbers", [{}, {"active_practitioners": "many"}, {"active_practitioners": -3}, {"active_practitioners": 2.5}]
)
def test_what_is_no_number_is_not_taken(council, now, numbers):
    with shared():
        reported(council, 31, **numbers)
        assert take_month(OCTOBER, last_try=True) == 0


def test_a_deployment_that_was_away_is_waited_for_until_the_fifth(council, now):
    with shared():
        reported(council, 28, active_practitioners=40)
    for day in (1, 4):
        now(day)
        take_usage()
        with shared():
            assert not UsageReading.objects.exists()
    now(5)
    take_usage()
    with shared():
        assert UsageReading.objects.get().counted_on == date(2026, 10, 28)


def test_numbers_of_another_month_are_not_taken(council, now):
    with shared():
        reported(council, 31, active_practitioners=42)
        assert take_month(date(2026, 9, 1), last_try=True) == 0


def test_a_council_without_a_contract_is_not_counted(console, now):
    other = console.council("Rowan")
    with shared():
        reported(other, 31, active_practitioners=42)
        assert take_month(OCTOBER, last_try=True) == 0


def test_a_month_is_taken_in_as_many_queries_whatever_the_days(council, now, django_assert_max_num_queries):
    with shared():
        for day in range(1, 32):
            reported(council, day, active_practitioners=42)
        with django_assert_max_num_queries(12, using="console"):
            take_month(OCTOBER, last_try=True)


def test_finance_enters_and_corrects_and_the_log_says_so(console, council, now):
    by = console.ref("Fay Finance", "finance")
    with shared():
        wrong = enter_reading(council_id=council.id, month=OCTOBER, count=40, how="Asked.", by=by)
        right = correct_reading(reading_id=wrong.id, count=38, how="Asked again.", reason="Leavers.", by=by)
    assert (wrong.taken_by_id, right.taken_by_id, right.corrects_id) == (by.id, by.id, wrong.id)
    assert sorted(log_slugs()) == ["console.usage.corrected", "console.usage.entered"]


@pytest.mark.parametrize("role", ["operator", "auditor"])
def test_nobody_else_enters_corrects_or_takes(console, council, now, role):
    by = console.ref("Otto Other", role)
    with shared():
        reading = make_reading(council.id, OCTOBER, 40)
        for act in (
            lambda: enter_reading(council_id=council.id, month=OCTOBER, count=40, how="Asked.", by=by),
            lambda: correct_reading(reading_id=reading.id, count=38, how="A.", reason="B.", by=by),
            lambda: take_month(OCTOBER, last_try=True, by=by),
        ):
            with pytest.raises(NotPermitted):
                act()
        assert UsageReading.objects.count() == 1
