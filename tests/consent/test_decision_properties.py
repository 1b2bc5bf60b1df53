"""What must hold for every request that can be put to the procedure, drawn at random from both packs."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from core.consent.decision import decide
from core.consent.pack import Employment
from core.consent.pack_loading import load_packs
from core.consent.policy import Policy
from core.consent.request import Action, Actor, ClientFacts, ConsentFacts, Recipient, Request, ServiceFacts
from core.consent.verdict import Visibility

POLICIES = tuple(Policy(pack) for pack in load_packs().values())
AGENCIES = ("council", "school", "clinic", "charity")
SHOWS = frozenset(Visibility) - {Visibility.NONE, Visibility.SUSPENDED, Visibility.STANDARD_ONLY}
DAYS = st.dates(date(2026, 9, 1), date(2026, 12, 31))
YES_OR_NO = st.booleans()


def some(values):
    return st.frozensets(st.sampled_from(sorted(values)), max_size=4)


def any_request(policy):
    """Any well-formed request, most of them stopped early."""
    pack = policy.pack
    return st.builds(
        Request,
        on=DAYS,
        action=st.sampled_from(list(Action)),
        actor=st.builds(
            Actor,
            agency=st.sampled_from(AGENCIES),
            status=some(pack.statuses),
            role=st.sampled_from(["practitioner", "mash", "social_worker", "child_protection", "team_leader"]),
            employment=st.sampled_from(list(Employment)),
            checks_ok=YES_OR_NO,
            dsa=YES_OR_NO,
            related=YES_OR_NO,
            involved=YES_OR_NO,
            invited=YES_OR_NO,
            assigned=YES_OR_NO,
        ),
        client=st.builds(ClientFacts, age=st.none() | st.integers(-1, 140), shield=st.sampled_from(pack.shield.levels)),
        service=st.builds(
            ServiceFacts,
            cls=st.sampled_from(["standard", *pack.sensitive.classes, "unheard_of"]),
            named=some(AGENCIES),
        ),
        recipients=st.lists(
            st.builds(Recipient, agency=st.sampled_from(AGENCIES), status=some(pack.statuses)), max_size=2
        ).map(tuple),
        basis=st.sampled_from([None, "no.such_basis", *(basis.code for basis in pack.bases)]),
        facts=some({fact for basis in pack.bases for fact in basis.facts}),
        fields=some({"why_not_shared", *(field for basis in pack.bases for field in basis.fields)}),
        consent=CONSENTS,
        approval=st.sampled_from([None, "safeguarding_lead", "manager"]),
        search_fields=some([*pack.shield.searchable_fields, *pack.shield.hidden_fields]).map(tuple),
        identifier=st.sampled_from([None, "unheard_of", *(identifier.code for identifier in pack.identifiers)]),
        by=st.sampled_from([None, "self", "parent"]),
    )


def good_request(policy, basis):
    """Requests that fulfil all this basis asks for but, at times, consent, sensitivity and approval."""
    return st.builds(
        Request,
        on=st.dates(basis.effective_from or date(2026, 9, 1), date(2026, 12, 31)),
        action=st.sampled_from([Action.ADD_CLIENT, Action.PUBLISH, Action.INVITE]),
        actor=st.builds(Actor, agency=st.just("council"), status=st.just(basis.actor_any)),
        client=st.builds(ClientFacts, age=st.sampled_from([0, 11, 12, 15, 16, 17, 18, 40])),
        service=st.builds(ServiceFacts, cls=st.sampled_from(["standard", "mental_health", "domestic_abuse"])),
        recipients=st.lists(
            st.builds(Recipient, agency=st.sampled_from(AGENCIES), status=st.just(basis.recipient_any)), max_size=2
        ).map(tuple),
        basis=st.just(basis.code),
        facts=st.just(frozenset(basis.facts_all)),
        factors=st.just(frozenset(basis.factors)),
        fields=st.just(frozenset(basis.fields)),
        consent=CONSENTS,
        approval=st.sampled_from([None, "safeguarding_lead"]),
    )


CONSENTS = st.builds(
    ConsentFacts,
    by=st.sampled_from([None, "self", "parent", "attorney_or_deputy", "partner"]),
    competent=st.sampled_from([None, True, False]),
    refused=st.sampled_from([False, False, True]),
    withdrawn=st.sampled_from([False, False, True]),
    age_days=st.integers(0, 400),
    disputed=st.booleans(),
)
GOOD = st.one_of([st.tuples(st.just(p), good_request(p, basis)) for p in POLICIES for basis in p.pack.bases])
ANY = st.one_of([st.tuples(st.just(p), any_request(p)) for p in POLICIES])
BOTH = ANY | GOOD
PERMITTED = GOOD.filter(lambda situation: decide(*situation).is_permitted)
EVERY = settings(max_examples=150, deadline=None)


@given(BOTH)
@EVERY
def test_only_a_permit_shows_anything_and_the_same_question_has_the_same_answer(situation):
    policy, request = situation
    decision = decide(policy, request)
    assert decision == decide(policy, request)
    if not decision.is_permitted:
        assert decision.visibility not in SHOWS
    if decision.outcome == "DENY":
        assert decision.visibility == "none"


@given(PERMITTED, st.data())
@EVERY
def test_more_evidence_never_turns_a_permit_into_anything_else(situation, data):
    policy, request = situation
    more = data.draw(some({field for basis in policy.pack.bases for field in basis.fields}))
    assert decide(policy, replace(request, fields=request.fields | more)) == decide(policy, request)


@given(BOTH)
@EVERY
def test_without_clearance_or_agreement_or_with_a_relative_nothing_is_permitted(situation):
    policy, request = situation
    for change in ({"checks_ok": False}, {"dsa": False}, {"related": True}):
        assert not decide(policy, replace(request, actor=replace(request.actor, **change))).is_permitted


@given(PERMITTED)
@EVERY
def test_a_publication_is_never_permitted_without_a_field_a_fact_or_a_consenter_it_needs(situation):
    policy, request = situation
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


@given(PERMITTED, st.frozensets(st.sampled_from(["made_up", "none"])))
@EVERY
def test_one_recipient_out_of_reach_stops_the_whole_publication(situation, status):
    policy, request = situation
    stranger = Recipient(agency="stranger", status=status)
    assert decide(policy, replace(request, recipients=(*request.recipients, stranger))).reason == "recipient_status"


@given(PERMITTED.filter(lambda situation: situation[1].service.is_sensitive))
@EVERY
def test_a_sensitive_publication_names_agencies_and_is_reviewed_within_the_pack_s_limit(situation):
    policy, request = situation
    decision = decide(policy, request)
    assert decision.visibility == "named_only"
    assert request.recipients
    assert decision.review_days <= policy.pack.sensitive.consent_days
    basis = policy.pack.basis(request.basis)
    assert basis.sensitive == "yes" or (basis.sensitive == "approval" and request.approval == "safeguarding_lead")


@given(ANY)
@EVERY
def test_a_sensitive_line_is_full_to_a_named_agency_and_to_no_other(situation):
    policy, request = situation
    cleared = replace(request.actor, checks_ok=True, dsa=True, related=False, involved=True)
    request = replace(request, action=Action.VIEW, actor=cleared)
    decision = decide(policy, request)
    if decision.visibility == "full" and request.service.is_sensitive:
        assert request.actor.agency in request.service.named
    if request.consent.withdrawn:
        assert decision.visibility in ("none", "hidden")
    if request.client.is_shielded and not request.actor.assigned:
        assert decision.visibility == "none"


@given(ANY)
@EVERY
def test_a_shielded_person_found_shows_name_and_broker_at_most(situation):
    policy, request = situation
    if request.client.is_shielded:
        assert decide(policy, replace(request, action=Action.SEARCH)).visibility in ("none", "name_and_broker_only")


@given(PERMITTED)
@EVERY
def test_a_parents_disputed_yes_shows_nothing_that_a_lead_has_not_approved(situation):
    """Where a publication rests on a parent's yes, a dispute makes it wait, and an approval lets it pass."""
    policy, request = situation
    basis = policy.rules.basis(request.basis)
    if request.consent.by != "parent" or basis is None or not basis.consenter or request.action.value not in PUBLISHING:
        return
    disputed = replace(request, consent=replace(request.consent, disputed=True))
    waiting = decide(policy, replace(disputed, approval=None))
    assert (waiting.outcome, waiting.visibility) == ("REVIEW", "none")
    assert decide(policy, replace(disputed, approval="safeguarding_lead")).is_permitted


PUBLISHING = {"add_client", "publish", "invite"}
