"""The officers' pages about shields: what was asked, which clients are shielded, and who sees each of them.

An officer reaches a client through these alone: there is no way to browse or to search from here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import and_
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock
from core.audit.actions import record_sight, refuse
from core.consent.pack import NOT_SHIELDED
from core.consent.packs_in_use import policy_in_force
from core.directory.models import Practitioner
from core.directory.viewers import Viewer
from core.network.choices import ApprovalKind, ApprovalState, ShieldReason
from core.network.errors import ApprovalNotFound, ClientNotFound, ShieldNotFound
from core.network.models import Approval, ApprovalVoice, Involvement, ShieldAssignment, ShieldPeriod
from core.network.officers import Officer
from core.network.policies import require_open
from core.network.policies.deciding import known_privately_by, shield_requests
from core.network.queries.approvals import VoiceLine, voices_of
from core.network.queries.show import ClientIdentity, client_identity
from core.people.choices import Shield
from core.people.models import Client

LISTED = "network.shields.listed"
OPENED = "network.shield.opened"
MOST = 200


@dataclass(frozen=True, slots=True)
class PersonNamed:
    """A person on a shielded client's network, or named for the client: by name and agency, and no more."""

    practitioner_id: UUID
    name: str
    job_title: str
    agency: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ShieldRequestLine:
    """One request of the queue: what is asked, why, by whom, and since when. It names no client."""

    id: UUID
    kind: str
    reason: str
    level: str
    asked_by: str
    agency: str
    asked_at: datetime
    due_on: date
    is_late: bool
    is_own: bool
    voices: int
    people_needed: int


@dataclass(frozen=True, slots=True)
class ShieldLine:
    """One shielded client."""

    id: UUID
    client: str
    level: str
    reason: str
    placed_at: datetime
    review_by: date
    is_due: bool


@dataclass(frozen=True, slots=True)
class ShieldsPage:
    """The officers' page."""

    requests: tuple[ShieldRequestLine, ...]
    shields: tuple[ShieldLine, ...]


@dataclass(frozen=True, slots=True)
class ShieldRequestPage:
    """One request, and for placing a shield the people on the network."""

    id: UUID
    client: ClientIdentity
    is_placing: bool
    reason: str
    level: str
    asked_by: str
    asked_at: datetime
    people: tuple[PersonNamed, ...]
    voices: tuple[VoiceLine, ...]
    people_needed: int
    state: str
    state_label: str
    may_decide: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class ShieldPage:
    """One shielded client, and who sees them."""

    id: UUID
    client: ClientIdentity
    level: str
    reason: str
    placed_at: datetime
    review_by: date
    people: tuple[PersonNamed, ...]
    lifting_waits: bool


@dataclass(frozen=True, slots=True)
class ShieldAsking:
    """What the page for asking needs: whose shield, which levels there are, and whether one stands."""

    client: ClientIdentity
    levels: tuple[tuple[str, str], ...]
    is_shielded: bool


def shield_asking(viewer: Viewer, client_id: UUID) -> ShieldAsking:
    """For somebody on the network. Raises ClientNotFound. Two queries."""
    client = require_open(viewer, client_id)
    if not Involvement.objects.filter(client=client, practitioner_id=viewer.id, ended_on=None).exists():
        refuse("network.client.refused", by=viewer, reason="not_involved", subject_id=client_id)
        raise ClientNotFound
    levels = policy_in_force(clock.today()).rules.shield.levels
    words = dict(Shield.choices)
    offered = tuple((level, str(words.get(level, level))) for level in levels if level != NOT_SHIELDED)
    return ShieldAsking(client_identity(client), offered, client.shield != NOT_SHIELDED)


def shields_for(officer: Officer) -> ShieldsPage:
    """What waits, and every shielded client; the sight of those listed by name is recorded. Three queries."""
    today = clock.today()
    rows: list[Any] = list(
        shield_requests(officer)
        .filter(state=ApprovalState.WAITING)
        .select_related("asked_by__agency")
        .order_by("asked_at", "id")[:MOST]
    )
    said = list(
        ApprovalVoice.objects.filter(approval__in=[row.id for row in rows]).values_list("approval_id", flat=True)
    )
    periods: list[Any] = list(
        ShieldPeriod.objects.filter(ended_at=None, client__removed_at=None)
        .exclude(client_id__in=known_privately_by(officer))
        .select_related("client")
        .order_by("review_by", "id")[:MOST]
    )
    clients = sorted({str(period.client_id) for period in periods})
    record_sight(LISTED, by=officer, detail={"clients": clients, "requests": [str(row.id) for row in rows]})
    return ShieldsPage(
        requests=tuple(_request_line(row, officer, today, said.count(row.id)) for row in rows),
        shields=tuple(
            ShieldLine(
                period.id, _listed(period.client), level_words(period.level), reason_words(period.reason),
                period.placed_at, period.review_by, period.review_by <= today,
            )
            for period in periods
        ),
    )  # fmt: skip


def shield_request_for(officer: Officer, approval_id: UUID) -> ShieldRequestPage:
    """One request with the people on the network, whose sight is recorded. Raises ApprovalNotFound. Five queries."""
    row: Any = shield_requests(officer).select_related("client", "asked_by__agency").filter(id=approval_id).first()
    if row is None:
        refuse(OPENED, by=officer, reason="not_found", subject_id=approval_id)
        raise ApprovalNotFound
    is_placing = row.kind == ApprovalKind.SHIELD
    chosen = {UUID(one) for one in row.answers["assigned"]} if row.answers.get("assigned") is not None else None
    people = _people_of(row.client, chosen) if is_placing else ()
    _record_people(officer, row.client_id, people)
    return ShieldRequestPage(
        id=row.id,
        client=client_identity(row.client),
        is_placing=is_placing,
        reason=reason_words(row.ground),
        level=level_words(row.level),
        asked_by=_asker(row),
        asked_at=row.asked_at,
        people=people,
        voices=voices_of(row.id),
        people_needed=row.people_needed,
        state=row.state,
        state_label=str(ApprovalState(row.state).label),
        may_decide=row.state == ApprovalState.WAITING
        and row.asked_by_id != officer.id
        and not ApprovalVoice.objects.filter(approval_id=row.id, by_id=officer.id).exists(),
        is_own=row.asked_by_id == officer.id,
    )


def shield_for(officer: Officer, shield_id: UUID) -> ShieldPage:
    """One shield with those who see the client; the sight is recorded. Raises ShieldNotFound. Three queries."""
    period: Any = (
        ShieldPeriod.objects.filter(id=shield_id, ended_at=None, client__removed_at=None)
        .exclude(client_id__in=known_privately_by(officer))
        .select_related("client")
        .first()
    )
    if period is None:
        refuse(OPENED, by=officer, reason="not_found", subject_id=shield_id)
        raise ShieldNotFound
    assigned = ShieldAssignment.objects.filter(client_id=period.client_id, ended_at=None)
    people = tuple(
        PersonNamed(card.id, card.full_name, card.job_title, card.agency.name, is_chosen=True)
        for card in (row.practitioner for row in assigned.select_related("practitioner__agency"))
    )
    _record_people(officer, period.client_id, people)
    return ShieldPage(
        id=period.id,
        client=client_identity(period.client),
        level=level_words(period.level),
        reason=reason_words(period.reason),
        placed_at=period.placed_at,
        review_by=period.review_by,
        people=tuple(sorted(people, key=lambda one: (one.agency.lower(), one.name.lower()))),
        lifting_waits=Approval.objects.filter(
            client_id=period.client_id, kind=ApprovalKind.UNSHIELD, state=ApprovalState.WAITING
        ).exists(),
    )


def people_to_name(officer: Officer, text: str) -> tuple[PersonNamed, ...]:
    """Colleagues who can sign in and whose name or agency holds every word, for naming one more person. One query."""
    del officer  # any officer finds any colleague; nothing of a client is read here
    words = text.replace("\0", " ").split()[:6]
    fits = (
        Q(given_name__icontains=word) | Q(family_name__icontains=word) | Q(agency__name__icontains=word)
        for word in words
    )
    if not words:
        return ()
    rows = Practitioner.objects.filter(reduce(and_, fits), left_on=None, user__is_active=True)
    return tuple(
        PersonNamed(row.id, row.full_name, row.job_title, row.agency.name, is_chosen=False)
        for row in rows.select_related("agency").order_by("family_name", "given_name", "id")[:25]
    )


def reason_words(code: str) -> str:
    """Why, in words."""
    return str(dict(ShieldReason.choices).get(code, _("Lift the shield") if code == "lift" else code))


def level_words(code: str) -> str:
    """How far, in words."""
    return str(dict(Shield.choices).get(code, code))


def _people_of(client: Client, chosen: Collection[UUID] | None) -> tuple[PersonNamed, ...]:
    """Everyone with an open line, each once; all are chosen until an officer chose otherwise. One query."""
    rows = Involvement.objects.filter(client=client, ended_on=None).select_related("practitioner", "service__agency")
    found = {
        row.practitioner_id: PersonNamed(
            row.practitioner_id,
            row.practitioner.full_name,
            row.practitioner.job_title,
            row.service.agency.name,
            is_chosen=chosen is None or row.practitioner_id in chosen,
        )
        for row in rows
    }
    return tuple(sorted(found.values(), key=lambda one: (one.agency.lower(), one.name.lower())))


def _record_people(officer: Officer, client_id: UUID, people: Collection[PersonNamed]) -> None:
    listed = sorted(str(one.practitioner_id) for one in people)
    record_sight(OPENED, by=officer, client_id=client_id, detail={"people": listed})


def _request_line(row: Any, officer: Officer, today: date, voices: int) -> ShieldRequestLine:
    return ShieldRequestLine(
        id=row.id,
        kind=str(ApprovalKind(row.kind).label),
        reason=reason_words(row.ground),
        level=level_words(row.level),
        asked_by=_asker(row),
        agency=row.asked_by.agency.name if row.asked_by else "",
        asked_at=row.asked_at,
        due_on=row.due_on,
        is_late=row.due_on < today,
        is_own=row.asked_by_id == officer.id,
        voices=voices,
        people_needed=row.people_needed,
    )


def _asker(row: Any) -> str:
    return str(row.asked_by.full_name) if row.asked_by else _("An information-governance officer")


def _listed(client: Client) -> str:
    return f"{client.family_name.upper()}, {client.given_name}"
