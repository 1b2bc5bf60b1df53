"""Days, months and shares of them: any split of a period adds up to the whole, to the penny."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.money import total
from billing.periods import Period, add_months, day_share, month_fee, month_of

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure

days = st.dates(date(2015, 1, 1), date(2090, 12, 31))
amounts = st.decimals(min_value=0, max_value=99_999_999, places=2)


@st.composite
def split_periods(draw):
    """A period of up to two years, and the same cut into parts at random days."""
    first = draw(days)
    whole = Period(first, first + timedelta(days=draw(st.integers(0, 730))))
    cuts = draw(st.sets(st.integers(1, max(1, whole.days - 1)), max_size=12))
    starts = [whole.first, *(whole.first + timedelta(days=cut) for cut in sorted(cuts) if cut < whole.days)]
    ends = [start - timedelta(days=1) for start in starts[1:]] + [whole.last]
    return whole, [Period(start, end) for start, end in zip(starts, ends, strict=True)]


@UNHURRIED
@given(amounts, split_periods())
def test_shares_of_any_split_of_a_period_add_up_to_the_whole(amount, split):
    whole, parts = split
    assert total(day_share(amount, part, whole) for part in parts) == amount


@UNHURRIED
@given(amounts, split_periods())
def test_a_share_is_within_a_penny_of_its_days(amount, split):
    whole, parts = split
    for part in parts:
        assert abs(day_share(amount, part, whole) - amount * part.days / whole.days) <= Decimal("0.01")


@UNHURRIED
@given(st.decimals(min_value=0, max_value=99_999_999, places=2), st.integers(2016, 2090))
def test_twelve_months_of_a_yearly_fee_make_the_fee(yearly, year):
    fees = [month_fee(yearly, date(year, month, 1)) for month in range(1, 13)]
    assert total(fees) == yearly
    assert max(fees) - min(fees) <= Decimal("0.01")


def test_a_share_of_days_that_are_no_part_of_the_period_is_refused():
    january = month_of(date(2026, 1, 9))
    with pytest.raises(ValueError, match="no part"):
        day_share(Decimal(100), Period(date(2026, 1, 31), date(2026, 2, 1)), january)


def test_a_period_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="before it begins"):
        Period(date(2026, 3, 1), date(2026, 2, 28))


@pytest.mark.parametrize(
    ("day", "months", "there"),
    [
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 1, 1), -12, date(2025, 1, 1)),
    ],
)
def test_so_many_months_later_is_the_same_day_or_the_last_of_a_shorter_month(day, months, there):
    assert add_months(day, months) == there


@UNHURRIED
@given(days)
def test_a_day_lies_in_its_month_and_the_next_month_follows_at_once(day):
    month = month_of(day)
    assert month.first <= day <= month.last
    assert month.last + timedelta(days=1) == add_months(month.first, 1)


def test_february_of_a_leap_year_has_its_twenty_ninth():
    assert month_of(date(2028, 2, 3)).days == 29
    assert month_of(date(2026, 2, 3)).days == 28


@UNHURRIED
@given(split_periods())
def test_the_months_of_a_period_are_those_it_touches_and_no_other(split):
    whole, _parts = split
    months = list(whole.months())
    assert months == sorted({(whole.first + timedelta(days=n)).replace(day=1) for n in range(whole.days)})
