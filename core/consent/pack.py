"""A regime pack in memory: one jurisdiction's law as typed, frozen data.

The keys are those of the packs' own format (docs of the regimes, section 9.1). This module only says what a pack is;
`pack_loading` reads one from a file and `pack_checks` says what must agree inside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from core.consent.materials import Materials
from core.consent.wording import Conversation, Wording

STANDARD_CLASS = "standard"
NOT_SHIELDED = "none"
ISSUER_ONLY = "issuer_only"  # an identifier seen by the agency that issued it, and by nobody else


class LegalReview(StrEnum):
    REQUIRED = "required"
    SIGNED_OFF = "signed_off"


class AgeTest(StrEnum):
    GILLICK = "gillick"
    MATURE_MINOR = "mature_minor"
    PRESUMED_12 = "presumed_12"
    NONE = "none"


class OtherViewers(StrEnum):
    """What a member of the network who is not named sees of a sensitive service."""

    HIDDEN = "hidden"
    MASKED = "masked"


class SearchMode(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class BasisKind(StrEnum):
    AGREEMENT = "agreement"
    CONSENT = "consent"
    DUTY = "duty"
    POWER = "power"
    THRESHOLD = "threshold"
    CAPACITY = "capacity"
    EMERGENCY = "emergency"


class ClientKind(StrEnum):
    CHILD = "child"
    ADULT = "adult"
    ANY = "any"


class Employment(StrEnum):
    STAFF = "staff"
    CONTRACTED = "contracted"
    VOLUNTEER = "volunteer"


class BasisSensitivity(StrEnum):
    """May this basis carry a sensitive service: never, with a safeguarding lead's approval, or as it stands?"""

    NO = "no"
    APPROVAL = "approval"
    YES = "yes"


class Notify(StrEnum):
    BEFORE = "before"
    AFTER = "after"
    IF_SAFE = "if_safe"
    PRIVACY_NOTICE = "privacy_notice"
    MUST_NOT = "must_not"


class IdentifierUse(StrEnum):
    OPTIONAL = "optional"
    RESTRICTED = "restricted"
    PROHIBITED = "prohibited"


class IdentifierCheck(StrEnum):
    MOD11_NHS = "mod11_nhs"
    MOD23_UPN = "mod23_upn"
    NONE = "none"


class LimitedSightScope(StrEnum):
    SESSION = "session"


@dataclass(frozen=True, kw_only=True)
class Locale:
    language: str
    timezone: str
    holidays: str
    phone_country: str
    phone_regex_e164: str
    phone_test_numbers: tuple[str, ...]
    postcode_regex: str
    tenant_postcode_areas: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Age:
    """Ages in years. Between `assess_from` and `presumed_capacity_from` a minor's competence must be judged."""

    adult_from: int
    presumed_capacity_from: int
    assess_from: int
    test: AgeTest
    review_at: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Sensitive:
    classes: tuple[str, ...]
    core_classes: tuple[str, ...]
    other_viewers: OtherViewers
    hidden_always: tuple[str, ...]
    consent_days: int
    override_days: int
    named_recipients_required: bool


@dataclass(frozen=True, kw_only=True)
class Shield:
    levels: tuple[str, ...]
    searchable_fields: tuple[str, ...]
    hidden_fields: tuple[str, ...]
    break_glass_roles: tuple[str, ...]
    break_glass_scope: LimitedSightScope
    break_glass_review: str


@dataclass(frozen=True, kw_only=True)
class BreakGlass:
    roles: tuple[str, ...]
    reason_min_chars: int
    review_within: str


@dataclass(frozen=True, kw_only=True)
class Basis:
    """A route by which an involvement may be disclosed."""

    code: str
    label: str
    kind: BasisKind
    subject: str | None
    applies_if: str | None
    effective_from: date | None
    effective_to: date | None
    client: ClientKind
    age_min: int | None
    actor_any: frozenset[str]
    recipient_any: frozenset[str]
    actor_employment: frozenset[Employment]
    facts_all: tuple[str, ...]
    facts_none: tuple[str, ...]
    factors: tuple[str, ...]
    factors_min: int
    consenter: bool
    named_recipients: bool
    sensitive: BasisSensitivity
    overrides_refusal: bool
    refusal_override_any: tuple[str, ...]
    fields: tuple[str, ...]
    enums: Mapping[str, tuple[str, ...]]
    notify: Notify
    review_days: int
    citations: tuple[str, ...]
    gdpr: tuple[str, ...]
    confidentiality: str | None

    @property
    def facts(self) -> tuple[str, ...]:
        """Every fact and factor a practitioner may assert under this basis."""
        return (*self.facts_all, *self.facts_none, *self.refusal_override_any, *self.factors)

    def is_in_force(self, on: date) -> bool:
        """Both ends count: the first day of `effective_from` and the last day of `effective_to`."""
        starts, ends = self.effective_from, self.effective_to
        return (starts is None or starts <= on) and (ends is None or on <= ends)


@dataclass(frozen=True, kw_only=True)
class Right:
    code: str
    deadline: str
    extend: str | None
    starts: str
    effective_from: date | None
    source: str


@dataclass(frozen=True, kw_only=True)
class Breach:
    authority: str
    deadline_hours: int
    trigger: str
    applies_if: str | None
    source: str


@dataclass(frozen=True, kw_only=True)
class Residency:
    default_region: str
    allowed: tuple[str, ...]
    transfer_test: str


@dataclass(frozen=True, kw_only=True)
class Identifier:
    code: str
    use: IdentifierUse
    format: str | None
    check: IdentifierCheck
    show_to: tuple[str, ...]
    source: str


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A whole pack. `checksum` is the SHA-256 of the file it was read from, in hexadecimal.

    `two_people_for` holds what two people must approve: kinds of approval (`unshield`), or codes of bases.
    """

    id: str
    version: str
    title: str
    jurisdiction: str
    reviewed_on: date
    legal_review: LegalReview
    regulator: str
    checksum: str
    locale: Locale
    terms: Mapping[str, str]
    age: Age
    statuses: Mapping[str, str]
    sensitive: Sensitive
    standard_consent_days: int
    search_mode: SearchMode
    freshness_days: int
    shield: Shield
    break_glass: BreakGlass
    bases: tuple[Basis, ...]
    record: Mapping[str, tuple[str, ...]]
    retention: Mapping[str, int]
    rights: tuple[Right, ...]
    breaches: tuple[Breach, ...]
    residency: Residency
    identifiers: tuple[Identifier, ...]
    conversation: Conversation
    wording: Wording
    two_people_for: frozenset[str]
    materials: Materials | None

    @property
    def ref(self) -> str:
        """How a council's records name the pack: `id@version`."""
        return f"{self.id}@{self.version}"

    @cached_property
    def _bases_by_code(self) -> dict[str, Basis]:
        return {basis.code: basis for basis in self.bases}

    def basis(self, code: str | None) -> Basis | None:
        return self._bases_by_code.get(code) if code is not None else None

    def identifier(self, code: str | None) -> Identifier | None:
        return next((identifier for identifier in self.identifiers if identifier.code == code), None)
