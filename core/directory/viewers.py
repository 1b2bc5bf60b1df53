"""Who is looking or acting: a practitioner with all that rules need to know of them, read once a request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from core import clock
from core.accounts.choices import Role
from core.accounts.models import User
from core.directory.models import Membership, Practitioner

SEE_CLIENTS: Final = frozenset({Role.PRACTITIONER, Role.MANAGER, Role.SAFEGUARDING_LEAD, Role.BROKER})
"""The roles whose work is with clients: whoever has none of them sees none, whatever their card says."""


@dataclass(frozen=True, slots=True)
class ViewerService:
    """One service the viewer works in."""

    id: UUID
    label: str
    type_code: str
    sensitivity: str
    statuses: tuple[str, ...]
    is_managed: bool

    @property
    def is_sensitive(self) -> bool:
        """Whether an involvement of this service reveals something by itself."""
        return self.sensitivity != "standard"


@dataclass(frozen=True, slots=True)
class Viewer:
    """A practitioner who is signed in. `id` is the practitioner's, and the actor of audit events.

    `functions` are the pack's roles; `session_key` is the browser session's, for what lasts as long as it.
    """

    id: UUID
    user_id: UUID
    name: str
    job_title: str
    agency_id: UUID
    agency_name: str
    agency_kind: str
    employment: str
    roles: frozenset[str]
    is_cleared: bool
    has_agreement: bool
    services: tuple[ViewerService, ...]
    functions: frozenset[str] = frozenset()
    session_key: str = field(default="", repr=False, compare=False)

    @property
    def service_ids(self) -> tuple[UUID, ...]:
        """The services they work in."""
        return tuple(service.id for service in self.services)

    @property
    def managed_service_ids(self) -> tuple[UUID, ...]:
        """The services whose involvements they answer for."""
        return tuple(service.id for service in self.services if service.is_managed)

    def service(self, service_id: UUID) -> ViewerService | None:
        """Their service of that id, or None."""
        return next((service for service in self.services if service.id == service_id), None)

    def has_role(self, role: Role) -> bool:
        """Whether they hold `role`."""
        return role.value in self.roles


def viewer_of(user: User) -> Viewer | None:
    """The practitioner who signed in as `user`; None without a card (a council administrator, say). Two queries."""
    card = Practitioner.objects.select_related("agency").filter(user=user, left_on=None).first()
    return viewer_from(card, frozenset(user.roles)) if card else None


def viewer_from(card: Practitioner, roles: frozenset[str]) -> Viewer:
    """A viewer from a card whose agency is loaded. One query."""
    today = clock.today()
    memberships = (
        Membership.objects.select_related("service__service_type")
        .filter(practitioner=card)
        .order_by("service__service_type__label")
    )
    agency = card.agency
    signed, expires = agency.agreement_signed_on, agency.agreement_expires_on
    return Viewer(
        id=card.id,
        user_id=card.user_id or card.id,
        name=card.full_name,
        job_title=card.job_title,
        agency_id=agency.id,
        agency_name=agency.name,
        agency_kind=agency.kind,
        employment=card.employment,
        roles=roles,
        is_cleared=card.cleared_until is None or card.cleared_until >= today,
        has_agreement=signed is not None and signed <= today and (expires is None or expires >= today),
        functions=frozenset(card.functions),
        services=tuple(
            ViewerService(
                id=row.service_id,
                label=row.service.service_type.label,
                type_code=row.service.service_type.code,
                sensitivity=row.service.service_type.sensitivity,
                statuses=tuple(row.service.statuses),
                is_managed=row.is_manager and Role.MANAGER.value in roles,
            )
            for row in memberships
        ),
    )
