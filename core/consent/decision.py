"""The decision procedure: one pure function from a policy and a request to an answer.

Regimes, sections 9.2 and 9.3, gate by gate; the first gate that stops decides. Everything that shows or changes an
involvement asks this. It reads no clock, no database and no council: the same question always has the same answer.
"""

from typing import assert_never

from core.consent.gates import DECIDES_FOR_AN_ADULT, SELF, decide_publication
from core.consent.pack import IdentifierUse, OtherViewers, Pack
from core.consent.policy import Policy
from core.consent.request import Action, Request
from core.consent.verdict import Decision, Reason, Visibility, deny, incomplete, permit, review

RELATIONSHIP_ROLES = frozenset({"mash", "s47_lead"})

_REFUSAL_EVENT = "request_refused"
_REFUSAL_FIELDS = ("why_not_shared",)  # where a pack asks for nothing more
REASON_FIELD = "reason"
"""The reason for limited sight, as a request names it."""


def decide(policy: Policy, request: Request) -> Decision:
    """May this be done, and what follows? Never raises for a well-formed request."""
    rules = policy.rules
    stopped = _identifier_gate(rules, request) or _actor_gates(request)
    return stopped if stopped is not None else _decide_action(rules, request)


def _decide_action(rules: Pack, request: Request) -> Decision:
    match request.action:
        case Action.SET_IDENTIFIER:
            return permit(Visibility.NONE)
        case Action.SEARCH:
            return _decide_search(rules, request)
        case Action.BREAK_GLASS:
            return _decide_limited_sight(rules, request)
        case Action.VIEW:
            return _decide_view(rules, request)
        case Action.ADD_CLIENT | Action.PUBLISH | Action.INVITE:
            return decide_publication(rules, request)
        case Action.REQUEST_REFUSED:
            return _decide_refused_request(rules, request)
        case Action.DATA_SUBJECT_ACCESS:
            return _decide_access(request)
        case Action.AGE_TRANSITION:
            return _decide_age_transition(rules, request)
        case _:
            assert_never(request.action)


def _identifier_gate(rules: Pack, request: Request) -> Decision | None:
    """Gate 0: an identifier the law keeps out, or keeps to some agencies."""
    if request.action is not Action.SET_IDENTIFIER:
        return None
    identifier = rules.identifier(request.identifier)
    if identifier is None or identifier.use is IdentifierUse.PROHIBITED:
        return deny(Reason.IDENTIFIER_PROHIBITED)
    if identifier.use is IdentifierUse.RESTRICTED and not request.actor.status.intersection(identifier.show_to):
        return deny(Reason.IDENTIFIER_RESTRICTED)
    return None


def _actor_gates(request: Request) -> Decision | None:
    """Gates 1, 1b and 2: the person, a conflict of interest, the agency."""
    actor = request.actor
    if not actor.checks_ok:
        return deny(Reason.ACTOR_NOT_CLEARED)
    if actor.related:
        return deny(Reason.CONFLICT_OF_INTEREST)
    if not actor.dsa:
        return deny(Reason.AGENCY_AGREEMENT_MISSING)
    return None


def _decide_search(rules: Pack, request: Request) -> Decision:
    """Gate 3: a shielded person is found by searchable fields alone, and by nothing typed not at all."""
    if not request.client.is_shielded:
        return permit(Visibility.DEMOGRAPHICS_ONLY)
    typed = set(request.search_fields)
    if not typed or not typed.issubset(rules.shield.searchable_fields):
        return deny(Reason.NO_MATCH)
    return permit(Visibility.NAME_AND_BROKER_ONLY)


def _decide_limited_sight(rules: Pack, request: Request) -> Decision:
    """Gate 3b: `break_glass` in packs."""
    roles = rules.shield.break_glass_roles if request.client.is_shielded else rules.break_glass.roles
    if request.actor.role not in roles:
        return deny(Reason.ROLE_NOT_PERMITTED)
    if REASON_FIELD not in request.fields:
        return incomplete([REASON_FIELD])
    return permit(
        Visibility.SESSION,
        "alert_immediate",
        "review_by_ig",
        "notify_owner_agency",
        reason=Reason.BREAK_GLASS,
    )


def _decide_view(rules: Pack, request: Request) -> Decision:
    """Gates 3, 4 and 4b: one involvement, as this viewer may see it."""
    actor, service = request.actor, request.service
    if request.client.is_shielded and not actor.assigned:
        return deny(Reason.NO_MATCH)
    if not (actor.involved or actor.invited or actor.role in RELATIONSHIP_ROLES):
        return deny(Reason.NO_RELATIONSHIP)
    if request.consent.withdrawn:
        return permit(Visibility.HIDDEN, "retain_audit", reason=Reason.WITHDRAWN)
    if not service.is_sensitive or actor.agency in service.named:
        return permit(Visibility.FULL)
    masked = rules.sensitive.other_viewers is OtherViewers.MASKED and service.cls not in rules.sensitive.hidden_always
    return permit(Visibility.MASKED if masked else Visibility.HIDDEN, reason=Reason.SENSITIVE_NOT_NAMED)


def _decide_refused_request(rules: Pack, request: Request) -> Decision:
    """A request from another agency is refused: the reasons the law asks for must be there."""
    needed = rules.record.get(_REFUSAL_EVENT, _REFUSAL_FIELDS)
    absent = [name for name in needed if name not in request.fields]
    return incomplete(absent) if absent else permit(Visibility.NONE, reason=Reason.REFUSAL_RECORDED)


def _decide_access(request: Request) -> Decision:
    """The person may see their own record; anyone else's request, a parent's too, is looked at first."""
    if request.by == SELF:
        return permit(Visibility.FULL, "deadline")
    return review(
        Reason.THIRD_PARTY_REQUEST,
        "deadline",
        "seek_young_persons_view",
        "exclude_sensitive_unless_agreed",
        visibility=Visibility.STANDARD_ONLY,
    )


def _decide_age_transition(rules: Pack, request: Request) -> Decision:
    """What someone else agreed to for a child ends when the child is an adult; an unknown age might be one."""
    by, age = request.consent.by, request.client.age
    is_adult = age is None or age >= rules.age.adult_from
    if is_adult and by is not None and by not in DECIDES_FOR_AN_ADULT:
        return review(Reason.CONSENT_LAPSED_ON_MAJORITY, "reconfirm_with_person", visibility=Visibility.SUSPENDED)
    return permit(Visibility.NONE)
