"""Dates, postcodes, phones and numbers as people write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nhs_number.validate import calculate_checksum

from core.people.addresses import home
from core.people.identity import (
    ApproximateAge,
    Identity,
    UnreadableValue,
    parse_age,
    parse_area,
    parse_birth_date,
    parse_nhs_number,
    parse_phone,
    parse_postcode,
    read_date,
)

TODAY = date(2026, 11, 20)
BRITISH = ("dd/mm/yyyy", "dd/mm/yy")


@given(st.dates(min_value=date(1930, 1, 1), max_value=TODAY))
def test_a_date_is_read_back_from_each_way_of_writing_it(day):
    writings = {
        "dd/mm/yyyy": f"{day:%d/%m/%Y}",
        "yyyy-mm-dd": f"{day:%Y-%m-%d}",
        "d mmm yyyy": f"{day.day} {day:%b} {day.year}",
        "dd-mmm-yyyy": f"{day:%d-%b-%Y}",
    }
    assert {read_date(text, [form], today=TODAY) for form, text in writings.items()} == {day}


@given(st.dates(min_value=date(1927, 1, 1), max_value=TODAY))
def test_a_two_digit_year_is_the_latest_that_has_come(day):
    assert read_date(f"{day:%d/%m/%y}", ["dd/mm/yy"], today=TODAY) == day


@given(st.text(max_size=30))
def test_reading_a_date_never_fails_but_with_a_sentence(text):
    code, sentence = "", "."
    try:
        read_date(text, BRITISH, today=TODAY)
    except UnreadableValue as problem:
        code, sentence = problem.code, problem.sentence
    assert code in {"", "impossible_date", "unreadable_date"}
    assert sentence.endswith(".")


@pytest.mark.parametrize("text", ["", "n/k", "unknown", "00/00/0000", "  ", "01/01/1900"])
def test_a_birth_date_that_is_not_known_is_none(text):
    assert parse_birth_date(text, formats=BRITISH, today=TODAY) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31/02/1997", "impossible_birth_date"),
        ("30/02/1985", "impossible_birth_date"),
        ("01/01/1850", "impossible_birth_date"),
        ("29/10/2027", "future_birth_date"),
        ("last spring", "unreadable_birth_date"),
    ],
)
def test_a_birth_date_nobody_can_have_is_refused(text, code):
    with pytest.raises(UnreadableValue) as refused:
        parse_birth_date(text, formats=BRITISH, today=TODAY)
    assert refused.value.code == code


@pytest.mark.parametrize("text", ["ws13 8pj", "WS138PJ", " WS13  8PJ ", "WS13\u00a08PJ"])
def test_a_british_postcode_is_brought_to_its_usual_writing(text):
    assert parse_postcode(text, "GB") == "WS13 8PJ"


@pytest.mark.parametrize(
    ("text", "country"), [("Burntwood", "GB"), ("3192", "GB"), ("WS13 8PJ", "AU"), ("", "AU"), ("31922", "AU")]
)
def test_what_is_no_postcode_of_the_country_gives_nothing(text, country):
    assert parse_postcode(text, country) == ""


def test_an_australian_postcode_has_four_digits():
    assert parse_postcode(" 3192 ", "AU") == "3192"


@pytest.mark.parametrize(("text", "area"), [("Burntwood WS7", "WS7"), ("Lichfield ws136pe", "WS13"), ("Rugeley", "")])
def test_the_first_half_of_a_postcode_is_found_behind_a_town(text, area):
    assert parse_area(text, "GB") == area


@pytest.mark.parametrize(
    "text",
    [
        "07700 900341",
        "07700900341 (mum)",
        "Tel: 07700-900341",
        "+44 (0)7700 900341",
        "0044 7700900341",
        "7700900341",
        "07700 900341 / 01632 960001",
    ],
)
def test_a_phone_number_is_read_however_it_is_written(text):
    assert parse_phone(text, "GB") == "+447700900341"


@pytest.mark.parametrize(
    ("text", "number"),
    [("(03) 5550 1234", "+61355501234"), ("0491 570 156", "+61491570156"), ("491570156", "+61491570156")],
)
def test_australian_numbers_are_read_too(text, number):
    assert parse_phone(text, "AU") == number


@pytest.mark.parametrize("text", ["", "none", "ask mum", "12", "0770090"])
def test_what_is_no_phone_number_gives_nothing(text):
    assert parse_phone(text, "GB") == ""


@given(st.integers(0, 999_999))
def test_an_nhs_number_with_two_digits_swapped_is_refused(middle):
    digits = f"999{middle:06}"
    check = calculate_checksum(digits)
    if check == 10:
        return
    number = f"{digits}{check}"
    assert parse_nhs_number(f"{number[:3]} {number[3:6]}-{number[6:]}") == number
    if number[8] != number[9]:
        with pytest.raises(UnreadableValue, match="check digit"):
            parse_nhs_number(number[:8] + number[9] + number[8])


@pytest.mark.parametrize(
    ("text", "youngest", "oldest"),
    [("14", 14, 14), ("14ish", 13, 15), ("13-14", 13, 14), ("about 15", 14, 16), ("16?", 15, 17), ("yr 9", 13, 14)],
)
def test_an_age_is_read_as_people_say_it(text, youngest, oldest):
    assert parse_age(text, as_of=TODAY) == ApproximateAge(youngest, oldest, TODAY)


@pytest.mark.parametrize("text", ["", "old", "350"])
def test_what_is_no_age_gives_none(text):
    assert parse_age(text, as_of=TODAY) is None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("Flat 13, 37 Pinfold Close", "Flat 13, 37 Pinfold Cl, Lichfield"),
        ("12a Orchard Court", "12A ORCHARD COURT\r\nLichfield"),
        ("3/25 Smith St, Cheltenham", "3/25 Smith Street"),
    ],
)
def test_one_home_is_known_however_its_address_is_written(left, right):
    assert home(left).key == home(right).key != ""


def test_the_flat_next_door_is_another_home():
    assert home("Flat 13, 37 Pinfold Close").key != home("Flat 14, 37 Pinfold Close").key


def test_a_formula_is_no_address():
    assert home("=1+1+cmd, Burntwood").key == ""


@given(st.text(max_size=80))
def test_any_text_can_be_asked_for_its_home(text):
    assert isinstance(home(text).key, str)


def test_identities_that_differ_in_a_number_sort_apart():
    assert Identity(given="Amy", identifiers={"nhs": "1"}).sort_key() != Identity(given="Amy").sort_key()
