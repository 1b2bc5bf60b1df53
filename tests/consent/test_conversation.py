"""Four answers become one request: the right basis, the right people, and evidence nobody is asked for twice."""

import json
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest

from core.consent.conversation import (
    ConversationAnswers,
    answers_as_json,
    answers_from_json,
    evidence_from_answers,
    request_from_answers,
)
from core.consent.decision import decide
from core.consent.evidence import options_for
from core.consent.policy import Policy, Tightening
from core.consent.request import Action, Actor, ClientFacts, Recipient, ServiceFacts
from core.consent.wording import Consenter, Outcome, QuestionSlug, Talked

DAY = date(2026, 11, 21)
HOUSING = Actor(agency="housing", status=frozenset({"s11"}))
SCHOOL = Recipient(agency="school", status=frozenset({"s16e"}))
CHARITY = Recipient(agency="charity", status=frozenset({"voluntary"}))
NURSE = Actor(agency="mch", status=frozenset({"ise", "fv_ise", "ipp_org"}))
YOUTH = Actor(agency="youth", status=frozenset({"ipp_org"}))
KINDER = Recipient(agency="kinder", status=frozenset({"ise", "ipp_org"}))
COUNCIL_YOUTH = Recipient(agency="youth", status=frozenset({"ipp_org"}))
CLINIC = ServiceFacts(cls="sexual_health")
CISS_FACTS = frozenset({"promotes_child_wellbeing_or_safety", "assists_recipient_activity"})

AGREED = ConversationAnswers(talked=Talked.YES, with_whom=Consenter.PARENT, outcome=Outcome.AGREED)
OWN_YES = replace(AGREED, with_whom=Consenter.SELF, named=(SCHOOL,), picked={"withdrawal_explained": "yes"})
COMPETENT = {"competence_shown": "both", "spoken_alone": "alone"}
REFUSED = replace(AGREED, outcome=Outcome.REFUSED)
UNSAFE = ConversationAnswers(talked=Talked.CANNOT, outcome=Outcome.NOT_SAFE_TO_RAISE)
HARM = {
    "why_anyway": "en.significant_harm",
    "facts": frozenset({"significant_harm_suspected"}),
    "picked": {
        "reason": "protect_this_person",
        "why_no_consent": "would_prejudice_protection",
        "informed_status": "not_safe_to_tell",
    },
}


def ask(policy, answers, *, actor=HOUSING, age=8, service=ServiceFacts(), network=(SCHOOL, CHARITY), approval=None):  # noqa: B008  # frozen
    return request_from_answers(
        answers,
        policy=policy,
        action=Action.PUBLISH,
        actor=actor,
        client=ClientFacts(age=age),
        service=service,
        network=network,
        on=DAY,
        approval=approval,
    )


def decided(policy, answers, **situation):
    decision = decide(policy, ask(policy, answers, **situation))
    return decision.outcome, decision.reason, decision.visibility


def test_a_parent_s_agreement_shows_a_child_s_line_to_the_network_for_a_year(england):
    request = ask(england, AGREED)
    decision = decide(england, request)
    assert request.basis == "en.family_help_agreement"
    assert [recipient.agency for recipient in request.recipients] == ["school", "charity"]
    assert (decision.outcome, decision.visibility) == ("PERMIT", "network")
    assert "review:365" in decision.obligations


def test_the_first_practitioner_around_a_child_can_publish_too(england, victoria):
    assert decided(england, AGREED, network=())[0] == "PERMIT"
    scheme = replace(AGREED, facts=CISS_FACTS, picked={"activity": "service", "informed_status": "told"})
    assert decided(victoria, scheme, actor=NURSE, age=0, network=())[0] == "PERMIT"


@pytest.mark.parametrize("pack", ["england", "victoria"])
@pytest.mark.parametrize("age", [0, 8, 16, 40])
def test_not_yet_discussed_stays_unpublished_and_says_that_a_yes_is_missing(pack, age, request):
    policy = request.getfixturevalue(pack)
    actor, network = (HOUSING, (SCHOOL,)) if pack == "england" else (NURSE, (KINDER,))
    outcome = decide(policy, ask(policy, ConversationAnswers(facts=CISS_FACTS), actor=actor, age=age, network=network))
    assert (outcome.outcome, outcome.reason, outcome.missing) == ("DENY", "evidence_incomplete", ("consenter",))


def test_an_adult_names_the_agencies_and_only_they_receive_it(england):
    request = ask(england, OWN_YES, age=34)
    assert (request.basis, request.recipients) == ("en.consent_explicit", (SCHOOL,))
    assert decide(england, request).outcome == "PERMIT"
    nobody_named = decide(england, ask(england, replace(OWN_YES, named=()), age=34))
    assert nobody_named.missing == ("recipients",)
    not_explained = decide(england, ask(england, replace(OWN_YES, picked={}), age=34))
    assert not_explained.missing == ("withdrawal_explained",)


def test_a_young_person_decides_alone_about_a_sensitive_service(england):
    judged = replace(OWN_YES, competent=True, picked={**OWN_YES.picked, **COMPETENT})
    assert decided(england, judged, age=15, service=CLINIC) == ("PERMIT", "ok", "named_only")
    assert decided(england, OWN_YES, age=15, service=CLINIC)[1] == "wrong_consenter"
    mother = replace(judged, with_whom=Consenter.PARENT)
    assert decided(england, mother, age=15, service=CLINIC)[1] == "wrong_consenter"


def test_a_no_without_a_reason_stays_a_no(england, victoria):
    assert decided(england, REFUSED)[1] == "refused"
    scheme = replace(REFUSED, facts=CISS_FACTS, picked={"activity": "service", "informed_status": "told"})
    assert decided(victoria, scheme, actor=NURSE, age=0, network=(KINDER,))[1] == "refused"


def test_a_no_with_a_lawful_reason_reaches_those_the_reason_reaches(england):
    request = ask(england, replace(REFUSED, **HARM))
    assert (request.basis, request.recipients) == ("en.significant_harm", (SCHOOL,))
    assert decided(england, replace(REFUSED, **HARM)) == ("PERMIT", "ok", "network")
    assert decided(england, replace(UNSAFE, **HARM)) == ("PERMIT", "ok", "network")


def test_a_reason_for_a_sensitive_service_waits_for_the_safeguarding_lead(england):
    answers = replace(UNSAFE, named=(SCHOOL,), **HARM)
    assert decided(england, answers, service=CLINIC)[1] == "approval_required"
    approved = decided(england, answers, service=CLINIC, approval="safeguarding_lead")
    assert approved == ("PERMIT", "ok", "named_only")


def test_a_reason_that_this_council_does_not_use_is_no_reason(packs):
    policy = Policy(packs["gb-eng"], Tightening(bases_off=frozenset({"en.significant_harm"})))
    assert decided(policy, replace(REFUSED, **HARM))[1] == "basis_unknown"


def test_not_safe_to_ask_without_a_reason_shows_nothing(england):
    assert decided(england, UNSAFE) == ("DENY", "evidence_incomplete", "none")


def test_leaving_an_agency_off_names_the_others(england):
    answers = replace(
        AGREED,
        outcome=Outcome.AGREED_WITH_EXCEPTIONS,
        exceptions=frozenset({"charity"}),
        picked={"withdrawal_explained": "yes"},
    )
    request = ask(england, answers)
    assert (request.basis, request.recipients) == ("en.consent_explicit", (SCHOOL,))
    assert decide(england, request).outcome == "PERMIT"
    without = Policy(england.pack, Tightening(bases_off=frozenset({"en.consent_explicit"})))
    assert decided(without, answers)[0] == "DENY"


def test_leaving_this_service_off_is_a_no_to_it(england):
    left_off = replace(AGREED, outcome=Outcome.AGREED_WITH_EXCEPTIONS, this_service_left_off=True)
    assert decided(england, left_off)[1] == "refused"


def test_a_nurse_shares_under_the_scheme_with_views_supportive_or_weighed(victoria):
    answers = replace(AGREED, facts=CISS_FACTS, picked={"activity": "service", "informed_status": "told"})
    situation = {"actor": NURSE, "age": 0, "network": (KINDER,)}
    assert ask(victoria, answers, **situation).basis == "vic.ciss"
    assert decided(victoria, answers, **situation) == ("PERMIT", "ok", "network")
    weighed = replace(answers, outcome=Outcome.REFUSED, why_anyway="vic.ciss")
    assert decided(victoria, weighed, **situation) == ("PERMIT", "ok", "network")
    untested = replace(answers, facts=frozenset())
    assert decided(victoria, untested, **situation)[1] == "threshold_not_met"


def test_a_youth_worker_asks_for_consent_with_named_agencies(victoria):
    answers = replace(OWN_YES, named=(KINDER,))
    request = ask(victoria, answers, actor=YOUTH, age=16, network=(KINDER,))
    assert request.basis == "vic.consent"
    assert decide(victoria, request).outcome == "PERMIT"
    assert decided(victoria, answers, actor=YOUTH, age=13, network=(KINDER,))[1] == "wrong_consenter"


def test_a_nurse_with_a_youth_service_on_the_network_asks_for_consent_so_that_all_are_reached(victoria):
    request = ask(
        victoria, replace(AGREED, named=(KINDER, COUNCIL_YOUTH)), actor=NURSE, network=(KINDER, COUNCIL_YOUTH)
    )
    assert request.basis == "vic.consent"


@pytest.mark.parametrize(
    ("talked", "outcome"),
    [
        (Talked.CANNOT, Outcome.AGREED),
        (Talked.CANNOT, Outcome.REFUSED),
        (Talked.YES, Outcome.NOT_SAFE_TO_RAISE),
        (Talked.NOT_YET, Outcome.AGREED),
        (Talked.YES, None),
    ],
)
def test_answers_that_contradict_each_other_count_as_not_discussed(england, talked, outcome):
    answers = replace(AGREED, talked=talked, outcome=outcome)
    assert answers.result is Outcome.NOT_YET
    assert decided(england, answers) == ("DENY", "evidence_incomplete", "none")


def test_a_yes_ages_from_its_day_and_one_dated_tomorrow_is_not_one_yet(england):
    assert decided(england, replace(AGREED, given_on=DAY - timedelta(days=365)))[0] == "PERMIT"
    assert decided(england, replace(AGREED, given_on=DAY - timedelta(days=366)))[1] == "consent_expired"
    assert decided(england, replace(AGREED, given_on=DAY + timedelta(days=1)))[0] == "DENY"


def test_evidence_holds_values_and_leaves_out_what_is_not_an_answer(england):
    def evidence(answers, code="en.significant_harm"):
        basis = england.rules.basis(code)
        return evidence_from_answers(
            answers,
            policy=england,
            basis=basis,
            client=ClientFacts(age=8),
            service=ServiceFacts(),
            recipients=(SCHOOL,),
        )

    assert evidence(replace(REFUSED, **HARM)) == HARM["picked"]
    assert evidence(
        replace(REFUSED, picked={"reason": "because", "why_no_consent": "", "informed_status": "told"})
    ) == {"informed_status": "told"}
    assert evidence(replace(REFUSED, picked={"s47_reference": "CP/2026-17"}), "en.s47") == {
        "s47_reference": "CP/2026-17"
    }
    assert evidence(replace(REFUSED, picked={"s47_reference": "he hit her"}), "en.s47") == {}
    not_held = replace(AGREED, talked=Talked.NOT_YET)
    assert set(evidence(not_held, "en.family_help_agreement")) == {"purpose", "agreement_form"}
    assert evidence(AGREED, "en.family_help_agreement") == {
        "purpose": "find_each_other",
        "agreed_by": "parent",
        "agreement_form": "verbal",
        "material_version": "gb-eng-2026-11-1",
    }


@pytest.mark.parametrize(
    ("age", "with_whom", "competent", "expected"),
    [
        (40, Consenter.SELF, None, "adult_presumed"),
        (40, Consenter.ATTORNEY_OR_DEPUTY, None, "attorney_or_deputy"),
        (16, Consenter.SELF, None, "presumed_from_age"),
        (16, Consenter.SELF, False, None),
        (14, Consenter.SELF, True, "assessed_competent"),
        (14, Consenter.SELF, None, None),
        (14, Consenter.PARENT, False, "parental_responsibility"),
        (None, Consenter.SELF, True, None),
    ],
)
def test_why_someone_may_decide_is_worked_out(england, age, with_whom, competent, expected):
    basis = england.rules.basis("en.consent_explicit")
    answers = replace(OWN_YES, with_whom=with_whom, competent=competent)
    evidence = evidence_from_answers(
        answers, policy=england, basis=basis, client=ClientFacts(age=age), service=CLINIC, recipients=(SCHOOL,)
    )
    assert evidence.get("capacity_basis") == expected
    options = {option.value for option in england.rules.wording.fields["capacity_basis"].options}
    assert expected is None or expected in options


def test_an_option_is_offered_only_under_the_bases_that_allow_it(victoria):
    rules = victoria.rules
    form = rules.wording.fields["consent_form"]
    assert [option.value for option in options_for(rules.basis("vic.consent"), form)] == ["verbal", "written"]
    assert "implied" in [option.value for option in options_for(rules.basis("vic.fviss_consent"), form)]


@pytest.mark.parametrize("pack", ["england", "victoria"])
def test_nothing_is_shown_without_a_yes_or_a_reason_whatever_else_was_answered(pack, request):
    policy = request.getfixturevalue(pack)
    rules = policy.rules
    everything = {
        field.slug: "yes" if field.source == "tick" else (field.options[0].value if field.options else "REF-1")
        for field in rules.wording.fields.values()
    }
    wanted = frozenset(fact for basis in rules.bases for fact in basis.facts_all)
    actor = replace(HOUSING, status=frozenset(rules.statuses))
    recipient = replace(SCHOOL, status=frozenset(rules.statuses))
    for talked, outcome, age, cls in product(Talked, [None, *Outcome], (0, 15, 17, 40), ("standard", "mental_health")):
        answers = ConversationAnswers(
            talked=talked,
            with_whom=Consenter.SELF,
            outcome=outcome,
            facts=wanted,
            named=(recipient,),
            picked=everything,
        )
        said_yes = answers.result in (Outcome.AGREED, Outcome.AGREED_WITH_EXCEPTIONS)
        asked = ask(policy, answers, actor=actor, age=age, service=ServiceFacts(cls=cls), network=(recipient,))
        assert said_yes or not decide(policy, asked).is_permitted


def test_every_jurisdiction_asks_the_same_four_questions_in_its_own_words(packs):
    for pack in packs.values():
        conversation = pack.conversation
        assert [question.slug for question in conversation.questions] == list(QuestionSlug)
        assert conversation.question(QuestionSlug.TALKED).text == "Have you talked to them about this?"
        assert [step.slug for step in conversation.steps] == [
            "why",
            "what",
            "what_not",
            "who",
            "your_say",
            "limits",
            "check",
        ]
    assert packs["gb-eng"].conversation.if_no != packs["au-vic"].conversation.if_no


@pytest.mark.parametrize("answers", [ConversationAnswers(), AGREED, OWN_YES, replace(UNSAFE, **HARM), REFUSED])
def test_answers_kept_as_plain_values_read_back_the_same(answers):
    kept = json.loads(json.dumps(answers_as_json(replace(answers, given_on=DAY, exceptions=frozenset({"fire"})))))
    read = answers_from_json(kept)
    assert answers_as_json(read) == kept
    assert read.result is answers.result
    assert {one.agency for one in read.named} == {one.agency for one in answers.named}
    assert all(one.status == frozenset() for one in read.named), "what an agency is in law is read anew"


@pytest.mark.parametrize("picked", [{}, {"competence_shown": "both"}, {**COMPETENT, "spoken_alone": "perhaps"}])
def test_a_judgement_of_competence_without_its_whole_record_is_no_evidence(england, picked):
    judged = replace(OWN_YES, competent=True, picked={**OWN_YES.picked, **picked})
    decision = decide(england, ask(england, judged, age=15))
    assert (decision.outcome, decision.reason) == ("DENY", "evidence_incomplete")
    whole = replace(judged, picked={**OWN_YES.picked, **COMPETENT})
    assert decided(england, whole, age=15)[0] == "PERMIT"


@pytest.mark.parametrize("answer", [{"pr_holders": "disagree"}, {"pr_basis": "local_authority_care_order"}])
def test_parents_who_disagree_and_a_care_order_wait_for_the_safeguarding_lead(england, answer):
    answers = replace(AGREED, picked=answer)
    assert decided(england, answers)[:2] == ("REVIEW", "parental_responsibility")
    assert decided(england, answers, approval="safeguarding_lead") == ("PERMIT", "ok", "network")
    assert decided(england, replace(answers, picked={"pr_basis": "mother", "pr_holders": "all_agree"}))[0] == "PERMIT"


def test_what_a_parent_would_be_asked_says_nothing_of_a_young_persons_own_yes(england):
    own = replace(OWN_YES, picked={**OWN_YES.picked, "pr_holders": "disagree"})
    assert decided(england, own, age=17)[0] == "PERMIT"


def test_a_best_interests_decision_needs_its_record(england):
    answers = ConversationAnswers(
        talked=Talked.CANNOT,
        outcome=Outcome.NOT_REASONABLY_POSSIBLE,
        why_anyway="en.mca_best_interests",
        facts=frozenset({"lacks_capacity_assessed"}),
        picked={
            "capacity_assessment_ref": "CA/1",
            "decision_maker": "social_worker",
            "consulted": "carer",
            "best_interests_reason": "wishes_known",
        },
    )
    assert decided(england, answers, age=40)[1] == "evidence_incomplete"
    more = {**answers.picked, "less_restrictive": "yes", "capacity_may_return": "cannot_wait"}
    assert decided(england, replace(answers, picked=more), age=40) == ("PERMIT", "ok", "network")


def test_what_is_recorded_beside_the_answers_reads_back(england):
    answers = replace(OWN_YES, competent=True, picked={**OWN_YES.picked, **COMPETENT, "safe_contact": "through_me"})
    read = answers_from_json(json.loads(json.dumps(answers_as_json(answers))))
    assert dict(read.picked) == dict(answers.picked)
