"""One client's page as it would be: what somebody of a role and an agency sees of it now, and under a draft."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core import clock
from core.consent.pack import NOT_SHIELDED
from core.consent.packs_in_use import supposing
from core.consent.policy import Policy
from core.directory.models import Practitioner
from core.directory.viewers import Viewer, viewer_from
from core.network.errors import ClientNotFound
from core.network.models import Involvement
from core.network.policies import visible_to
from core.network.queries.show import ClientIdentity, client_identity
from core.network.rehearsal.audience import Audience, Person, standing_everywhere
from core.network.rehearsal.changes import Change, changes
from core.people.models import Client


@dataclass(frozen=True, slots=True)
class LineThenAndNow:
    """One line as somebody sees it now and would see it. `is_asked_anew`: it waits for a new conversation then."""

    service: str
    agency: str
    practitioner: str
    is_seen_now: bool
    is_seen_then: bool
    is_asked_anew: bool

    @property
    def is_lost(self) -> bool:
        """Seen now, and not then."""
        return self.is_seen_now and not self.is_seen_then

    @property
    def is_gained(self) -> bool:
        """Seen then, and not now."""
        return self.is_seen_then and not self.is_seen_now


@dataclass(frozen=True, slots=True)
class ClientRehearsal:
    """A client, who may be looked through, whose eyes these are, and the lines."""

    client: ClientIdentity
    choices: tuple[tuple[UUID, str, str], ...]
    agency_id: UUID
    agency: str
    role: str
    lines: tuple[LineThenAndNow, ...]


def client_as_it_would_be(
    *, now: Policy, then: Policy, client_id: UUID, agency_id: UUID | None = None, role: str = "",
    without: frozenset[UUID] = frozenset(),
) -> ClientRehearsal:  # fmt: skip
    """The client's lines through the eyes of a role and an agency on their network; of the first, where none is named.

    Only a client whose page would change can be looked at, nobody shielded, and nobody of `without` (whom the one who
    looks knows privately). Raises ClientNotFound for any other, and for a role that is not on the network.
    """
    today = clock.today()
    client = Client.objects.filter(id=client_id, removed_at=None, closed_on=None, shield=NOT_SHIELDED).first()
    client = None if client_id in without else client
    changed = [one for lot in changes(now, then, today, client_id=client_id) for one in lot] if client else []
    if client is None or not any(one.is_lost or one.is_gained or one.is_asked_anew for one in changed):
        raise ClientNotFound
    choices = _choices(changed, client_id)
    wanted = [one for one in choices if agency_id is None or (one.agency_id, one.role) == (agency_id, role)]
    if not wanted:
        raise ClientNotFound
    eyes = wanted[0]
    return ClientRehearsal(
        client=client_identity(client),
        choices=tuple(dict.fromkeys((one.agency_id, one.agency, one.role) for one in choices)),
        agency_id=eyes.agency_id,
        agency=eyes.agency,
        role=eyes.role,
        lines=_lines(_viewer(eyes), client_id, now, then, changed),
    )


def _choices(changed: list[Change], client_id: UUID) -> list[Person]:
    """Whoever would notice, first; then the others on the network."""
    audience = Audience(changed, standing_everywhere())
    noticing = {person for change in changed for person in audience.of(change)}
    return [*sorted(noticing, key=_order), *sorted(audience.around(client_id) - noticing, key=_order)]


def _order(person: Person) -> tuple[str, str, str]:
    return person.agency, person.role, str(person.id)


def _viewer(eyes: Person) -> Viewer:
    card = Practitioner.objects.select_related("agency", "user").get(id=eyes.id)
    return viewer_from(card, frozenset(card.user.roles) if card.user else frozenset())


def _lines(
    viewer: Viewer, client_id: UUID, now: Policy, then: Policy, changed: list[Change]
) -> tuple[LineThenAndNow, ...]:
    asked_anew = {change.line.id for change in changed if change.is_asked_anew}
    lost = {change.line.id for change in changed if viewer.agency_id in change.lost_to}
    seen_now, seen_then = _seen(viewer, client_id, now), _seen(viewer, client_id, then)
    lines = (
        LineThenAndNow(
            service=row.service.service_type.label,
            agency=row.practitioner.agency.name,
            practitioner=row.practitioner.full_name,
            is_seen_now=row.id in seen_now,
            is_seen_then=row.id in seen_then and (row.id not in lost or _is_own(viewer, row)),
            is_asked_anew=row.id in asked_anew,
        )
        for row in {**seen_then, **seen_now}.values()
    )
    return tuple(sorted(lines, key=lambda one: (one.agency, one.service, one.practitioner)))


def _seen(viewer: Viewer, client_id: UUID, policy: Policy) -> dict[UUID, Involvement]:
    with supposing(policy, clock.today()):
        rows = visible_to(viewer).filter(client_id=client_id)
        return {row.id: row for row in rows.select_related("service__service_type", "practitioner__agency")}


def _is_own(viewer: Viewer, row: Involvement) -> bool:
    return row.practitioner_id == viewer.id or row.service_id in viewer.managed_service_ids
