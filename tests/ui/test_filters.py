"""How dates, times, ages, numbers and identifiers read."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from ui.filters import age, ago, long_date, nhs_number, phone, phone_href, short_date, time_of_day, when

TODAY = date(2026, 6, 3)


def test_a_date_is_written_out():
    assert long_date(date(2015, 4, 3)) == "3 April 2015"
    assert short_date(date(2026, 4, 3), TODAY) == "3 April"
    assert short_date(date(2015, 4, 3), TODAY) == "3 April 2015"


def test_an_aware_time_is_told_on_the_day_and_hour_it_has_here():
    late = datetime(2026, 6, 2, 23, 30, tzinfo=UTC)
    with timezone.override("Europe/London"):
        assert long_date(late) == "3 June 2026"
        assert time_of_day(late) == "12:30am"
    with timezone.override("Australia/Melbourne"):
        assert time_of_day(late) == "9:30am"


@pytest.mark.parametrize(
    ("given_time", "said"),
    [(time(14, 30), "2:30pm"), (time(9), "9am"), (time(12), "midday"), (time(0), "midnight"), (time(0, 5), "12:05am")],
)
def test_a_time_is_told_in_twelve_hours(given_time, said):
    assert time_of_day(given_time) == said


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0, "today"),
        (-1, "yesterday"),
        (1, "tomorrow"),
        (-3, "3 days ago"),
        (5, "in 5 days"),
        (-20, "14 May"),
        (20, "23 June"),
    ],
)
def test_near_days_are_told_as_people_say_them(days, said):
    assert ago(TODAY + timedelta(days=days), TODAY) == said


def test_a_day_to_come_has_its_weekday_and_its_time():
    with timezone.override("Europe/London"):
        assert when(datetime(2026, 6, 5, 13, 30, tzinfo=UTC), TODAY) == "Friday 5 June, 2:30pm"
    assert when(TODAY + timedelta(days=1), TODAY) == "tomorrow"
    assert when(date(2027, 1, 4), TODAY) == "Monday 4 January 2027"


@pytest.mark.parametrize(
    ("born_on", "said"),
    [
        (date(2015, 4, 3), "11 years"),
        (date(2015, 6, 4), "10 years"),
        (date(2025, 1, 3), "17 months"),
        (date(2026, 5, 3), "1 month"),
        (date(2026, 5, 31), "3 days"),
        (date(2027, 1, 1), ""),
    ],
)
def test_an_age_is_in_years_months_or_days(born_on, said):
    assert age(born_on, TODAY) == said


def test_nothing_gives_an_empty_text():
    assert [
        one(None) for one in (long_date, short_date, time_of_day, ago, when, age, phone, phone_href, nhs_number)
    ] == [""] * 9


def test_a_number_is_spaced_the_local_way():
    assert phone("07700900123") == "07700 900123"
    assert phone("+442079460958") == "020 7946 0958"
    assert phone("0355501234", "AU") == "(03) 5550 1234"
    assert phone("+61355501234", "GB") == "+61 3 5550 1234"
    assert phone("ask at the desk") == "ask at the desk"


def test_a_number_that_cannot_be_rung_has_no_address():
    assert phone_href("07700 900123") == "tel:+447700900123"
    assert phone_href("0491 570 006", "AU") == "tel:+61491570006"
    assert phone_href("ask at the desk") == ""


@given(st.text(max_size=40))
def test_any_text_in_a_phone_or_identifier_column_is_printed_without_an_exception(text):
    assert isinstance(phone(text), str)
    assert phone_href(text) == "" or phone_href(text).startswith("tel:")
    assert nhs_number(text).replace(" ", "") == text.replace(" ", "") or nhs_number(text) != text


def test_an_nhs_number_is_grouped_and_anything_else_stays():
    assert nhs_number("9434765919") == "943 476 5919"
    assert nhs_number("943-476-5919") == "943 476 5919"
    assert nhs_number("12345") == "12345"
