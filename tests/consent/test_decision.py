"""The gates one by one: their order, their edges, and what each answer carries. Regimes, sections 9.2 and 9.3."""

from dataclasses import replace
from datetime import date

import pytest

from core.consent.decision import decide
from core.consent.pack import OtherViewers
from core.consent.policy import Policy, Tightening, starting_policy
from core.consent.request import Action, Actor, ClientFacts, ConsentFacts, Recipient, Request, ServiceFacts

DAY = date(2026, 11, 21)
COUNCIL = Actor(agency="council", status=frozenset({"s11"}))
SCHOOL = Recipient(agency="school", status=frozenset({"s16e"}))
CHARITY = Recipient(agency="charity", status=frozenset({"voluntary"}))
CLINIC = ServiceFacts(cls="sexual_health", named=frozenset({"school"}))
SHIELDED = ClientFacts(age=6, shield="shielded")

FAMILY_HELP = Request(
    on=DAY,
    action=Action.PUBLISH,
    actor=COUNCIL,
    client=ClientFacts(age=8),
    recipients=(SCHOOL,),
    basis="en.family_help_agreement",
    fields=frozenset({"purpose", "agreed_by", "agreement_form", "material_version"}),
    consent=ConsentFacts(by="parent"),
)
CONSENT = replace(
    FAMILY_HELP,
    basis="en.consent_explicit",
    fields=frozenset(
        {"consenter", "capacity_basis", "consent_form", "wording_version", "purpose", "withdrawal_explained"}
    ),
)
HARM = replace(
    FAMILY_HELP,
    basis="en.significant_harm",
    facts=frozenset({"significant_harm_suspected"}),
    fields=frozenset({"reason", "why_no_consent", "informed_status"}),
    consent=ConsentFacts(),
)
VIEW = Request(on=DAY, action=Action.VIEW, actor=replace(COUNCIL, involved=True), client=ClientFacts(age=15))


def short(decision):
    return decision.outcome, decision.reason, decision.visibility


def denied(reason):
    return "DENY", reason, "none"


@pytest.mark.parametrize("action", [Action.ADD_CLIENT, Action.PUBLISH, Action.INVITE])
def test_adding_publishing_and_inviting_are_one_question(england, action):
    decision = decide(england, replace(FAMILY_HELP, action=action))
    assert short(decision) == ("PERMIT", "ok", "network")
    assert decision.obligations == ("notify:before", "review:365")
    assert decision.review_days == 365


@pytest.mark.parametrize("action", [action for action in Action if action is not Action.SET_IDENTIFIER])
def test_person_then_conflict_then_agency_come_before_everything_else(england, action):
    request = replace(VIEW, action=action)
    nobody = replace(COUNCIL, checks_ok=False, related=True, dsa=False)
    assert decide(england, replace(request, actor=nobody)).reason == "actor_not_cleared"
    assert decide(england, replace(request, actor=replace(nobody, checks_ok=True))).reason == "conflict_of_interest"
    stopped = decide(england, replace(request, actor=replace(COUNCIL, dsa=False)))
    assert short(stopped) == denied("agency_agreement_missing")


@pytest.mark.parametrize(
    ("identifier", "status", "reason"),
    [
        ("ni_number", "s11", "identifier_prohibited"),
        ("passport", "s11", "identifier_prohibited"),
        (None, "s11", "identifier_prohibited"),
        ("upn", "s11", "identifier_restricted"),
        ("upn", "s16e", "ok"),
        ("nhs_number", "voluntary", "ok"),
        ("local_ref", "voluntary", "ok"),
    ],
)
def test_an_identifier_is_kept_out_or_kept_to_some(england, identifier, status, reason):
    actor = Actor(agency="a", status=frozenset({status}))
    request = Request(on=DAY, action=Action.SET_IDENTIFIER, actor=actor, identifier=identifier)
    assert decide(england, request).reason == reason
    if reason != "ok":
        assert decide(england, replace(request, actor=replace(actor, checks_ok=False))).reason == reason
    else:
        assert decide(england, replace(request, actor=replace(actor, dsa=False))).reason == "agency_agreement_missing"


@pytest.mark.parametrize(
    ("client", "typed", "expected"),
    [
        (ClientFacts(age=6), ("address",), ("PERMIT", "ok", "demographics_only")),
        (SHIELDED, ("family_name", "dob"), ("PERMIT", "ok", "name_and_broker_only")),
        (SHIELDED, ("family_name", "address"), denied("no_match")),
        (SHIELDED, (), denied("no_match")),
        (replace(SHIELDED, shield="a_level_nobody_knows"), ("phone",), denied("no_match")),
    ],
)
def test_search_finds_a_shielded_person_by_searchable_fields_alone(england, client, typed, expected):
    request = Request(on=DAY, action=Action.SEARCH, actor=COUNCIL, client=client, search_fields=typed)
    assert short(decide(england, request)) == expected


def test_limited_sight_asks_for_the_role_and_then_for_the_reason(england):
    request = Request(on=DAY, action=Action.BREAK_GLASS, actor=COUNCIL, client=SHIELDED)
    assert short(decide(england, request)) == denied("role_not_permitted")
    worker = replace(request, actor=replace(COUNCIL, role="social_worker"))
    assert decide(england, worker).obligations == ("missing:reason",)
    permitted = decide(england, replace(worker, fields=frozenset({"reason"})))
    assert short(permitted) == ("PERMIT", "break_glass", "session")
    assert permitted.obligations == ("alert_immediate", "review_by_ig", "notify_owner_agency")


def test_the_roles_for_limited_sight_differ_for_a_shielded_person(england):
    lead = Request(
        on=DAY,
        action=Action.BREAK_GLASS,
        actor=replace(COUNCIL, role="safeguarding_lead"),
        client=ClientFacts(age=6),
        fields=frozenset({"reason"}),
    )
    assert decide(england, lead).reason == "break_glass"
    assert decide(england, replace(lead, client=SHIELDED)).reason == "role_not_permitted"


def test_a_shielded_person_is_seen_by_those_assigned_who_are_involved_too(england):
    involved = replace(VIEW, client=SHIELDED)
    assert short(decide(england, involved)) == denied("no_match")
    assigned = replace(involved, actor=replace(involved.actor, assigned=True))
    assert short(decide(england, assigned)) == ("PERMIT", "ok", "full")
    assert decide(england, replace(assigned, actor=replace(COUNCIL, assigned=True))).reason == "no_relationship"


@pytest.mark.parametrize("change", [{"involved": True}, {"invited": True}, {"role": "mash"}, {"role": "s47_lead"}])
def test_a_relationship_is_involvement_invitation_or_a_lead_of_an_enquiry(england, change):
    assert decide(england, replace(VIEW, actor=COUNCIL)).reason == "no_relationship"
    assert short(decide(england, replace(VIEW, actor=replace(COUNCIL, **change)))) == ("PERMIT", "ok", "full")


def test_a_sensitive_service_is_full_to_the_named_and_hidden_or_masked_to_others(england):
    viewed = replace(VIEW, service=CLINIC)
    named = replace(viewed, actor=replace(viewed.actor, agency="school"))
    assert short(decide(england, named)) == ("PERMIT", "ok", "full")
    assert short(decide(england, viewed)) == ("PERMIT", "sensitive_not_named", "hidden")
    sensitive = replace(england.pack.sensitive, other_viewers=OtherViewers.MASKED)
    masking = Policy(replace(england.pack, sensitive=sensitive))
    assert decide(masking, viewed).visibility == "masked"
    assert decide(masking, replace(viewed, service=ServiceFacts(cls="adoption"))).visibility == "hidden"


def test_a_class_that_no_pack_lists_is_kept_as_close_as_those_it_lists(england):
    unknown = ServiceFacts(cls="something_new")
    assert decide(england, replace(VIEW, service=unknown)).visibility == "hidden"
    assert decide(england, replace(FAMILY_HELP, service=unknown)).reason == "sensitive_needs_explicit_consent"


def test_a_withdrawn_line_is_hidden_even_from_the_named(england):
    viewed = replace(VIEW, service=CLINIC, consent=ConsentFacts(withdrawn=True))
    decision = decide(england, replace(viewed, actor=replace(viewed.actor, agency="school")))
    assert short(decision) == ("PERMIT", "withdrawn", "hidden")
    assert decision.obligations == ("retain_audit",)


def test_a_basis_nobody_knows_or_that_the_council_does_not_use_is_unknown(england, packs):
    assert decide(england, replace(FAMILY_HELP, basis="vic.ciss")).reason == "basis_unknown"
    assert decide(england, replace(FAMILY_HELP, basis=None)).reason == "basis_unknown"
    without = Policy(packs["gb-eng"], Tightening(bases_off=frozenset({"en.family_help_agreement"})))
    assert decide(without, FAMILY_HELP).reason == "basis_unknown"
    assert starting_policy(packs["gb-eng"]).rules.basis("en.s16la") is None
    assert england.rules.basis("en.s16la") is not None


@pytest.mark.parametrize(
    ("on", "in_force"), [((2026, 9, 29), False), ((2026, 9, 30), True), ((2027, 1, 1), True), ((2027, 1, 2), False)]
)
def test_a_basis_is_in_force_from_its_first_to_its_last_day(england, on, in_force):
    ending = [
        replace(basis, effective_to=date(2027, 1, 1)) if basis.code == "en.s16la" else basis
        for basis in england.pack.bases
    ]
    policy = Policy(replace(england.pack, bases=tuple(ending)))
    reason = decide(policy, replace(FAMILY_HELP, basis="en.s16la", on=date(*on))).reason
    assert (reason != "basis_not_in_force") is in_force


@pytest.mark.parametrize(
    ("basis", "age", "fits"),
    [
        ("en.family_help_agreement", 17, True),
        ("en.family_help_agreement", 18, False),
        ("en.adult_safeguarding", 17, False),
        ("en.adult_safeguarding", 18, True),
        ("en.mca_best_interests", 15, False),
        ("en.mca_best_interests", 16, True),
        ("en.cda115", 0, True),
    ],
)
def test_a_basis_is_for_a_child_an_adult_or_from_an_age(england, basis, age, fits):
    reason = decide(england, replace(FAMILY_HELP, basis=basis, client=ClientFacts(age=age))).reason
    assert (reason != "basis_wrong_client_type") is fits


@pytest.mark.parametrize("request_", [FAMILY_HELP, CONSENT, HARM, replace(HARM, basis="en.mca_best_interests")])
def test_an_unknown_age_is_asked_for_wherever_it_matters(england, request_):
    decision = decide(england, replace(request_, client=ClientFacts(age=None)))
    assert short(decision) == denied("evidence_incomplete")
    assert decision.missing == ("client_age",)


def test_an_unknown_age_does_not_stop_an_emergency(england):
    emergency = replace(
        HARM,
        basis="en.vital",
        client=ClientFacts(),
        facts=frozenset({"life_threatening"}),
        consent=ConsentFacts(refused=True),
    )
    decision = decide(england, emergency)
    assert short(decision) == ("PERMIT", "ok", "network")
    assert decision.obligations == ("notify:after", "review:1")


def test_every_recipient_must_be_one_the_basis_may_reach(england):
    assert decide(england, HARM).outcome == "PERMIT"
    assert decide(england, replace(HARM, recipients=(SCHOOL, CHARITY))).reason == "recipient_status"
    stopped_earlier = replace(HARM, recipients=(CHARITY,), actor=Actor(agency="a"))
    assert decide(england, stopped_earlier).reason == "actor_status"


def test_an_exclusion_comes_before_a_missing_fact_and_a_missing_fact_before_a_refusal(england):
    care = replace(
        FAMILY_HELP,
        basis="en.direct_care_251b",
        actor=Actor(agency="a", status=frozenset({"health_asc"})),
        recipients=(Recipient(agency="r", status=frozenset({"health_asc"})),),
        facts=frozenset({"objects_or_would_object"}),
        consent=ConsentFacts(refused=True),
    )
    excluded = decide(england, care)
    assert (excluded.reason, excluded.obligations) == ("exclusion_applies", ("record:why_not_shared",))
    short_of = decide(england, replace(care, facts=frozenset({"best_interests"})))
    assert (short_of.reason, short_of.missing) == ("threshold_not_met", ("facilitates_care",))
    refused = decide(england, replace(care, facts=frozenset({"best_interests", "facilitates_care"})))
    assert (refused.reason, refused.obligations) == ("refused", ("record:why_not_shared",))


def test_factors_count_once_and_only_those_of_the_law(england):
    household = replace(
        FAMILY_HELP,
        basis="en.dea_multiple_disadvantages",
        actor=Actor(agency="a", status=frozenset({"dea_sch4"})),
        recipients=(Recipient(agency="r", status=frozenset({"dea_sch4"})),),
        factors=frozenset({"unemployment", "bad_luck"}),
        fields=frozenset({"objective", "factors", "information_sharing_agreement_ref"}),
    )
    assert decide(england, household).obligations == ("missing:factors",)
    assert decide(england, replace(household, factors=frozenset({"unemployment", "ill_health"}))).outcome == "PERMIT"


def test_a_no_or_a_yes_taken_back_comes_before_who_consented(england):
    for consent in (
        ConsentFacts(refused=True),
        ConsentFacts(by="parent", withdrawn=True),
        ConsentFacts(withdrawn=True),
    ):
        decision = decide(england, replace(FAMILY_HELP, consent=consent))
        assert (decision.reason, decision.obligations) == ("refused", ("record:why_not_shared",))


@pytest.mark.parametrize(
    ("age", "by", "competent", "reason"),
    [
        (8, None, None, "evidence_incomplete"),
        (8, "parent", None, "ok"),
        (8, "self", None, "wrong_consenter"),
        (8, "grandparent", None, "wrong_consenter"),
        (11, "self", True, "competence_below_assess_age"),
        (11, "parent", True, "competence_below_assess_age"),
        (11, "parent", False, "ok"),
        (12, "self", True, "ok"),
        (12, "self", None, "wrong_consenter"),
        (12, "parent", None, "ok"),
        (15, "parent", True, "wrong_consenter"),
        (15, "self", False, "wrong_consenter"),
        (16, "self", None, "ok"),
        (16, "parent", None, "wrong_consenter"),
        (16, "parent", False, "ok"),
        (16, "self", False, "wrong_consenter"),
        (17, "attorney_or_deputy", None, "wrong_consenter"),
        (18, "self", None, "ok"),
        (18, "self", False, "ok"),
        (18, "parent", None, "wrong_consenter"),
        (40, "attorney_or_deputy", None, "ok"),
        (40, "partner", None, "wrong_consenter"),
    ],
)
def test_the_right_person_consents_for_each_age_and_competence(england, age, by, competent, reason):
    consent = ConsentFacts(by=by, competent=competent)
    decision = decide(england, replace(CONSENT, client=ClientFacts(age=age), consent=consent))
    assert decision.reason == reason
    if reason == "competence_below_assess_age":
        assert (decision.outcome, decision.obligations) == ("REVIEW", ("approver:safeguarding_lead",))


def test_a_young_childs_own_yes_counts_once_a_safeguarding_lead_approved_it(england):
    claimed = replace(FAMILY_HELP, client=ClientFacts(age=10), consent=ConsentFacts(by="self", competent=True))
    waiting = decide(england, claimed)
    assert (waiting.outcome, waiting.reason) == ("REVIEW", "competence_below_assess_age")
    assert waiting.obligations == ("approver:safeguarding_lead",)
    assert short(decide(england, replace(claimed, approval="safeguarding_lead"))) == ("PERMIT", "ok", "network")
    assert decide(england, replace(claimed, approval="manager")).outcome == "REVIEW"
    mother = replace(claimed, consent=ConsentFacts(by="parent", competent=True), approval="safeguarding_lead")
    assert decide(england, mother).reason == "wrong_consenter"


def test_parents_who_disagree_or_a_care_order_wait_for_a_safeguarding_lead(england):
    disputed = replace(FAMILY_HELP, consent=ConsentFacts(by="parent", disputed=True))
    waiting = decide(england, disputed)
    assert short(waiting) == ("REVIEW", "parental_responsibility", "none")
    assert waiting.obligations == ("approver:safeguarding_lead",)
    assert short(decide(england, replace(disputed, approval="safeguarding_lead"))) == ("PERMIT", "ok", "network")


@pytest.mark.parametrize(
    ("age", "consent", "reason"),
    [
        (17, ConsentFacts(by="self", disputed=True), "ok"),
        (40, ConsentFacts(by="parent", disputed=True), "wrong_consenter"),
        (8, ConsentFacts(by="parent", disputed=True, refused=True), "refused"),
        (14, ConsentFacts(by="parent", competent=True, disputed=True), "wrong_consenter"),
    ],
)
def test_a_dispute_between_parents_matters_only_where_a_parent_decides(england, age, consent, reason):
    basis = CONSENT if age >= 18 else FAMILY_HELP
    assert decide(england, replace(basis, client=ClientFacts(age=age), consent=consent)).reason == reason


def test_victoria_presumes_competence_a_year_earlier(england, victoria):
    status = frozenset({"ise", "s11"})
    young = replace(
        CONSENT,
        actor=Actor(agency="a", status=status),
        recipients=(Recipient(agency="r", status=status),),
        client=ClientFacts(age=15),
        consent=ConsentFacts(by="self"),
    )
    assert decide(victoria, replace(young, basis="vic.consent")).outcome == "PERMIT"
    assert decide(england, young).reason == "wrong_consenter"


@pytest.mark.parametrize(("cls", "limit"), [("standard", 365), ("sexual_health", 183)])
def test_a_consent_holds_to_its_last_day(england, cls, limit):
    request = replace(CONSENT, service=ServiceFacts(cls=cls))
    last_day = replace(request, consent=ConsentFacts(by="parent", age_days=limit))
    assert decide(england, last_day).outcome == "PERMIT"
    day_after = replace(request, consent=ConsentFacts(by="parent", age_days=limit + 1))
    assert short(decide(england, day_after)) == denied("consent_expired")


def test_consent_names_its_agencies_and_so_does_everything_sensitive(england):
    assert decide(england, replace(CONSENT, recipients=())).obligations == ("missing:recipients",)
    assert decide(england, replace(FAMILY_HELP, recipients=())).outcome == "PERMIT"
    approved = replace(HARM, service=CLINIC, approval="safeguarding_lead")
    assert decide(england, approved).visibility == "named_only"
    assert decide(england, replace(approved, recipients=())).obligations == ("missing:recipients",)


def test_missing_evidence_is_listed_field_by_field_in_the_law_s_order(england):
    decision = decide(england, replace(FAMILY_HELP, fields=frozenset({"agreed_by"})))
    assert short(decision) == denied("evidence_incomplete")
    assert decision.missing == ("purpose", "agreement_form", "material_version")


def test_a_sensitive_service_without_consent_waits_for_a_safeguarding_lead_and_nobody_else(england):
    sensitive = replace(HARM, service=CLINIC)
    waiting = decide(england, sensitive)
    assert short(waiting) == ("REVIEW", "approval_required", "none")
    assert set(waiting.obligations) == {"notify:if_safe", "review:90", "approver:safeguarding_lead"}
    assert decide(england, replace(sensitive, approval="manager")).outcome == "REVIEW"
    assert short(decide(england, replace(sensitive, approval="safeguarding_lead"))) == ("PERMIT", "ok", "named_only")


@pytest.mark.parametrize(
    ("request_", "review"),
    [
        (replace(CONSENT, service=CLINIC), "review:183"),
        (CONSENT, "review:365"),
        (replace(HARM, service=CLINIC, approval="safeguarding_lead"), "review:90"),
        (
            replace(
                HARM,
                basis="en.s47",
                recipients=(Recipient(agency="r", status=frozenset({"s11"})),),
                facts=frozenset({"s47_open"}),
                fields=frozenset({"s47_reference", "reason", "informed_status"}),
                service=CLINIC,
                approval="safeguarding_lead",
            ),
            "review:45",
        ),
        (
            replace(
                HARM,
                basis="en.s16la",
                fields=frozenset(
                    {"relevance_to_welfare", "recipient_function", "detriment_considered", "informed_status"}
                ),
                service=CLINIC,
                approval="safeguarding_lead",
            ),
            "review:90",
        ),
    ],
)
def test_the_review_of_a_sensitive_service_is_capped(england, request_, review):
    decision = decide(england, request_)
    assert decision.outcome == "PERMIT"
    assert review in decision.obligations


def test_a_refused_request_is_recorded_as_each_law_asks(england, victoria):
    request = Request(on=DAY, action=Action.REQUEST_REFUSED, actor=COUNCIL)
    assert decide(england, request).obligations == ("missing:why_not_shared",)
    recorded = decide(england, replace(request, fields=frozenset({"why_not_shared"})))
    assert short(recorded) == ("PERMIT", "refusal_recorded", "none")
    assert decide(victoria, replace(request, fields=frozenset({"why_not_shared"}))).missing == (
        "refusal_reason",
        "refusal_sent_in_writing_on",
    )


@pytest.mark.parametrize("by", ["parent", "solicitor", "attorney_or_deputy", None])
def test_access_is_for_the_person_and_anyone_else_s_request_is_reviewed(england, by):
    request = Request(on=DAY, action=Action.DATA_SUBJECT_ACCESS, actor=COUNCIL, by="self")
    own = decide(england, request)
    assert (*short(own), own.obligations) == ("PERMIT", "ok", "full", ("deadline",))
    others = decide(england, replace(request, by=by))
    assert short(others) == ("REVIEW", "third_party_request", "standard_only")
    assert others.obligations == ("deadline", "seek_young_persons_view", "exclude_sensitive_unless_agreed")


@pytest.mark.parametrize(
    ("age", "by", "outcome"),
    [
        (17, "parent", "PERMIT"),
        (18, "parent", "REVIEW"),
        (18, "grandparent", "REVIEW"),
        (18, "self", "PERMIT"),
        (18, "attorney_or_deputy", "PERMIT"),
        (18, None, "PERMIT"),
        (None, "parent", "REVIEW"),
    ],
)
def test_what_a_parent_agreed_to_ends_when_the_child_is_an_adult(england, age, by, outcome):
    request = Request(
        on=DAY,
        action=Action.AGE_TRANSITION,
        actor=Actor(agency="system", role="system"),
        client=ClientFacts(age=age),
        consent=ConsentFacts(by=by),
    )
    decision = decide(england, request)
    assert decision.outcome == outcome
    assert (decision.visibility == "suspended") is (outcome == "REVIEW")
