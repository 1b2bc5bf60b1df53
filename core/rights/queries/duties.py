"""What was written down because the law asks for it, and what still has to be, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from core import clock
from core.audit.actions import record_sight, refuse
from core.consent.models import DecisionRecord
from core.consent.packs_in_use import policy_in_force
from core.consent.record_wording import RecordEvent, events_of
from core.directory.models import Agency, Practitioner
from core.directory.viewers import Viewer
from core.network.agencies import AgencyToName, agencies_to_name
from core.network.models import Involvement
from core.network.officers import Officer
from core.network.policies import require_open, visible_to
from core.network.queries.show import ClientIdentity, client_identity
from core.people.models import Client
from core.rights.answers import OTHER_AGENCY
from core.rights.errors import RecordNotFound, RequestNotFound
from core.rights.models import DutyRecord
from core.rights.policies import duties_visible_to, handled_by
from tenants.base_model import TenantQuerySet

NOT_SHARED = "not_shared"
WHY_NOT_SHARED = "record:why_not_shared"
DISCLOSURE = "disclosure"
COMPLAINT = "complaint"
A_PAGE = 50


@dataclass(frozen=True, slots=True)
class DutyShown:
    """One record in words. `rows` are the questions with their answers."""

    id: UUID
    kind: str
    label: str
    on: date
    recorded_at: datetime
    by: str
    by_role: str
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ToRecord:
    """A line of the viewer's own that was not shared, and whose reason nobody has written down."""

    involvement_id: UUID
    service: str
    on: date


@dataclass(frozen=True, slots=True)
class DutiesPage:
    """One client's records, as one practitioner may see them, and what there is to record."""

    client: ClientIdentity
    records: tuple[DutyShown, ...]
    waiting: tuple[ToRecord, ...]
    events: tuple[RecordEvent, ...]


@dataclass(frozen=True, slots=True)
class DutyAsked:
    """What a form for one event needs. `told` is whom a disclosure was made to, where it is about a line."""

    client: ClientIdentity
    event: RecordEvent
    agencies: tuple[AgencyToName, ...]
    involvement_id: UUID | None = None
    agency_id: UUID | None = None
    told: str = ""


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """The council's register: no client is named in it."""

    records: tuple[DutyShown, ...]
    page: int
    has_more: bool
    counts: tuple[tuple[str, int], ...]


def duties_for(viewer: Viewer, client_id: UUID) -> DutiesPage:
    """A client's records as this practitioner sees them. Raises network's ClientNotFound; the sight is recorded."""
    client = require_open(viewer, client_id)
    rows = list(duties_visible_to(viewer).filter(client_id=client_id).order_by("-on", "-recorded_at")[:200])
    record_sight("rights.duties.listed", by=viewer, client_id=client_id, detail={"records": [str(r.id) for r in rows]})
    return DutiesPage(client_identity(client), shown(rows), _waiting(viewer, client_id), _offered())


def duties_of_client(officer: Officer, client_id: UUID) -> tuple[ClientIdentity, tuple[DutyShown, ...]]:
    """All records of a client about whom there is a request. Raises RequestNotFound; the sight is recorded."""
    client = Client.objects.filter(
        id__in=handled_by(officer.id).filter(client_id=client_id).values("client_id")
    ).first()
    if client is None:
        refuse("rights.request.refused", by=officer, reason="not_found", subject_id=client_id)
        raise RequestNotFound
    record_sight("rights.duties.listed", by=officer, client_id=client_id)
    rows = DutyRecord.objects.filter(client_id=client_id).order_by("-on", "-recorded_at")
    return client_identity(client), shown(rows[:500])


def register(officer: Officer, *, page: int = 1) -> RegisterPage:
    """Everything that was written down, newest first, without a client's name or id. The sight is recorded."""
    first = (page - 1) * A_PAGE
    rows = list(DutyRecord.objects.order_by("-recorded_at", "id")[first : first + A_PAGE + 1])
    record_sight("rights.register.listed", by=officer, detail={"page": page})
    words = _events()
    kinds = DutyRecord.objects.order_by("kind").values_list("kind", flat=True).distinct()
    counts = tuple(
        (words[kind].label if kind in words else kind, DutyRecord.objects.filter(kind=kind).count()) for kind in kinds
    )
    return RegisterPage(shown(rows[:A_PAGE]), page, len(rows) > A_PAGE, counts)


def asked(viewer: Viewer, client_id: UUID, kind: str, *, involvement_id: UUID | None = None) -> DutyAsked:
    """What has to be known to record this event. Raises network's ClientNotFound, and RecordNotFound."""
    client = require_open(viewer, client_id)
    event = next((one for one in _offered() if one.slug == kind), None)
    if event is None:
        refuse("rights.duty.refused", by=viewer, reason="unknown_kind", client_id=client_id)
        raise RecordNotFound
    line = involvement_id if involvement_id and _own(viewer, client_id).filter(id=involvement_id).exists() else None
    return DutyAsked(client_identity(client), event, agencies_to_name(), line)


def asked_of_call(viewer: Viewer, involvement_id: UUID) -> DutyAsked:
    """The same for a call with the practitioner of a line one sees. Raises RecordNotFound for any other line."""
    line = (
        visible_to(viewer)
        .select_related("client", "practitioner", "service__agency")
        .filter(id=involvement_id)
        .exclude(practitioner_id=viewer.id)
        .first()
    )
    event = _events().get(DISCLOSURE)
    if line is None or event is None:
        refuse("rights.duty.refused", by=viewer, reason="not_seen", subject_id=involvement_id)
        raise RecordNotFound
    agency = AgencyToName(line.service.agency_id, line.service.agency.name)
    agencies = agencies_to_name()
    told = f"{line.practitioner.full_name}, {line.practitioner.job_title}, {agency.name}"
    return DutyAsked(
        client_identity(line.client), event, agencies if agency in agencies else (*agencies, agency), line.id,
        agency.id, told,
    )  # fmt: skip


def shown(rows: Iterable[DutyRecord]) -> tuple[DutyShown, ...]:
    """Records in words: the pack's for questions and answers, names of agencies and of who wrote them. Two queries."""
    records, words = list(rows), _events()
    people = {
        row.id: row
        for row in Practitioner.objects.filter(id__in={one.by_id for one in records}).select_related("agency")
    }
    agencies = dict(
        Agency.objects.filter(id__in={one.agency_id for one in records if one.agency_id}).values_list("id", "name")
    )
    names = {str(key): name for key, name in agencies.items()} | {OTHER_AGENCY: "Another agency"}
    found = []
    for one in records:
        event, card = words.get(one.kind), people.get(one.by_id)
        found.append(
            DutyShown(
                id=one.id,
                kind=one.kind,
                label=event.label if event else one.kind.replace("_", " ").capitalize(),
                on=one.on,
                recorded_at=one.recorded_at,
                by=card.full_name if card else "",
                by_role=f"{card.job_title}, {card.agency.name}" if card else "",
                rows=tuple(_row(name, one.fields[name], event, names) for name in _in_order(one, event)),
            )
        )
    return tuple(found)


def _in_order(one: DutyRecord, event: RecordEvent | None) -> list[str]:
    """The fields of a record as they were asked; those that the pack in force no longer asks come last."""
    asked_now = [field.slug for field in event.fields] if event else []
    return [*(name for name in asked_now if name in one.fields), *sorted(one.fields.keys() - set(asked_now))]


def _row(name: str, value: object, event: RecordEvent | None, agencies: Mapping[str, str]) -> tuple[str, str]:
    """A question and its answer, in the words of the pack in force; a code that it no longer knows stands as it is."""
    field = next((one for one in event.fields if one.slug == name), None) if event else None
    labels = {option.value: option.label for option in field.options} if field else {}
    many = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    said = ", ".join(labels.get(one) or agencies.get(one) or one for one in many)
    return field.label if field else name.replace("_", " ").capitalize(), said


def _events() -> Mapping[str, RecordEvent]:
    return events_of(policy_in_force(clock.today()).rules)


def _offered() -> tuple[RecordEvent, ...]:
    """The events a practitioner records of themselves; a complaint is taken in as a request, with its clock."""
    return tuple(event for slug, event in _events().items() if slug != COMPLAINT)


def _own(viewer: Viewer, client_id: UUID) -> TenantQuerySet[Involvement]:
    return Involvement.objects.filter(client_id=client_id, practitioner_id=viewer.id)


def _waiting(viewer: Viewer, client_id: UUID) -> tuple[ToRecord, ...]:
    """The viewer's own lines whose last decision was a no that the law wants a reason for. Three queries at most."""
    lines = {
        row.id: row
        for row in Involvement.objects.select_related("service__service_type").filter(
            client_id=client_id, practitioner_id=viewer.id, ended_on=None
        )
    }
    last = (
        DecisionRecord.objects.filter(client_id=client_id, involvement_id__in=lines, action="publish")
        .order_by("involvement_id", "-at")
        .distinct("involvement_id")
    )
    open_ones = [one for one in last if WHY_NOT_SHARED in one.obligations]
    noted = dict(
        DutyRecord.objects.filter(kind=NOT_SHARED, involvement_id__in=[one.involvement_id for one in open_ones])
        .order_by("recorded_at")
        .values_list("involvement_id", "recorded_at")
    ) if open_ones else {}  # fmt: skip
    return tuple(
        ToRecord(line.id, line.service.service_type.label, timezone.localdate(one.at))
        for one in open_ones
        if one.involvement_id and (line := lines[one.involvement_id])
        and (one.involvement_id not in noted or noted[one.involvement_id] < one.at)
    )  # fmt: skip
