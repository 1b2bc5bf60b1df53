"""Whether two descriptions are one person: vetoes first, rules next, and a question wherever twins could be meant."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.people.evidence import FINDINGS, FieldVerdict
from core.people.identity import ApproximateAge, Identity
from core.people.matching import Index, Outcome, Verdict, blocks, compare, is_attachable, match

TODAY = date(2026, 11, 20)
JO = Identity(
    given="Joanna",
    middle="Ruth",
    family="Fairweather",
    birth_date=date(2011, 3, 14),
    address="12 Tansy Lane, Anytown",
    postcode="WS13 8PJ",
    phone="+447700900123",
    identifiers={"nhs": "9990000018"},
)
PLAIN = replace(JO, middle="", identifiers={}, phone="")

names = st.sampled_from(["Amy", "Amelia", "Bob", "Robert", "J", "محمد", "Zoë", "", "Katherine", "Katheerine", "Jayden"])
identities = st.builds(
    Identity,
    given=names,
    middle=names,
    family=st.sampled_from(["Smith", "Smyth-Jones", "Jones", "Smitth", "Amy", ""]),
    known_as=names,
    former_family=st.sampled_from(["", "Jones"]),
    birth_date=st.sampled_from([None, date(2011, 3, 4), date(2011, 4, 3), date(1985, 3, 4)]),
    approximate_age=st.sampled_from([None, ApproximateAge(14, 16, TODAY)]),
    address=st.sampled_from(["", "1 High Street, Town", "Flat 2, 1 High Street", "9 Low Road"]),
    postcode=st.sampled_from(["", "WS13 8PJ", "WS13 8JP"]),
    phone=st.sampled_from(["", "+447700900123"]),
    identifiers=st.sampled_from([{}, {"nhs": "9990000018"}, {"nhs": "9990000026"}]),
    references=st.sampled_from([{}, {"housing": "A1"}, {"housing": "A2"}]),
)


@given(identities, identities)
def test_comparing_is_symmetric(left, right):
    assert compare(left, right) == compare(right, left)


@given(identities)
def test_nobody_is_vetoed_against_themselves(identity):
    assert compare(identity, identity).veto == ""


@given(identities, identities)
def test_different_identifiers_are_never_one_person(left, right):
    left, right = replace(left, identifiers={"nhs": "9990000018"}), replace(right, identifiers={"nhs": "9990000026"})
    assert compare(left, right).verdict is Verdict.DIFFERENT
    assert compare(left, right).is_hard_veto


@given(identities, identities)
def test_whoever_may_not_be_attached_is_at_most_possible(left, right):
    if not (is_attachable(left) and is_attachable(right)):
        assert compare(left, right).verdict is not Verdict.SAME


@given(identities, identities)
def test_two_who_are_the_same_share_a_block(left, right):
    if compare(left, right).verdict is Verdict.SAME:
        assert blocks(left) & blocks(right)


@given(identities, identities)
def test_every_field_is_told_in_words(left, right):
    comparison = compare(left, right)
    assert {finding.field for finding in comparison.findings} == {finding.field for finding in FINDINGS.values()}
    assert all(finding.words for finding in comparison.findings)
    assert comparison.reason.endswith(".")


@pytest.mark.parametrize(
    "other",
    [
        replace(PLAIN, postcode=""),
        replace(PLAIN, family="FAIRWEATHER", given="JOANNA"),
        replace(PLAIN, family="Fairweather-Moss"),
        replace(PLAIN, given="Fairweather", family="Joanna"),
        replace(PLAIN, family="Moss", former_family="Fairweather"),
        replace(PLAIN, birth_date=None),
        replace(PLAIN, given="Joanna Ruth"),
        replace(JO, given="Jo", address="1 Elsewhere Road", postcode="WS7 1AA"),
    ],
    ids=["no postcode", "capitals", "double name", "swapped", "former name", "no birth date", "middle", "identifier"],
)
def test_the_same_person_written_another_way_is_found(other):
    assert compare(JO, other).verdict is Verdict.SAME


@pytest.mark.parametrize("twin", ["Benjamin", "Mia"])
def test_a_twin_is_never_the_same_person(twin):
    assert compare(PLAIN, replace(PLAIN, given=twin)).verdict is Verdict.DIFFERENT


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ella", "Ellie"), ("Jayden", "Jaydon"), ("Lily", "Lilly"), ("Isabella", "Bella"), ("Marie", "Maria")],
)
def test_twins_with_names_nearly_alike_are_never_joined_without_asking(one, other):
    assert compare(replace(PLAIN, given=one), replace(PLAIN, given=other)).verdict is not Verdict.SAME


def test_a_father_and_son_of_one_name_are_two_people():
    assert compare(PLAIN, replace(PLAIN, birth_date=date(1984, 7, 1))).is_hard_veto


def test_namesakes_born_on_one_day_are_a_question_without_a_second_identifier():
    elsewhere = replace(PLAIN, address="9 Other Road, Anytown", postcode="WS7 1AA")
    comparison = compare(PLAIN, elsewhere)
    assert comparison.verdict is Verdict.POSSIBLE
    assert "namesake" in comparison.reason


def test_an_identifier_with_another_birth_date_is_a_question():
    assert compare(JO, replace(JO, birth_date=date(1990, 1, 1))).verdict is Verdict.POSSIBLE


def test_twins_sharing_one_identifier_by_mistake_are_a_question():
    assert compare(JO, replace(JO, given="Benjamin", middle="")).verdict is Verdict.POSSIBLE


def test_a_parent_of_the_same_name_whom_the_service_never_sees_is_ruled_out():
    parent = replace(PLAIN, birth_date=date(1984, 7, 1))
    child = replace(PLAIN, birth_date=None, age_limits=ApproximateAge(0, 17, TODAY))
    assert compare(parent, child).is_hard_veto
    assert compare(replace(parent, birth_date=date(2011, 7, 1)), child).verdict is Verdict.SAME


@pytest.mark.parametrize(
    "thin",
    [
        Identity(given="Joanna", family="Fairweather", approximate_age=ApproximateAge(15, 15, TODAY), area="WS13"),
        Identity(family="Fairweather", address=JO.address, postcode=JO.postcode),
        Identity(given="J", family="Fairweather", birth_date=JO.birth_date, address=JO.address),
    ],
    ids=["age only", "household only", "initials only"],
)
def test_a_thin_description_is_suggested_and_never_attached(thin):
    index = Index()
    index.add("jo", [JO])
    found = match(thin, index)
    assert found.outcome is Outcome.QUESTION
    assert not is_attachable(thin)


def test_a_description_in_another_script_needs_more_than_the_home_and_birth_date():
    assert compare(PLAIN, replace(PLAIN, given="جوانا", family="فيروذر")).verdict is not Verdict.SAME
    assert compare(JO, replace(JO, given="جوانا", family="فيروذر")).verdict is Verdict.SAME


def test_matching_finds_one_person_nobody_or_a_question():
    index = Index()
    index.add("jo", [JO])
    index.add("ben", [replace(JO, given="Benjamin", identifiers={"nhs": "9990000026"})])
    stranger = Identity(
        given="Ann", family="Other", birth_date=date(1970, 1, 1), address="1 Far Away", postcode="WS7 1AA"
    )
    assert match(PLAIN, index).outcome is Outcome.MATCHED
    assert match(PLAIN, index).candidates[0].person == "jo"
    assert match(stranger, index).outcome is Outcome.NEW
    index.add("jo again", [replace(JO, identifiers={})])
    assert match(PLAIN, index).outcome is Outcome.QUESTION


def test_a_phone_that_families_share_says_little():
    assert FINDINGS["phone.same"].weight < FINDINGS["birth_date.same"].weight / 2


def test_findings_that_disagree_never_speak_for_one_person():
    assert all(f.weight <= 0 for f in FINDINGS.values() if f.verdict is FieldVerdict.DIFFERENT)
    assert all(f.weight == 0 for f in FINDINGS.values() if f.verdict is FieldVerdict.UNKNOWN)
