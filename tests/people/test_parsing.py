"""One search box taken apart."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people.parsing import ParsedSearch, parse_search

TODAY = date(2026, 11, 22)


def parse(text: str, country: str = "GB") -> ParsedSearch:
    return parse_search(text, country=country, today=TODAY, kinds=("nhs_number", "upn"))


@pytest.mark.parametrize(
    "typed", ["Amy Smith", "SMITH, Amy", "SMITH Amy", "smith, amy", "  amy   SMITH ", "Mrs Amy Smith"]
)
def test_a_name_means_the_same_in_any_order(typed):
    found = parse(typed)
    assert set(found.words) == {"amy", "smith"}
    assert (found.given, found.family) == ("Amy", "Smith")


@pytest.mark.parametrize(
    "typed",
    [
        "3/4/2015",
        "03/04/2015",
        "3.4.2015",
        "3-4-2015",
        "2015-04-03",
        "3 April 2015",
        "3rd Apr 2015",
        "3/4/15",
        "03042015",
    ],
)
def test_a_birth_date_is_read_in_every_usual_writing(typed):
    found = parse(f"amy smith {typed}")
    assert found.birth_date == date(2015, 4, 3)
    assert found.other_birth_date == date(2015, 3, 4)
    assert found.words == ("amy", "smith")


def test_a_year_a_postcode_a_phone_and_a_number_are_told_apart():
    assert parse("amy 2015").birth_year == 2015
    assert parse("ws13 8pj amy").postcode == "WS13 8PJ"
    assert parse("amy WS13").area == "WS13"
    assert parse("07700 900123").phone == "+447700900123"
    assert parse("943 476 5919").identifiers == (("nhs_number", "9434765919"),)
    assert parse("amy 3065", "AU").postcode == "3065"


def test_a_number_that_may_not_be_searched_by_is_no_identifier():
    found = parse_search("943 476 5919", country="GB", today=TODAY, kinds=())
    assert found.identifiers == ()


@pytest.mark.parametrize(("typed", "said"), [("31/2/2015", "does not exist"), ("3/4/2030", "has not come yet")])
def test_an_impossible_date_is_said_and_the_rest_still_counts(typed, said):
    found = parse(f"amy {typed}")
    assert found.words == ("amy",)
    assert found.birth_date is None
    assert said in found.problems[0]


def test_wildcards_and_signs_no_name_has_are_ignored():
    assert parse("am* sm?th%").words == parse("am sm th").words
    assert parse("Amy\u200b \u202eSmith\x00").words == ("amy", "smith")


def test_particles_stay_with_the_surname():
    assert parse("Ana de la Cruz").family == "De La Cruz"


@given(st.text(max_size=400))
def test_parsing_never_raises_and_never_holds_more_than_was_typed(text):
    found = parse(text)
    assert len(found.words) <= 6
    assert len(found.name) <= 201


@given(st.text(min_size=1, max_size=8))
def test_ten_thousand_signs_are_parsed_all_the_same(text):
    assert len(parse(text * 10_000).name) <= 201


@given(
    st.from_regex(r"[A-Z][a-z]{2,9}", fullmatch=True),
    st.from_regex(r"[A-Z][a-z]{2,9}", fullmatch=True),
    st.dates(min_value=date(1930, 1, 1), max_value=TODAY),
)
def test_what_is_typed_first_surname_or_date_makes_no_difference(first, last, born):
    whole = f"{born.day}/{born.month}/{born.year}"
    ways = {
        parse(text).words and frozenset(parse(text).words)
        for text in (f"{first} {last} {whole}", f"{whole} {last} {first}")
    }
    assert len(ways) == 1
    assert {parse(f"{whole} {first} {last}").birth_date, parse(f"{first} {last} {whole}").birth_date} == {born}
