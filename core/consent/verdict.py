"""What `decide` answers: outcome, reason, visibility and obligations, each from a closed list of stable codes."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_MISSING = "missing:"


class Verdict(StrEnum):
    """PERMIT, DENY or REVIEW (a named approver decides). A technical failure is never a PERMIT."""

    PERMIT = "PERMIT"
    DENY = "DENY"
    REVIEW = "REVIEW"


class Visibility(StrEnum):
    NONE = "none"
    NETWORK = "network"
    NAMED_ONLY = "named_only"
    FULL = "full"
    MASKED = "masked"
    HIDDEN = "hidden"
    SUSPENDED = "suspended"
    SESSION = "session"
    DEMOGRAPHICS_ONLY = "demographics_only"
    NAME_AND_BROKER_ONLY = "name_and_broker_only"
    STANDARD_ONLY = "standard_only"


class Reason(StrEnum):
    OK = "ok"
    BREAK_GLASS = "break_glass"
    WITHDRAWN = "withdrawn"
    SENSITIVE_NOT_NAMED = "sensitive_not_named"
    REFUSAL_RECORDED = "refusal_recorded"
    IDENTIFIER_PROHIBITED = "identifier_prohibited"
    IDENTIFIER_RESTRICTED = "identifier_restricted"
    ACTOR_NOT_CLEARED = "actor_not_cleared"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    AGENCY_AGREEMENT_MISSING = "agency_agreement_missing"
    NO_MATCH = "no_match"
    ROLE_NOT_PERMITTED = "role_not_permitted"
    NO_RELATIONSHIP = "no_relationship"
    BASIS_UNKNOWN = "basis_unknown"
    BASIS_NOT_IN_FORCE = "basis_not_in_force"
    BASIS_WRONG_CLIENT_TYPE = "basis_wrong_client_type"
    ACTOR_EMPLOYMENT = "actor_employment"
    ACTOR_STATUS = "actor_status"
    RECIPIENT_STATUS = "recipient_status"
    EXCLUSION_APPLIES = "exclusion_applies"
    THRESHOLD_NOT_MET = "threshold_not_met"
    REFUSED = "refused"
    REFUSAL_NOT_OVERRIDABLE = "refusal_not_overridable"
    WRONG_CONSENTER = "wrong_consenter"
    CONSENT_EXPIRED = "consent_expired"
    COMPETENCE_BELOW_ASSESS_AGE = "competence_below_assess_age"
    PARENTAL_RESPONSIBILITY = "parental_responsibility"
    SENSITIVE_NEEDS_EXPLICIT_CONSENT = "sensitive_needs_explicit_consent"
    EVIDENCE_INCOMPLETE = "evidence_incomplete"
    APPROVAL_REQUIRED = "approval_required"
    THIRD_PARTY_REQUEST = "third_party_request"
    CONSENT_LAPSED_ON_MAJORITY = "consent_lapsed_on_majority"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One answer. `obligations` are codes, some with a value after a colon (`review:365`, `missing:purpose`)."""

    outcome: Verdict
    reason: Reason
    visibility: Visibility = Visibility.NONE
    obligations: tuple[str, ...] = ()

    @property
    def is_permitted(self) -> bool:
        return self.outcome is Verdict.PERMIT

    @property
    def missing(self) -> tuple[str, ...]:
        """What the form still has to ask, where the reason is `evidence_incomplete` or `threshold_not_met`."""
        return tuple(item.removeprefix(_MISSING) for item in self.obligations if item.startswith(_MISSING))

    @property
    def review_days(self) -> int | None:
        """After how many days a permitted publication must be looked at again."""
        return next(
            (int(item.removeprefix("review:")) for item in self.obligations if item.startswith("review:")), None
        )


def permit(visibility: Visibility, *obligations: str, reason: Reason = Reason.OK) -> Decision:
    return Decision(outcome=Verdict.PERMIT, reason=reason, visibility=visibility, obligations=obligations)


def deny(reason: Reason, *obligations: str) -> Decision:
    """A DENY shows nothing, whatever its reason."""
    return Decision(outcome=Verdict.DENY, reason=reason, obligations=obligations)


def review(reason: Reason, *obligations: str, visibility: Visibility = Visibility.NONE) -> Decision:
    return Decision(outcome=Verdict.REVIEW, reason=reason, visibility=visibility, obligations=obligations)


def incomplete(names: Iterable[str]) -> Decision:
    """Recoverable in the form: says what is missing."""
    return deny(Reason.EVIDENCE_INCOMPLETE, *missing(names))


def missing(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{_MISSING}{name}" for name in names)
