"""What must hold for every request that can be put to the procedure, drawn at random from both packs."""

from dataclasses import replace
from datetime import date

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from core.consent.decision import decide
from core.consent.pack import Employment
from core.consent.pack_loading import load_packs
from core.consent.policy import Policy
from core.consent.request import Action, Actor, ClientFacts, ConsentFacts, Recipient, Request, ServiceFacts
from core.consent.verdict import Visibility

POLICIES = {pack_id: Policy(pack) for pack_id, pack in load_packs().items()}
AGENCIES = ("council", "school", "clinic", "charity")
SHOWS = frozenset(Visibility) - {Visibility.NONE, Visibility.SUSPENDED, Visibility.STANDARD_ONLY}
PUBLISHES = st.sampled_from([Action.ADD_CLIENT, Action.PUBLISH, Action.INVITE])


def some(values):
    values = sorted(values)
    return st.frozensets(st.sampled_from(values)) if values else st.just(frozenset())


def mostly(value, others):
    """The value that lets a request pass in most draws, so that late gates are reached too."""
    return st.one_of(st.just(value), st.just(value), others)


@st.composite
def situations(draw, actions=st.sampled_from(Action)):
    """A policy and a request, biased towards a chosen basis so that every gate decides some of them."""
    policy = POLICIES[draw(st.sampled_from(sorted(POLICIES)))]
    pack = policy.pack
    basis = draw(st.sampled_from(pack.bases))
    statuses = some(pack.statuses)
    facts = {fact for other in pack.bases for fact in other.facts}
    fields = {field for other in pack.bases for field in other.fields} | {"why_not_shared"}
    fitting = st.frozensets(st.sampled_from(sorted(basis.recipient_any)), min_size=1)
    flag = mostly(False, st.booleans())
    request = Request(
        on=draw(st.dates(date(2026, 9, 1), date(2026, 12, 31))),
        action=draw(actions),
        actor=Actor(
            agency=draw(st.sampled_from(AGENCIES)),
            status=draw(mostly(basis.actor_any, statuses)),
            role=draw(st.sampled_from(["practitioner", "mash", "social_worker", "child_protection", "team_leader"])),
            employment=draw(mostly(Employment.STAFF, st.sampled_from(Employment))),
            checks_ok=draw(mostly(True, st.booleans())),
            dsa=draw(mostly(True, st.booleans())),
            related=draw(flag),
            involved=draw(st.booleans()),
            invited=draw(flag),
            assigned=draw(st.booleans()),
        ),
        client=ClientFacts(
            age=draw(st.one_of(st.none(), st.integers(-1, 140))), shield=draw(st.sampled_from(pack.shield.levels))
        ),
        service=ServiceFacts(
            cls=draw(st.sampled_from(["standard", *pack.sensitive.classes, "unheard_of"])), named=draw(some(AGENCIES))
        ),
        recipients=tuple(
            draw(
                st.lists(
                    st.builds(Recipient, agency=st.sampled_from(AGENCIES), status=mostly(frozenset(), fitting) | fitting),
                    max_size=2,
                )
            )
        ),
        basis=draw(mostly(basis.code, st.sampled_from([None, "no.such_basis"]))),
        facts=draw(mostly(frozenset(basis.facts_all), some(facts))),
        factors=draw(some(basis.factors)),
        fields=draw(mostly(frozenset(basis.fields), some(fields))),
        consent=ConsentFacts(
            by=draw(st.sampled_from([None, "self", "parent", "attorney_or_deputy", "partner"])),
            competent=draw(st.sampled_from([None, True, False])),
            refused=draw(flag),
            withdrawn=draw(flag),
            age_days=draw(st.integers(0, 400)),
        ),
        approval=draw(st.sampled_from([None, "safeguarding_lead", "manager"])),
        search_fields=tuple(draw(some([*pack.shield.searchable_fields, *pack.shield.hidden_fields]))),
        identifier=draw(st.sampled_from([None, "unheard_of", *(i.code for i in pack.identifiers)])),
        by=draw(st.sampled_from([None, "self", "parent"])),
    )
    return policy, request


EVERY = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])


@given(situations())
@EVERY
def test_only_a_permit_shows_anything_and_the_same_question_has_the_same_answer(situation):
    policy, request = situation
    decision = decide(policy, request)
    assert decision == decide(policy, request)
    if not decision.is_permitted:
        assert decision.visibility not in SHOWS
    if decision.outcome == "DENY":
        assert decision.visibility == "none"


@given(situations(), st.data())
@EVERY
def test_more_evidence_never_turns_a_permit_into_anything_else(situation, data):
    policy, request = situation
    assume(decide(policy, request).is_permitted)
    more = data.draw(some({field for basis in policy.pack.bases for field in basis.fields}))
    assert decide(policy, replace(request, fields=request.fields | more)) == decide(policy, request)


@given(situations())
@EVERY
def test_without_clearance_or_agreement_or_with_a_relative_nothing_is_permitted(situation):
    policy, request = situation
    for change in ({"checks_ok": False}, {"dsa": False}, {"related": True}):
        assert not decide(policy, replace(request, actor=replace(request.actor, **change))).is_permitted


@given(situations(PUBLISHES))
@EVERY
def test_a_publication_is_never_permitted_without_a_field_a_consenter_or_a_fact_it_needs(situation):
    policy, request = situation
    decision = decide(policy, request)
    assume(decision.is_permitted)
    basis = policy.pack.basis(request.basis)
    for name in basis.fields:
        assert name in decide(policy, replace(request, fields=request.fields - {name})).missing
    for name in basis.facts_all:
        assert name in decide(policy, replace(request, facts=request.facts - {name})).missing
    for name in basis.facts_none:
        assert decide(policy, replace(request, facts=request.facts | {name})).reason == "exclusion_applies"
    if basis.consenter:
        assert decide(policy, replace(request, consent=ConsentFacts())).missing == ("consenter",)
        assert decide(policy, replace(request, consent=replace(request.consent, withdrawn=True))).reason == "refused"


@given(situations(PUBLISHES), st.frozensets(st.sampled_from(["made_up", "none"])))
@EVERY
def test_one_recipient_out_of_reach_stops_the_whole_publication(situation, status):
    policy, request = situation
    assume(decide(policy, request).is_permitted)
    stranger = Recipient(agency="stranger", status=status)
    assert decide(policy, replace(request, recipients=(*request.recipients, stranger))).reason == "recipient_status"


@given(situations(PUBLISHES))
@EVERY
def test_a_sensitive_publication_names_agencies_and_is_reviewed_within_the_pack_s_limit(situation):
    policy, request = situation
    decision = decide(policy, request)
    assume(decision.is_permitted and request.service.is_sensitive)
    assert decision.visibility == "named_only"
    assert request.recipients
    assert decision.review_days <= policy.pack.sensitive.consent_days
    basis = policy.pack.basis(request.basis)
    assert basis.sensitive == "yes" or (basis.sensitive == "approval" and request.approval == "safeguarding_lead")


@given(situations(st.just(Action.VIEW)))
@EVERY
def test_a_sensitive_line_is_full_to_a_named_agency_and_to_no_other(situation):
    policy, request = situation
    decision = decide(policy, request)
    if decision.visibility == "full" and request.service.is_sensitive:
        assert request.actor.agency in request.service.named
    if request.consent.withdrawn:
        assert decision.visibility in ("none", "hidden")
    if request.client.is_shielded and not request.actor.assigned:
        assert decision.visibility == "none"


@given(situations(st.just(Action.SEARCH)))
@EVERY
def test_a_shielded_person_found_shows_name_and_broker_at_most(situation):
    policy, request = situation
    if request.client.is_shielded:
        assert decide(policy, request).visibility in ("none", "name_and_broker_only")
