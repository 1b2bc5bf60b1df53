"""The client page: the network with its next visits and last contacts. Each is seen exactly with its line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from uuid import UUID

from core import clock
from core.directory.viewers import Viewer
from core.network.queries.show import Member, NetworkPage, network_for
from core.visits.choices import ContactKind
from core.visits.errors import VisitNotFound
from core.visits.models import Contact, Visit
from core.visits.policies import not_changeable, visits_changeable_by, visits_visible_to

MOST_VISITS = 200


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One visit to come."""

    id: UUID
    involvement_id: UUID
    client_id: UUID
    on: date
    starts_at: time | None
    ends_at: time | None
    version: int
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class LastContact:
    """The latest contact under one line."""

    id: UUID
    involvement_id: UUID
    on: date
    kind: ContactKind

    @property
    def kind_label(self) -> str:
        """How people were in touch, as words."""
        return str(self.kind.label)


@dataclass(frozen=True, slots=True)
class Line:
    """A member of the network with their next visit and last contact, as far as anyone recorded them."""

    member: Member
    next_visit: PlannedVisit | None
    last_contact: LastContact | None
    visits: tuple[PlannedVisit, ...]


@dataclass(frozen=True, slots=True)
class ClientPage:
    """The three wishes, for one viewer: who supports the client, who visits next, who was last in contact."""

    network: NetworkPage
    lines: tuple[Line, ...]

    @property
    def groups(self) -> tuple[tuple[str, tuple[Line, ...]], ...]:
        """The lines by agency, in their order."""
        found: dict[str, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.member.agency, []).append(line)
        return tuple((agency, tuple(lines)) for agency, lines in found.items())

    @property
    def next_visit(self) -> Line | None:
        """The line whose visit comes first."""
        coming = [line for line in self.lines if line.next_visit]
        return min(coming, key=lambda line: _moment(line.next_visit), default=None)

    @property
    def last_contact(self) -> Line | None:
        """The line under which the client was last in touch."""
        had = [line for line in self.lines if line.last_contact]
        return max(had, key=lambda line: line.last_contact.on if line.last_contact else date.min, default=None)

    @property
    def own(self) -> tuple[Line, ...]:
        """The viewer's own lines."""
        return tuple(line for line in self.lines if line.member.is_own)


def client_page_for(viewer: Viewer, client_id: UUID) -> ClientPage:
    """Everything the client page shows to this viewer. Raises ClientNotFound, as `network_for` does."""
    network = network_for(viewer, client_id)
    ids = [member.involvement_id for member in network.members]
    visits = _coming(ids)
    contacts = _last(ids)
    lines = tuple(
        Line(
            member=member,
            next_visit=next(iter(visits.get(member.involvement_id, ())), None),
            last_contact=contacts.get(member.involvement_id),
            visits=visits.get(member.involvement_id, ()),
        )
        for member in network.members
    )
    return ClientPage(network, lines)


def visit_to_change(viewer: Viewer, visit_id: UUID) -> PlannedVisit:
    """A visit the viewer may change. Raises VisitNotFound."""
    visit = visits_changeable_by(viewer).filter(id=visit_id).first()
    if visit is None:
        raise not_changeable(viewer, visit_id, VisitNotFound)
    return planned(visit)


def coming_visits(
    viewer: Viewer, client_ids: list[UUID] | None = None, *, own_only: bool = False
) -> tuple[PlannedVisit, ...]:
    """Visits to come that the viewer sees, soonest first. One query."""
    visits = visits_visible_to(viewer).filter(on__gte=clock.today())
    if own_only:
        visits = visits.filter(involvement__practitioner_id=viewer.id)
    if client_ids is not None:
        visits = visits.filter(client_id__in=client_ids)
    return tuple(planned(visit) for visit in visits.order_by("on", "starts_at", "id")[:MOST_VISITS])


def _coming(involvement_ids: list[UUID]) -> dict[UUID, tuple[PlannedVisit, ...]]:
    """Visits to come under lines that the caller may show. One query, none for no lines."""
    found: dict[UUID, tuple[PlannedVisit, ...]] = {}
    if not involvement_ids:
        return found
    coming = Visit.objects.filter(involvement_id__in=involvement_ids, cancelled_at=None, on__gte=clock.today())
    for visit in coming.order_by("on", "starts_at", "id")[:MOST_VISITS]:
        found[visit.involvement_id] = (*found.get(visit.involvement_id, ()), planned(visit))
    return found


def _last(involvement_ids: list[UUID]) -> dict[UUID, LastContact]:
    """The latest contact under each of these lines. One query, none for no lines."""
    if not involvement_ids:
        return {}
    latest = (
        Contact.objects.filter(involvement_id__in=involvement_ids, removed_at=None)
        .order_by("involvement_id", "-on", "-created_at")
        .distinct("involvement_id")
    )
    return {
        row.involvement_id: LastContact(row.id, row.involvement_id, row.on, ContactKind(row.kind)) for row in latest
    }


def planned(visit: Visit) -> PlannedVisit:
    """A visit as plain values."""
    return PlannedVisit(
        visit.id,
        visit.involvement_id,
        visit.client_id,
        visit.on,
        visit.starts_at,
        visit.ends_at,
        visit.version,
        visit.cancelled_at is not None,
    )


def _moment(visit: PlannedVisit | None) -> tuple[date, time]:
    return (visit.on, visit.starts_at or time.max) if visit else (date.max, time.max)
