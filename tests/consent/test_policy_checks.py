"""A council may only tighten: each loosening is refused in a sentence, and what is accepted never loosens."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.consent.decision import decide
from core.consent.own_words import words_by_path
from core.consent.pack import STANDARD_CLASS
from core.consent.policy import (
    APPROVALS_BY_TWO,
    Policy,
    Tightening,
    starting_policy,
    stored_tightening,
    tightening_from,
)
from core.consent.policy_checks import askable_fields, check_tightening, promises_too_much
from core.consent.wording import QuestionSlug
from tests.consent.test_decision_properties import POLICIES, any_request, good_request

TYPES = {
    "family.help": "standard",
    "youth.open": "standard",
    "health.sexual": "sexual_health",
    "youth.identity_group": "sexual_orientation",
}
OFF = frozenset({"en.s16la"})


def refused(pack, **tightening):
    return check_tightening(pack, Tightening(**{"bases_off": OFF, **tightening}), types=TYPES)


@pytest.fixture
def pack(packs):
    return packs["gb-eng"]


def test_a_starting_policy_is_refused_nothing(packs):
    for one in packs.values():
        assert check_tightening(one, starting_policy(one).tightening, types=TYPES) == ()


@pytest.mark.parametrize(
    ("tightening", "says"),
    [
        ({"bases_off": OFF | {"en.nonsense"}}, "no route “en.nonsense”"),
        ({"bases_off": OFF | {"en.family_help_agreement", "en.consent_explicit"}}, "rests on a person's own yes"),
        ({"bases_off": frozenset()}, "stays off until the information-governance officer signs"),
        ({"bases_signed": frozenset({"en.s47"})}, "needs no signing"),
        ({"bases_signed": OFF}, "signed and switched off at once"),
        ({"review_days": {"en.s47": 46}}, "can be shortened, not lengthened: the law pack gives 45 days"),
        ({"review_days": {"en.s47": 0}}, "at least 1 day"),
        ({"review_days": {"en.nonsense": 3}}, "no route “en.nonsense”"),
        ({"standard_consent_days": 366}, "the law pack gives 365 days, and 366 is longer"),
        ({"sensitive_consent_days": 184}, "gives 183 days"),
        ({"override_days": 91}, "gives 90 days"),
        ({"freshness_days": 91}, "gives 90 days"),
        ({"freshness_days": -1}, "at least 1 day"),
        ({"more_fields": {"en.nonsense": ("purpose",)}}, "no route “en.nonsense”"),
        ({"more_fields": {"en.s47": ("favourite_colour",)}}, "no words for the evidence “favourite_colour”"),
        ({"more_fields": {"en.s47": ("factors",)}}, "can't be answered"),
        ({"classes": {"space.travel": "mental_health"}}, "no service of the type “space.travel”"),
        ({"classes": {"youth.open": "space"}}, "Neither the law pack nor the catalogue has a class “space”"),
        ({"classes": {"health.sexual": "standard"}}, "one of the law's core classes"),
        ({"classes": {"health.sexual": "mental_health"}}, "is sensitive already, as sexual health"),
        ({"classes": {"youth.open": "standard"}}, "can't be made an ordinary service"),
        ({"hidden_always": frozenset({"standard"})}, "has a class “standard”"),
        ({"two_people_for": frozenset({"lunch"})}, "no kind of approval"),
        ({"wording": {"conversation.step.nowhere.text": "Hello"}}, "says nothing at “conversation.step.nowhere.text”"),
        ({"wording": {"conversation.material_version": "1"}}, "says nothing at"),
        ({"wording": {"conversation.if_no": "  "}}, "can't be empty"),
        ({"wording": {"conversation.if_no": "x" * 401}}, "longer than 400 characters"),
        ({"wording": {"conversation.if_no": "a\x00b"}}, "a sign that can't be shown"),
        ({"wording": {"conversation.if_no": "This is confidential."}}, "without the limits"),
        ({"wording": {"conversation.if_no": "It is anonymous, unless a court asks."}}, "anonymous"),
        ({"wording": {"conversation.if_no": "Nobody will ever be told."}}, "nobody will ever be told"),
    ],
)  # fmt: skip
def test_each_loosening_is_refused_in_one_sentence(pack, tightening, says):
    sentences = refused(pack, **tightening)
    assert len(sentences) == 1, sentences
    assert says in sentences[0]


@pytest.mark.parametrize(
    "tightening",
    [
        {"bases_off": frozenset(), "bases_signed": OFF},
        {"bases_off": OFF | {"en.cda115"}},
        {"review_days": {"en.s47": 45, "en.cda115": 1}},
        {"more_fields": {"en.cda115": ("informed_status", "purpose")}},
        {"classes": {"youth.open": "mental_health", "health.sexual": "sexual_health"}},
        {"hidden_always": frozenset({"mental_health"}), "hides_masked": True},
        {"two_people_for": frozenset(APPROVALS_BY_TWO), "freshness_days": 30, "standard_consent_days": 100},
        {"wording": {"conversation.if_no": "This stays confidential, unless someone could be seriously hurt."}},
    ],
)
def test_what_tightens_is_accepted_and_is_read_back_as_it_was_stored(pack, tightening):
    assert refused(pack, **tightening) == ()
    whole = Tightening(**{"bases_off": OFF, **tightening})
    assert tightening_from(stored_tightening(whole)) == whole


@pytest.mark.parametrize(
    "text",
    [
        "Nobody will know.",
        "No one else will ever see this.",
        "We never share anything.",
        "We will not tell anyone.",
        "We won't show it to anybody.",
        "We won\u2019t show it to anybody.",
        "It is completely private.",
        "We promise to keep it to ourselves.",
        "It is confidential. Trust us.",
        "You can stay anonymous.",
    ],
)
def test_words_that_promise_too_much_are_refused(text):
    assert promises_too_much(text)


@pytest.mark.parametrize(
    "text",
    [
        "A confidential service may be involved.",
        "We never tell anyone, unless someone could be seriously hurt.",
        "You can say that nobody is to be on your list.",
        "It holds no notes, no opinions and nothing you have told us.",
        "This is confidential. There are limits: a court may ask.",
    ],
)
def test_honest_words_are_accepted(text):
    assert promises_too_much(text) == ""


def test_the_packs_own_words_promise_nothing_that_a_council_may_not(packs):
    for pack in packs.values():
        assert {path: text for path, text in words_by_path(pack).items() if promises_too_much(text)} == {}


def test_a_councils_own_words_are_said_and_mark_the_version_that_is_stored(pack):
    own = {
        "conversation.step.why.text": "So that you need not say it twice.",
        "conversation.if_no": "That is your right.",
        "conversation.question.outcome.text": "And what did they say?",
        "conversation.question.talked.hint": "Talk first.",
        "wording.route.en.s47": "There is an enquiry",
        "wording.fact.s47_open.help": "Ask for its number.",
        "wording.field.purpose.label": "What for",
    }
    rules = Policy(pack, Tightening(wording=own)).rules
    conversation, wording = rules.conversation, rules.wording
    assert conversation.steps[0].text == own["conversation.step.why.text"]
    assert conversation.steps[1] == pack.conversation.steps[1]
    assert conversation.if_no == "That is your right."
    assert conversation.question(QuestionSlug.OUTCOME).text == "And what did they say?"
    assert conversation.question(QuestionSlug.TALKED).hint == "Talk first."
    assert wording.routes["en.s47"] == "There is an enquiry"
    assert (wording.facts["s47_open"].help, wording.facts["s47_open"].label) == (
        "Ask for its number.", pack.wording.facts["s47_open"].label,
    )  # fmt: skip
    assert wording.fields["purpose"].label == "What for"
    assert words_by_path(rules).keys() == words_by_path(pack).keys()


def test_the_version_of_the_words_changes_with_the_councils_words_and_only_with_them(pack):
    def version(**own):
        return Policy(pack, Tightening(wording=own)).rules.conversation.material_version

    plain = pack.conversation.material_version
    one, other = {"conversation.if_no": "Fine."}, {"conversation.if_no": "That is fine by us."}
    assert version() == plain == version(**{"conversation.if_no": pack.conversation.if_no})
    assert version(**one).startswith(f"{plain}+")
    assert len({plain, version(**one), version(**other)}) == 3
    both = {"conversation.if_no": "Fine.", "conversation.name": "Talk"}
    assert version(**both) == version(**dict(reversed(both.items())))
    assert len(version(**one)) <= 64


WIDER = {"network": 3, "named_only": 2, "full": 3, "masked": 2, "hidden": 1, "suspended": 1, "none": 0}


def tightenings(pack):
    codes = [basis.code for basis in pack.bases]
    reviews = st.fixed_dictionaries({}, optional={b.code: st.integers(1, b.review_days) for b in pack.bases})
    fields = st.fixed_dictionaries(
        {}, optional={b.code: st.lists(st.sampled_from(askable_fields(pack, b)), max_size=3).map(tuple) for b in pack.bases}
    )  # fmt: skip
    sensitive = st.sampled_from(pack.sensitive.classes)

    def days(most):
        return st.none() | st.integers(1, most)

    return st.builds(
        Tightening,
        bases_off=st.frozensets(st.sampled_from(codes), max_size=4),
        bases_signed=st.just(frozenset(pack.conversation.off_until_signed)),
        review_days=reviews,
        more_fields=fields,
        classes=st.fixed_dictionaries({}, optional={"youth.open": sensitive, "family.help": sensitive}),
        hidden_always=st.frozensets(sensitive, max_size=3),
        hides_masked=st.booleans(),
        standard_consent_days=days(pack.standard_consent_days),
        sensitive_consent_days=days(pack.sensitive.consent_days),
        override_days=days(pack.sensitive.override_days),
        freshness_days=days(pack.freshness_days),
        two_people_for=st.frozensets(st.sampled_from(APPROVALS_BY_TWO)),
    ).map(lambda one: replace(one, bases_signed=one.bases_signed - one.bases_off))


def situations(plain):
    requests = st.one_of([any_request(plain), *(good_request(plain, basis) for basis in plain.pack.bases)])
    return st.tuples(st.just(plain), tightenings(plain.pack), requests, st.sampled_from(sorted(TYPES)))


def kinds(decision):
    return {item.split(":")[0] if item.startswith("review:") else item for item in decision.obligations}


@given(st.one_of([situations(plain) for plain in POLICIES]))
@settings(max_examples=400, deadline=None)
def test_whatever_a_tightened_policy_permits_the_pack_permits_as_widely_and_as_long(situation):
    plain, tightening, request, type_code = situation
    loose = check_tightening(plain.pack, tightening, types=TYPES)
    if [sentence for sentence in loose if "own yes" not in sentence]:
        raise AssertionError(loose)
    tight = Policy(plain.pack, tightening)
    own = request.service.cls if request.service.cls != STANDARD_CLASS else TYPES[type_code]
    asked = replace(request, service=replace(request.service, cls=own))
    kept = replace(request, service=replace(request.service, cls=tight.class_of(type_code, own)))
    mine, law = decide(tight, kept), decide(plain, asked)
    if not mine.is_permitted:
        return
    assert law.is_permitted, law
    assert WIDER.get(mine.visibility, 0) <= WIDER.get(law.visibility, 0)
    assert kinds(law) <= kinds(mine)
    if law.review_days is not None:
        assert mine.review_days <= law.review_days
