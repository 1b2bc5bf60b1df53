"""Each law's clock: the arithmetic of the regimes' sections 3.6 and 4.5, and rules that hold for every day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.consent.deadlines import Count, DeadlineUnknown, Period, deadline_problem, read_deadline, read_extensions
from core.consent.pack import Right
from core.consent.pack_loading import load_packs
from core.rights.clocks import HolidaysUnknown, due_on, extensions_left, starts_on, working_days, years_after

PACKS = load_packs()
ENGLAND, VICTORIA, NEW_ZEALAND = (working_days(key) for key in ("GB-ENG", "AU-VIC", "NZ"))
DAYS = st.dates(date(2020, 1, 1), date(2045, 12, 31))
ROLLING = ["1 month", "30 days_after", "45 days", "20 working_days", "2 months"]


def right(deadline: str, extend: str | None = None, starts: str = "receipt") -> Right:
    return Right(code="access", deadline=deadline, extend=extend, starts=starts, effective_from=None, source="A law")


def of(pack: str, code: str) -> Right:
    return next(one for one in PACKS[pack].rights if one.code == code)


@pytest.mark.parametrize(
    ("pack", "code", "received", "due"),
    [
        ("gb-eng", "access", date(2027, 1, 31), date(2027, 3, 1)),  # 28 February 2027 is a Sunday
        ("gb-eng", "access", date(2026, 11, 20), date(2026, 12, 21)),  # 20 December 2026 is a Sunday
        ("gb-eng", "complaint_acknowledge", date(2026, 7, 1), date(2026, 7, 30)),
        ("au-vic", "access_foi", date(2027, 1, 8), date(2027, 2, 8)),  # 7 February 2027 is a Sunday
    ],
)
def test_the_arithmetic_of_the_regimes(pack, code, received, due):
    calendar = working_days(PACKS[pack].locale.holidays)
    assert due_on(of(pack, code), received, calendar) == due


@pytest.mark.parametrize(
    ("words", "received", "calendar", "due"),
    [
        ("1 month", date(2028, 1, 31), ENGLAND, date(2028, 2, 29)),  # a leap year
        ("1 month", date(2027, 11, 25), ENGLAND, date(2027, 12, 29)),  # Christmas Day is a Saturday, with its substitutes
        ("1 month", date(2027, 2, 26), ENGLAND, date(2027, 3, 30)),  # Good Friday to Easter Monday
        ("45 days", date(2026, 11, 20), VICTORIA, date(2027, 1, 4)),
        ("30 days_after", date(2026, 12, 27), VICTORIA, date(2027, 1, 27)),  # 26 January is Australia Day
        ("20 working_days", date(2027, 1, 18), NEW_ZEALAND, date(2027, 2, 16)),  # 8 February: Waitangi Day observed
        ("30 days_inclusive", date(2026, 7, 4), ENGLAND, date(2026, 8, 2)),  # a Sunday: not put off
    ],
)  # fmt: skip
def test_month_ends_leap_years_and_holidays(words, received, calendar, due):
    assert due_on(right(words), received, calendar) == due


def test_two_more_months_are_counted_from_the_first_day():
    access = of("gb-eng", "access")
    (two_months,) = extensions_left(access, ())
    assert due_on(access, date(2027, 1, 31), ENGLAND, extended_by=[two_months]) == date(2027, 4, 30)
    assert extensions_left(access, [two_months.ground]) == ()


def test_an_agreed_extension_can_be_repeated_and_consultation_cannot():
    foi = of("au-vic", "access_foi")
    consultation, agreed = extensions_left(foi, ())
    assert (consultation.period.number, consultation.ground, consultation.is_repeatable) == (15, "consultation", False)
    assert (agreed.period.number, agreed.ground, agreed.is_repeatable) == (30, "by agreement", True)
    assert extensions_left(foi, ["consultation", "by agreement"]) == (agreed,)
    assert due_on(foi, date(2027, 1, 8), VICTORIA, extended_by=[consultation, agreed, agreed]) == date(2027, 4, 23)


def test_a_clock_waits_for_identity_and_for_a_clear_request_where_the_law_says_so():
    access, objection = of("gb-eng", "access"), of("gb-eng", "rectification_erasure_restriction_objection")
    received, proved, clear = date(2027, 1, 4), date(2027, 1, 8), date(2027, 1, 12)

    def first(of_right, identity=None, unclear=False, clarified=None):
        return starts_on(
            of_right, received_on=received, identity_proved_on=identity, is_unclear=unclear, clarified_on=clarified
        )

    assert first(access) is None
    assert first(access, proved) == proved
    assert first(access, proved, unclear=True) is None
    assert first(access, proved, unclear=True, clarified=clear) == clear
    assert first(objection) == received


@given(received=DAYS, words=st.sampled_from(ROLLING), calendar=st.sampled_from([ENGLAND, VICTORIA, NEW_ZEALAND]))
def test_it_is_never_due_on_a_day_off_nor_before_the_first_day(received, words, calendar):
    due = due_on(right(words), received, calendar)
    assert due in calendar
    assert due > received


@given(
    received=DAYS,
    later=st.integers(0, 400),
    words=st.sampled_from([*ROLLING, "30 days_inclusive"]),
    calendar=st.sampled_from([ENGLAND, VICTORIA, NEW_ZEALAND]),
)
def test_who_asks_later_is_never_answered_sooner(received, later, words, calendar):
    asked = right(words)
    assert due_on(asked, received + timedelta(days=later), calendar) >= due_on(asked, received, calendar)


@given(received=DAYS, words=st.sampled_from(["1 month", "30 days_after", "20 working_days"]))
def test_an_extension_never_shortens(received, words):
    extended = right(words, "2 months; 15 days consultation; 5 working_days more, repeatable")
    before = due_on(extended, received, ENGLAND)
    for one in extensions_left(extended, ()):
        assert due_on(extended, received, ENGLAND, extended_by=[one]) > before


@given(received=DAYS)
def test_a_month_is_over_at_least_28_days_later_and_is_put_off_a_few_days_at_most(received):
    assert 28 <= (due_on(right("1 month"), received, ENGLAND) - received).days <= 31 + 5


@given(received=st.dates(date(2026, 3, 20), date(2026, 4, 5)) | st.dates(date(2026, 10, 20), date(2026, 11, 1)))
def test_the_changing_of_the_clocks_has_no_say(received):
    assert due_on(right("30 days_inclusive"), received, ENGLAND) == received + timedelta(days=29)


@given(day=DAYS, years=st.integers(0, 80))
def test_years_never_end_early(day, years):
    end = years_after(day, years)
    assert end.year == day.year + years
    assert (end.month, end.day) >= (day.month, day.day)


@pytest.mark.parametrize(
    "words", ["soon", "1 moon", "0 days", "-3 days", "days", "1 month and a bit", "", "1  month", "30 Days"]
)
def test_words_nobody_can_count_by_are_refused(words):
    with pytest.raises(DeadlineUnknown):
        read_deadline(words)
    assert words in deadline_problem(words, None)


def test_an_extension_in_unknown_words_is_refused():
    assert "30 fortnights" in deadline_problem("1 month", "2 months; 30 fortnights")
    assert deadline_problem("1 month", "2 months") == ""
    assert read_extensions(None) == ()
    assert read_deadline("20 working_days") == Period(20, Count.WORKING_DAYS)


@pytest.mark.parametrize("key", ["GB-XYZ", "ZZ", "", "england"])
def test_a_calendar_that_nobody_keeps_is_refused(key):
    with pytest.raises(HolidaysUnknown):
        working_days(key)


def test_every_right_of_every_pack_can_be_counted():
    for pack in PACKS.values():
        calendar = working_days(pack.locale.holidays)
        for one in pack.rights:
            assert deadline_problem(one.deadline, one.extend) == ""
            assert due_on(replace(one), date(2027, 1, 4), calendar) > date(2027, 1, 4)
