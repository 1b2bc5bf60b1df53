"""Gates 5 to 13 of the decision procedure: may this involvement be published on this basis?

Each gate answers None to let the request pass, or the decision that stops it; the first gate that stops decides.
Regimes, sections 9.2 and 9.3. An age that nobody knows is asked for wherever a gate depends on it.
"""

from core.consent.pack import Basis, BasisSensitivity, ClientKind, Pack
from core.consent.request import Actor, Recipient, Request
from core.consent.verdict import Decision, Reason, Visibility, deny, incomplete, missing, permit, review

SAFEGUARDING_LEAD = "safeguarding_lead"
RECORD_WHY_NOT = "record:why_not_shared"
ASK_SAFEGUARDING_LEAD = f"approver:{SAFEGUARDING_LEAD}"

SELF = "self"
PARENT = "parent"
ATTORNEY_OR_DEPUTY = "attorney_or_deputy"
DECIDES_FOR_AN_ADULT = frozenset({SELF, ATTORNEY_OR_DEPUTY})

_AGE = "client_age"
_CONSENTER = "consenter"
_RECIPIENTS = "recipients"


def decide_publication(rules: Pack, request: Request) -> Decision:
    """Gates 5 to 13, in their order."""
    basis = rules.basis(request.basis)
    if basis is None:
        return deny(Reason.BASIS_UNKNOWN)
    return (
        basis_gate(rules, basis, request)
        or actor_gate(basis, request.actor)
        or _recipient_gate(basis, request)
        or _facts_gate(basis, request)
        or _refusal_gate(basis, request)
        or _consenter_gate(rules, basis, request)
        or sensitivity_gate(basis, request)
        or _evidence_gate(rules, basis, request)
        or _approval_gate(rules, basis, request)
        or permit(
            Visibility.NAMED_ONLY if request.service.is_sensitive else Visibility.NETWORK,
            *_notify_and_review(rules, basis, request),
        )
    )


def basis_gate(rules: Pack, basis: Basis, request: Request) -> Decision | None:
    """Gate 5: in force on the day, and meant for a client of this age."""
    if not basis.is_in_force(request.on):
        return deny(Reason.BASIS_NOT_IN_FORCE)
    if basis.client is ClientKind.ANY and basis.age_min is None:
        return None
    age = request.client.age
    if age is None:
        return incomplete([_AGE])
    kind = ClientKind.ADULT if age >= rules.age.adult_from else ClientKind.CHILD
    if basis.client not in (ClientKind.ANY, kind) or (basis.age_min is not None and age < basis.age_min):
        return deny(Reason.BASIS_WRONG_CLIENT_TYPE)
    return None


def actor_gate(basis: Basis, actor: Actor) -> Decision | None:
    """Gate 6, first half: how the actor is employed, and what their service is in law."""
    if basis.actor_employment and actor.employment not in basis.actor_employment:
        return deny(Reason.ACTOR_EMPLOYMENT)
    if not basis.actor_any & actor.status:
        return deny(Reason.ACTOR_STATUS)
    return None


def reaches(basis: Basis, recipient: Recipient) -> bool:
    """Whether this basis may disclose to this agency."""
    return bool(basis.recipient_any & recipient.status)


def _recipient_gate(basis: Basis, request: Request) -> Decision | None:
    """Gate 6, second half: every recipient, not just one."""
    if not all(reaches(basis, recipient) for recipient in request.recipients):
        return deny(Reason.RECIPIENT_STATUS)
    return None


def _facts_gate(basis: Basis, request: Request) -> Decision | None:
    """Gate 7: an exclusion stops before a missing fact does."""
    if request.facts.intersection(basis.facts_none):
        return deny(Reason.EXCLUSION_APPLIES, RECORD_WHY_NOT)
    absent = [fact for fact in basis.facts_all if fact not in request.facts]
    if len(request.factors.intersection(basis.factors)) < basis.factors_min:
        absent.append("factors")
    return deny(Reason.THRESHOLD_NOT_MET, *missing(absent)) if absent else None


def _refusal_gate(basis: Basis, request: Request) -> Decision | None:
    """Gate 8: a no stops, unless the law overrides it; on a basis that rests on a yes, so does a yes taken back."""
    consent = request.consent
    if basis.consenter:
        return deny(Reason.REFUSED, RECORD_WHY_NOT) if consent.refused or consent.withdrawn else None
    if not consent.refused:
        return None
    if not basis.overrides_refusal:
        return deny(Reason.REFUSED, RECORD_WHY_NOT)
    if basis.refusal_override_any and not request.facts.intersection(basis.refusal_override_any):
        return deny(Reason.REFUSAL_NOT_OVERRIDABLE, RECORD_WHY_NOT)
    return None


def _consenter_gate(rules: Pack, basis: Basis, request: Request) -> Decision | None:
    """Gate 9: the right person said yes, not too long ago, and knew to whom."""
    if basis.consenter:
        stopped = _who_consented(rules, request) or _expired(rules, request)
        if stopped is not None:
            return stopped
    if basis.named_recipients and not request.recipients:
        return incomplete([_RECIPIENTS])
    return None


def _who_consented(rules: Pack, request: Request) -> Decision | None:
    """Whose yes counts at this age. A lead's approval lets a young child's own yes count as judged (section 3.2)."""
    consent, age = request.consent, request.client.age
    if consent.by is None:
        return incomplete([_CONSENTER])
    if age is None:
        return incomplete([_AGE])
    if age >= rules.age.adult_from:
        return None if consent.by in DECIDES_FOR_AN_ADULT else deny(Reason.WRONG_CONSENTER)
    is_approved = request.approval == SAFEGUARDING_LEAD
    if consent.competent and age < rules.age.assess_from and not is_approved:
        return review(Reason.COMPETENCE_BELOW_ASSESS_AGE, ASK_SAFEGUARDING_LEAD)
    competent = consent.competent if consent.competent is not None else age >= rules.age.presumed_capacity_from
    if consent.by != (SELF if competent else PARENT):
        return deny(Reason.WRONG_CONSENTER)
    if consent.by == PARENT and consent.disputed and not is_approved:
        return review(Reason.PARENTAL_RESPONSIBILITY, ASK_SAFEGUARDING_LEAD)
    return None


def _expired(rules: Pack, request: Request) -> Decision | None:
    limit = rules.sensitive.consent_days if request.service.is_sensitive else rules.standard_consent_days
    return deny(Reason.CONSENT_EXPIRED) if request.consent.age_days > limit else None


def sensitivity_gate(basis: Basis, request: Request) -> Decision | None:
    """Gate 10: a basis that may never carry a sensitive service."""
    if request.service.is_sensitive and basis.sensitive is BasisSensitivity.NO:
        return deny(Reason.SENSITIVE_NEEDS_EXPLICIT_CONSENT)
    return None


def _evidence_gate(rules: Pack, basis: Basis, request: Request) -> Decision | None:
    """Gate 11: every field is there; a sensitive service, shown to named agencies only, must name some."""
    absent = [name for name in basis.fields if name not in request.fields]
    if request.service.is_sensitive and rules.sensitive.named_recipients_required and not request.recipients:
        absent.append(_RECIPIENTS)
    return incomplete(absent) if absent else None


def _approval_gate(rules: Pack, basis: Basis, request: Request) -> Decision | None:
    """Gate 12: a sensitive service without the person's own consent needs a safeguarding lead."""
    needed = request.service.is_sensitive and basis.sensitive is BasisSensitivity.APPROVAL
    if not needed or request.approval == SAFEGUARDING_LEAD:
        return None
    return review(Reason.APPROVAL_REQUIRED, *_notify_and_review(rules, basis, request), ASK_SAFEGUARDING_LEAD)


def _notify_and_review(rules: Pack, basis: Basis, request: Request) -> tuple[str, str]:
    days = basis.review_days
    if request.service.is_sensitive:
        sensitive = rules.sensitive
        days = min(days, sensitive.override_days if basis.overrides_refusal else sensitive.consent_days)
    return f"notify:{basis.notify}", f"review:{days}"
