"""The conversation as a form: only what can apply is asked, in the pack's words, and the answers decide as they should."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core import clock
from core.consent.packs_in_use import packs
from core.consent.policy import starting_policy
from core.consent.request import ClientFacts
from core.consent.wording import Consenter, Outcome
from core.network.agencies import agencies_to_name
from core.network.conversation_form import ConversationForm, QuickConversationForm
from tests.factories import make_agency, make_service, make_viewer


def form_for(viewer, data=None, *, age=8, pack="gb-eng", kind=ConversationForm, **more):
    return kind(
        data, policy=starting_policy(packs()[pack]), viewer=viewer, service=viewer.services[0],
        client_facts=ClientFacts(age=age), on=clock.today(), **more,
    )  # fmt: skip


def values(form, name):
    return [value for value, _label in form.fields[name].choices]


@pytest.mark.parametrize("pack", ["gb-eng", "au-vic"])
def test_every_word_comes_from_the_pack(in_amber, pack):
    viewer = make_viewer(make_service(statuses=("s11", "ise")))
    form = form_for(viewer, pack=pack)
    wording = packs()[pack].conversation
    assert form.fields["talked"].label == wording.questions[0].text
    assert form.steps == tuple(step.text for step in wording.steps)


@pytest.mark.parametrize(("age", "who"), [(8, {"self", "parent"}), (40, {"self", "attorney_or_deputy"})])
def test_only_those_who_may_speak_for_a_client_of_this_age_are_offered(in_amber, age, who):
    assert set(values(form_for(make_viewer(), age=age), "with_whom")) == who


@pytest.mark.parametrize(("age", "asks"), [(8, False), (12, True), (15, True), (16, False), (None, True)])
def test_understanding_is_asked_only_where_it_must_be_judged(in_amber, age, asks):
    assert ("competent" in form_for(make_viewer(), age=age).fields) is asks


def test_only_routes_that_can_apply_are_offered_after_a_no(in_amber):
    child, adult = form_for(make_viewer()), form_for(make_viewer(), age=40)
    assert "en.significant_harm" in values(child, "refused_why")
    assert "en.significant_harm" not in values(adult, "refused_why")
    assert "en.adult_safeguarding" in values(adult, "refused_why")
    assert values(child, "refused_why")[0] == "none"
    assert "en.s16la" not in values(child, "cannot_why")


def test_agencies_are_named_from_the_councils_own_list_only_where_they_must_be(in_amber):
    lapsed = make_agency("Lapsed", agreement=False)
    clinic = make_viewer(make_service(code="health.sexual", sensitivity="sexual_health"))
    named = form_for(clinic, age=17, recipients=agencies_to_name)
    assert str(clinic.agency_id) in values(named, "agreed_named")
    assert str(lapsed.id) not in values(named, "agreed_named")
    assert "agreed_named" not in form_for(make_viewer(), recipients=agencies_to_name).fields


def test_the_answers_carry_who_said_what_and_when(in_amber):
    day = clock.today() - timedelta(days=3)
    data = {
        "talk-talked": "yes", "talk-with_whom": "self", "talk-outcome_yes": "agreed", "talk-competent": "yes",
        "talk-held_on": day.isoformat(),
    }  # fmt: skip
    form = form_for(make_viewer(), data, age=14)
    assert form.is_valid(), form.errors
    answers = form.answers
    assert (answers.with_whom, answers.outcome, answers.competent) == (Consenter.SELF, Outcome.AGREED, True)
    assert answers.given_on == day


def test_asking_for_this_service_to_be_left_off_is_a_no(in_amber):
    data = {
        "talk-talked": "yes", "talk-with_whom": "parent", "talk-outcome_yes": "agreed_with_exceptions", "talk-left_off": "on",
    }  # fmt: skip
    form = form_for(make_viewer(), data)
    assert form.is_valid(), form.errors
    assert form.answers.result is Outcome.REFUSED


def test_a_reference_takes_a_number_and_no_words(in_amber):
    data = {"talk-talked": "cannot", "talk-outcome_cannot": "not_safe_to_raise", "talk-cannot_why": "en.s47"}
    wrong = form_for(make_viewer(), {**data, "talk-cannot_en_s47_s47_reference": "Amy was hurt"})
    assert not wrong.is_valid()
    right = form_for(make_viewer(), {**data, "talk-cannot_en_s47_s47_reference": "S47/123"})
    assert right.is_valid()
    assert right.answers.picked["s47_reference"] == "S47/123"


@pytest.mark.parametrize(
    ("age", "choices"),
    [
        (8, ["not_yet", "agreed_parent", "more"]),
        (17, ["not_yet", "agreed_self", "more"]),
        (None, ["not_yet", "more"]),
        (40, ["not_yet", "more"]),
    ],
)
def test_the_quick_group_offers_only_what_needs_nothing_more(in_amber, age, choices):
    assert values(form_for(make_viewer(), age=age, kind=QuickConversationForm), "agreed") == choices


@pytest.mark.parametrize(
    ("chosen", "result", "more"),
    [("not_yet", Outcome.NOT_YET, False), ("agreed_parent", Outcome.AGREED, False), ("more", Outcome.NOT_YET, True)],
)
def test_the_quick_group_answers_in_one_choice(in_amber, chosen, result, more):
    form = form_for(make_viewer(), {"talk-agreed": chosen}, kind=QuickConversationForm)
    assert form.is_valid(), form.errors
    assert (form.answers.result, form.wants_more) == (result, more)
