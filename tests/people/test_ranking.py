"""Which clients fit what was typed."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.people.identity import ApproximateAge
from core.people.parsing import parse_search
from core.people.ranking import fits_exactly, rank
from core.people.records import ClientDetails, ClientRecord

TODAY = date(2026, 11, 22)


def client(given_name="Amy", family_name="Smith", born=date(2015, 4, 3), **fields):
    return ClientRecord(uuid4(), ClientDetails(given_name, family_name, birth_date=born, **fields))


def search(text):
    return parse_search(text, country="GB", today=TODAY, kinds=("nhs_number",))


def found(text, *records):
    return [one.record for one in rank(search(text), records, today=TODAY)]


@pytest.mark.parametrize(
    ("typed", "given_name", "family_name"),
    [
        ("amy smith", "Amy", "Smith"), ("SMITH, Amy", "Amy", "Smith"), ("smtih amy", "Amy", "Smith"),
        ("siobhan obrien", "Siobhán", "O'Brien"), ("shivaun o'brien", "Siobhán", "O’Brien"),
        ("liz walker", "Elizabeth", "Walker"), ("elizabeth walker", "Liz", "Walker"), ("wójcik zofia", "Zofia", "Wojcik"),
        ("anna marie jones", "Anna-Marie", "Jones"), ("macdonald iain", "Iain", "Mac Donald"), ("smi", "Amy", "Smith"),
    ],
)  # fmt: skip
def test_a_name_is_found_despite_order_accents_short_forms_and_slips(typed, given_name, family_name):
    wanted = client(given_name, family_name)
    assert found(typed, client("Jonathan", "Plumb"), wanted) == [wanted]


def test_another_name_is_not_found():
    assert found("amy smith", client("Jonathan", "Plumb"), client("Amy", "Plumb")) == []


def test_the_birth_date_decides_between_namesakes():
    younger, older = client(born=date(2015, 4, 3)), client(born=date(1989, 4, 30))
    assert found("amy smith 3/4/2015", older, younger) == [younger]
    assert found("amy smith 4/3/2015", older, younger) == [younger]
    assert found("amy smith 3/5/2015", older, younger) == [younger]


def test_an_age_that_fits_is_kept_and_one_that_does_not_is_dropped():
    fits = client(born=None, approximate_age=ApproximateAge(10, 12, TODAY))
    not_so = client(born=None, approximate_age=ApproximateAge(40, 42, TODAY))
    assert found("amy 2015", fits, not_so)[0] == fits
    assert found("amy smith 3/4/2015", not_so, fits)[0] == fits


def test_equals_stand_in_the_order_of_their_names():
    many = [client("Amy", name) for name in ("Smithers", "Smith", "Smithson")]
    assert [one.details.family_name for one in found("amy smi", *many)] == ["Smith", "Smithers", "Smithson"]


def test_only_the_full_name_with_the_exact_birth_date_or_an_identifier_means_one_person():
    amy = client()
    assert fits_exactly(search("Amy Smith 3/4/2015"), amy)
    assert not fits_exactly(search("Amy Smith"), amy)
    assert not fits_exactly(search("Amy Smith 4/3/2015"), amy)
    assert not fits_exactly(search("Smith 3/4/2015"), amy)
    assert not fits_exactly(search("Amy 3/4/2015"), amy)
    assert not fits_exactly(search("Amy Smit 3/4/2015"), amy)
    numbered = ClientRecord(uuid4(), amy.details, identifiers={"nhs_number": "9434765919"})
    assert fits_exactly(search("943 476 5919"), numbered)


NAMES = st.from_regex(r"[a-z]{4,10}", fullmatch=True)


@given(NAMES, NAMES, st.data())
def test_a_name_is_found_after_any_one_slip(first, last, data):
    assume(first[0] != last[0])
    at = data.draw(st.integers(0, len(last) - 2))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    slip = data.draw(st.sampled_from(["swap", "lose", "double", "other"]))
    typed = {
        "swap": last[:at] + last[at + 1] + last[at] + last[at + 2 :],
        "lose": last[:at] + last[at + 1 :],
        "double": last[:at] + letter + last[at:],
        "other": last[:at] + letter + last[at + 1 :],
    }[slip]
    assume(typed not in {"mc", "mac", "mr", "mrs", "miss", "master"} and not {first, last} & {"miss", "master"})
    wanted = client(first.capitalize(), last.capitalize())
    parsed = search(f"{first} {typed}")
    assume(len(parsed.words) == 2)
    assert [one.record for one in rank(parsed, [wanted], today=TODAY)] == [wanted]


@given(st.text(max_size=60), st.text(max_size=30), st.text(max_size=30))
def test_ranking_never_raises(text, first, last):
    ranked = rank(search(text), [client(first, last), client(first, last, born=None)], today=TODAY)
    assert all(one.score > 0 for one in ranked)
