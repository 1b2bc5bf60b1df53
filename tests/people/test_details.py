"""What somebody types about a client: fit to keep, or a sentence."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people.details import NAME_FIELDS, read_details
from core.people.errors import DetailsInvalid
from core.people.identifiers import read_identifier

TODAY = date(2026, 11, 22)
BORN = date(2015, 4, 3)


def read(birth_date=BORN, **typed):
    texts = {"given_name": "Amy", "family_name": "Smith", **typed}
    return read_details(texts, birth_date=birth_date, country="GB", today=TODAY)


def errors(**typed):
    with pytest.raises(DetailsInvalid) as refused:
        read(**typed)
    return refused.value.errors


def test_names_are_tidied_and_numbers_brought_to_one_form():
    kept = read(
        given_name="  AMY ", family_name="o'brien", phone="07700 900123", postcode="ws138pj", address=" 1  High St "
    )
    assert (kept.given_name, kept.family_name) == ("Amy", "O'Brien")
    assert (kept.phone, kept.postcode, kept.address) == ("+447700900123", "WS13 8PJ", "1 High St")


def test_a_birth_date_or_an_age_is_needed():
    assert "about how old" in errors(birth_date=None)["birth_date"]
    assert read(birth_date=None, age="13-15").approximate_age.oldest == 15
    assert "age in years" in errors(birth_date=None, age="young")["age"]


@pytest.mark.parametrize("born", [date(2030, 1, 1), date(1850, 1, 1)])
def test_an_impossible_birth_date_is_refused(born):
    assert "birth" in errors(birth_date=born)["birth_date"].lower() or "born" in errors(birth_date=born)["birth_date"]


def test_ten_thousand_letters_formulas_and_mark_up_are_refused_in_a_sentence():
    assert "10,000 characters" in errors(given_name="a" * 10_000)["given_name"]
    assert "formula" in errors(family_name="=HYPERLINK(1)")["family_name"]
    assert "mark-up" in errors(address="<b>1 High Street</b>")["address"]
    assert "200 characters" in errors(address="x" * 900)["address"]


def test_control_zero_width_and_direction_signs_are_taken_out():
    assert read(given_name="A\u200bm\x07y\u202e").given_name == "Amy"
    assert "first name" in errors(given_name="\u200b\u202e")["given_name"]


@given(
    st.fixed_dictionaries(
        {field: st.text(max_size=300) for field in (*NAME_FIELDS, "age", "address", "postcode", "phone")}
    )
)
def test_reading_gives_details_or_sentences_and_nothing_else(typed):
    try:
        kept = read_details(typed, birth_date=BORN, country="GB", today=TODAY)
    except DetailsInvalid as refused:
        assert all(sentence for sentence in refused.errors.values())
    else:
        assert kept.given_name
        assert len(kept.family_name) <= 100
        assert len(kept.address) <= 200


def test_an_identifier_is_held_to_its_format_and_check_digit():
    assert read_identifier("943 476 5919", form=r"^\d{10}$", check="mod11_nhs") == "9434765919"
    assert read_identifier(" ", form=r"^\d{10}$", check="mod11_nhs") == ""
    with pytest.raises(ValueError, match="check digit"):
        read_identifier("943 476 5918", form=r"^\d{10}$", check="mod11_nhs")
    with pytest.raises(ValueError, match="not a number of that kind"):
        read_identifier("12", form=r"^\d{10}$", check="mod11_nhs")
