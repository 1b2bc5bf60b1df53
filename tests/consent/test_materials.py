"""The cards and the leaflet: whole for every conversation, plain enough to read, and never promising too much."""

from __future__ import annotations

import re
from itertools import product

import pytest

from core.consent.coach import coach_for
from core.consent.materials import SENSITIVE, AgeBand, Asks, Block, meant_for
from core.consent.pack_loading import load_packs
from core.consent.policy import Policy
from core.consent.records import age_band
from core.consent.request import Actor, ClientFacts, ServiceFacts
from tests.consent.reading_age import grade, syllables

PACKS = load_packs()
CARDS = [(pack, card) for pack in sorted(PACKS) for card in PACKS[pack].materials.cards]
NAMES = [f"{pack}-{card.slug}" for pack, card in CARDS]
EIGHT_FIVE = {"big_brother", "parents", "change_mind", "who_sees", "held", "wrong", "family", "hurt_me", "cannot_decide", "complain"}  # fmt: skip
DAY = PACKS["gb-eng"].reviewed_on


def texts_of(card, asks, cls):
    return [text for name, blocks in card.parts if name != "notes" for text in meant_for(blocks, asks, cls)]


@pytest.mark.parametrize(
    ("word", "count"),
    [("help", 1), ("worker", 2), ("private", 2), ("named", 1), ("services", 3), ("wanted", 2), ("people", 2), ("I", 1)],
)
def test_syllables_are_counted(word, count):
    assert syllables(word) == count


def test_a_hard_text_is_found_hard():
    hard = "Notwithstanding the aforementioned considerations, practitioners necessarily evaluate proportionality."
    assert grade([hard]) > 15
    assert grade(["You can say no. You still get help."]) < 2


@pytest.mark.parametrize(("pack", "card"), CARDS, ids=NAMES)
def test_a_card_reads_at_about_eleven_for_every_conversation(pack, card):
    for asks, cls in product(card.asks or Asks, ("standard", "sexual_health")):
        assert grade(texts_of(card, asks, cls)) <= 7.0, (asks, cls)


@pytest.mark.parametrize("pack", sorted(PACKS))
def test_all_that_a_client_reads_or_hears_is_at_about_grade_six_or_below_on_average(pack):
    materials, conversation = PACKS[pack].materials, PACKS[pack].conversation
    everything = [
        *(text for card in materials.cards for asks in card.asks or Asks for text in texts_of(card, asks, "standard")),
        *(text for part in materials.leaflet for asks in Asks for text in meant_for(part.lines, asks, "standard")),
    ]
    assert grade(everything) <= 5.0
    leaflet = [text for part in materials.leaflet for text in meant_for(part.lines, Asks.VIEWS, SENSITIVE)]
    assert grade(leaflet) <= 4.0
    assert grade([step.text for step in conversation.steps]) <= 7.0


@pytest.mark.parametrize("pack", sorted(PACKS))
def test_every_card_of_the_specification_is_there(pack):
    slugs = {card.slug for card in PACKS[pack].materials.cards}
    assert slugs >= EIGHT_FIVE
    views = any(
        basis.code == PACKS[pack].conversation.default_order[0] and basis.kind == "threshold"
        for basis in PACKS[pack].bases
    )
    assert ("why_views" in slugs) is views


@pytest.mark.parametrize(("pack", "card"), CARDS, ids=NAMES)
def test_a_card_has_three_facts_or_so_and_never_promises_that_nobody_will_be_told(pack, card):
    for asks, cls in product(card.asks or Asks, ("standard", "sexual_health")):
        assert 2 <= len(meant_for(card.facts, asks, cls)) <= 4
        whole = " ".join(texts_of(card, asks, cls))
        assert not re.search(r"\b(anonymous|confidential|nobody will ever|we will never tell)\b", whole, re.IGNORECASE)


@pytest.mark.parametrize(("pack", "card"), CARDS, ids=NAMES)
def test_where_the_law_needs_no_yes_no_card_says_that_a_no_stops_it(pack, card):
    if Asks.VIEWS in (card.asks or Asks) and card.slug in {"big_brother", "who_sees", "parents", "why_views"}:
        said = " ".join(meant_for(card.if_no, Asks.VIEWS, "standard"))
        assert "write down" in said
        assert "You are not added" not in said


def test_a_text_is_for_the_classes_it_names_and_sensitive_stands_for_every_class_but_standard():
    block = Block(text="x", classes=("sensitive",))
    assert block.is_for(Asks.CONSENT, "hiv")
    assert not block.is_for(Asks.CONSENT, "standard")
    assert Block(text="x", classes=("hiv",)).is_for(Asks.VIEWS, "hiv")
    assert not Block(text="x", classes=("hiv",)).is_for(Asks.VIEWS, "adoption")
    assert not Block(text="x", asks=(Asks.VIEWS,)).is_for(Asks.CONSENT, "standard")


@pytest.mark.parametrize(
    ("pack", "age", "band"),
    [
        ("gb-eng", 15, AgeBand.ASSESSED), ("au-vic", 15, AgeBand.PRESUMED), ("nz", 15, AgeBand.ASSESSED),
        ("gb-eng", 16, AgeBand.PRESUMED), ("gb-eng", 11, AgeBand.BELOW), ("gb-eng", 18, AgeBand.ADULT),
        ("gb-eng", 0, AgeBand.BELOW), ("gb-eng", None, AgeBand.UNKNOWN),
    ],
)  # fmt: skip
def test_who_may_decide_follows_the_packs_own_ages(pack, age, band):
    assert age_band(PACKS[pack].age, age) is band


def coach(pack, status, age, cls="standard"):
    return coach_for(
        Policy(PACKS[pack]),
        actor=Actor(agency="a", status=frozenset({status})),
        client=ClientFacts(age=age),
        service=ServiceFacts(cls=cls),
        on=DAY,
    )


def test_a_fifteen_year_old_decides_without_a_parent_and_the_coach_says_so():
    said = coach("gb-eng", "contracted", 15)
    assert any("no parent is needed" in line for line in said.who)
    assert said.asks is Asks.AGREEMENT


def test_family_never_agrees_for_an_adult_and_an_attorney_may():
    said = " ".join(coach("gb-eng", "s11", 40).who)
    assert "Family members cannot agree for an adult" in said
    assert "attorney or deputy" in said


def test_what_is_asked_follows_the_route_and_so_does_what_a_no_means():
    scheme, outside = coach("au-vic", "ise", 6), coach("au-vic", "ipp_org", 6)
    assert (scheme.asks, outside.asks) == (Asks.VIEWS, Asks.CONSENT)
    assert scheme.if_no != outside.if_no
    assert coach("gb-eng", "health_asc", 15, "sexual_health").asks is Asks.CONSENT


def test_the_limits_are_told_apart_and_a_no_lists_what_it_does_not_stop():
    said = coach("gb-eng", "s11", 8)
    assert len(said.limits) == 1
    assert said.limits[0] not in said.steps
    assert PACKS["gb-eng"].wording.routes["en.significant_harm"] in said.still
    assert PACKS["gb-eng"].wording.routes["en.family_help_agreement"] not in said.still
