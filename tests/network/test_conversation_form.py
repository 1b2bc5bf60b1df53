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

COMPETENT = {"talk-beside_competence_shown": "both", "talk-beside_spoken_alone": "alone"}
OWN_YES = {"talk-talked": "yes", "talk-with_whom": "self", "talk-outcome_yes": "agreed", "talk-competent": "yes"}
PARENTS_YES = {"talk-talked": "yes", "talk-with_whom": "parent", "talk-outcome_yes": "agreed"}


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


@pytest.mark.parametrize(("age", "asks"), [(8, True), (12, True), (15, True), (16, False), (40, False), (None, True)])
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
        "talk-held_on": day.isoformat(), **COMPETENT,
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


def test_how_a_young_person_showed_that_they_understand_is_asked_where_they_are_said_to(in_amber):
    silent = form_for(make_viewer(), OWN_YES, age=14)
    assert set(silent.errors) == {"beside_competence_shown", "beside_spoken_alone"}
    told = form_for(make_viewer(), {**OWN_YES, **COMPETENT}, age=14)
    assert told.is_valid(), told.errors
    assert told.answers.picked["competence_shown"] == "both"
    unsure = form_for(make_viewer(), {**OWN_YES, **COMPETENT, "talk-competent": "no"}, age=14)
    assert unsure.is_valid()
    assert "competence_shown" not in unsure.answers.picked


def test_why_a_parent_may_decide_is_asked_of_a_parent_alone_and_costs_nothing(in_amber):
    plain = form_for(make_viewer(), PARENTS_YES)
    assert plain.is_valid(), plain.errors
    assert plain.fields["beside_pr_basis"].initial == "told_me"
    order = form_for(make_viewer(), {**PARENTS_YES, "talk-beside_pr_basis": "local_authority_care_order"})
    assert order.is_valid()
    assert order.answers.picked["pr_basis"] == "local_authority_care_order"
    no = form_for(make_viewer(), {**PARENTS_YES, "talk-outcome_yes": "refused", "talk-beside_pr_basis": "mother"})
    assert no.is_valid()
    assert "pr_basis" not in no.answers.picked
    assert "beside_pr_basis" not in form_for(make_viewer(), age=40).fields


def test_how_the_talk_was_held_is_kept_and_need_not_be_said(in_amber):
    beside = {
        "talk-beside_talk_form": "phone",
        "talk-beside_interpreter": "interpreter",
        "talk-beside_safe_contact": "through_me",
    }
    form = form_for(make_viewer(), {**PARENTS_YES, **beside})
    assert form.is_valid(), form.errors
    assert {
        "talk_form": "phone",
        "interpreter": "interpreter",
        "safe_contact": "through_me",
    }.items() <= form.answers.picked.items()
    silent = form_for(make_viewer(), PARENTS_YES)
    assert silent.is_valid()
    assert silent.answers.picked == {}


def test_an_answer_that_is_not_on_the_list_is_refused(in_amber):
    form = form_for(make_viewer(), {**PARENTS_YES, "talk-beside_safe_contact": "ring her sister on 07700 900123"})
    assert set(form.errors) == {"beside_safe_contact"}
    assert form.has_trouble_beside


def test_what_a_no_means_is_said_for_what_is_asked(in_amber):
    words = packs()["au-vic"].conversation.if_no_by
    nurse = make_viewer(make_service(statuses=("ise",)))
    youth = make_viewer(make_service(statuses=("ipp_org",)))
    assert form_for(nurse, pack="au-vic").coach.if_no == words["views"]
    assert form_for(youth, pack="au-vic").coach.if_no == words["consent"]
    assert form_for(make_viewer()).coach.if_no == packs()["gb-eng"].conversation.if_no_by["agreement"]
