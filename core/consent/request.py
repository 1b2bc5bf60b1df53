"""The question put to `decide`: who wants to do what, about whom, on which basis, with which evidence.

Everything in it is a fact somebody recorded; nothing is looked up while deciding. Agencies are named by whatever id
the caller uses, consistently. See the regimes' section 9.3 for the meaning of each part and of what is not said.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from core.consent.pack import NOT_SHIELDED, STANDARD_CLASS, Employment


class Action(StrEnum):
    SEARCH = "search"
    ADD_CLIENT = "add_client"
    PUBLISH = "publish"
    INVITE = "invite"
    VIEW = "view"
    BREAK_GLASS = "break_glass"
    SET_IDENTIFIER = "set_identifier"
    REQUEST_REFUSED = "request_refused"
    DATA_SUBJECT_ACCESS = "data_subject_access"
    AGE_TRANSITION = "age_transition"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts, for which agency's service.

    `status` holds the pack's codes for that service. `checks_ok`: account active, clearance and training current.
    `dsa`: the agency's sharing agreement is current. `related`: a relative or friend of the client. `invited` means
    invited and accepted; `assigned` means named for a shielded person.
    """

    agency: str
    status: frozenset[str] = frozenset()
    role: str = "practitioner"
    employment: Employment = Employment.STAFF
    checks_ok: bool = True
    dsa: bool = True
    related: bool = False
    involved: bool = False
    invited: bool = False
    assigned: bool = False


@dataclass(frozen=True, kw_only=True)
class ClientFacts:
    """The client's age in years on the day (None: not known) and their shield."""

    age: int | None = None
    shield: str = NOT_SHIELDED

    @property
    def is_shielded(self) -> bool:
        """Any level but `none`: a level nobody knows protects too."""
        return self.shield != NOT_SHIELDED


@dataclass(frozen=True, kw_only=True)
class ServiceFacts:
    """The class of the service whose involvement it is about, and the agencies named for it."""

    cls: str = STANDARD_CLASS
    named: frozenset[str] = frozenset()

    @property
    def is_sensitive(self) -> bool:
        """Any class but `standard`: one that nobody listed is kept as close as those that are."""
        return self.cls != STANDARD_CLASS


@dataclass(frozen=True, kw_only=True)
class Recipient:
    agency: str
    status: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class ConsentFacts:
    """What the person, or someone for them, said. `competent` is None where nobody judged it.

    `disputed`: holders of parental responsibility disagree, or a care order gives it to a local authority too.
    """

    by: str | None = None
    competent: bool | None = None
    refused: bool = False
    withdrawn: bool = False
    age_days: int = 0
    disputed: bool = False


@dataclass(frozen=True, kw_only=True)
class Request:
    """A whole question. `by` is who asks for access; `approval` the role that approved; `fields` those present."""

    on: date
    action: Action
    actor: Actor
    client: ClientFacts = field(default_factory=ClientFacts)
    service: ServiceFacts = field(default_factory=ServiceFacts)
    recipients: tuple[Recipient, ...] = ()
    basis: str | None = None
    facts: frozenset[str] = frozenset()
    factors: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    consent: ConsentFacts = field(default_factory=ConsentFacts)
    approval: str | None = None
    search_fields: tuple[str, ...] = ()
    identifier: str | None = None
    by: str | None = None
