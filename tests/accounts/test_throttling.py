"""The rules of waiting: for any order of tries, guessing stops, and nobody is locked out for good."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.accounts.choices import Counter
from core.accounts.throttling import Count, after_failure, delay_after, is_blocked

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
FIVE_MINUTES = timedelta(minutes=5)

pauses = st.lists(st.integers(min_value=0, max_value=1_300), min_size=1, max_size=120)


def admitted(kind: Counter, gaps: list[int]) -> list[datetime]:
    """When tries were let through, for someone who tries after each of these pauses (in seconds) and always fails."""
    count: Count | None = None
    now, through = START, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        if not is_blocked(count, now):
            through.append(now)
            count = after_failure(kind, count, now)
    return through


def most_within(moments: list[datetime], stretch: timedelta) -> int:
    return max(sum(1 for other in moments if start <= other < start + stretch) for start in moments)


@given(pauses)
def test_one_place_gets_at_most_five_tries_at_an_account_in_five_minutes(gaps):
    assert most_within(admitted(Counter.PAIR, gaps), FIVE_MINUTES) <= 5


@given(pauses)
def test_all_unknown_places_together_get_at_most_ten_tries_at_an_account_in_five_minutes(gaps):
    assert most_within(admitted(Counter.ACCOUNT, gaps), FIVE_MINUTES) <= 10


@given(st.lists(st.integers(min_value=0, max_value=20), min_size=1, max_size=300))
def test_one_network_address_gets_at_most_a_hundred_tries_in_five_minutes(gaps):
    assert most_within(admitted(Counter.NETWORK, gaps), FIVE_MINUTES) <= 100


@given(pauses)
def test_one_place_alone_never_fills_the_account_counter(gaps):
    count: Count | None = None
    for moment in admitted(Counter.PAIR, gaps):
        assert not is_blocked(count, moment)
        count = after_failure(Counter.ACCOUNT, count, moment)
    assert count is None or count.blocked_until is None


@given(st.lists(st.integers(min_value=0, max_value=40_000), min_size=1, max_size=120))
def test_someone_who_has_the_password_alone_gets_at_most_twenty_codes_a_day_from_unknown_places(gaps):
    assert most_within(admitted(Counter.CODE_ACCOUNT, gaps), timedelta(hours=24)) <= 20


@given(st.lists(st.integers(min_value=0, max_value=40_000), min_size=1, max_size=120))
def test_one_place_alone_never_fills_the_counter_of_codes(gaps):
    tries = admitted(Counter.CODE_PAIR, gaps)
    assert most_within(tries, timedelta(hours=24)) < 20


@given(st.sampled_from(list(Counter)), st.integers(min_value=0, max_value=10_000))
def test_no_delay_is_for_ever(kind, failures):
    count: Count | None = None
    for number in range(min(failures, 60) + 1):
        count = after_failure(kind, count, START + timedelta(seconds=number))
    longest = timedelta(hours=24, minutes=2)
    assert count.blocked_until is None or count.blocked_until - START <= longest


@pytest.mark.parametrize("kind", [Counter.PAIR, Counter.CODE_PAIR])
def test_a_slip_or_two_costs_nothing_and_delays_never_shrink(kind):
    delays = [delay_after(kind, failures) for failures in range(40)]
    assert delays[:3] == [timedelta(0)] * 3
    assert delays == sorted(delays)


def test_a_quiet_quarter_of_an_hour_after_the_last_delay_is_a_fresh_start():
    count = None
    for _failure in range(5):
        count = after_failure(Counter.PAIR, count, START)
    again = after_failure(Counter.PAIR, count, count.blocked_until + timedelta(minutes=15))
    assert again.failures == 1
    assert again.blocked_until is None
