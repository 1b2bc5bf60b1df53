"""Limited sight as its pages show it: asking for it, the banner while it lasts, and the officers' reviews."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q
from django.utils import timezone

from core import clock
from core.audit.actions import record_sight, refuse
from core.consent.packs_in_use import policy_in_force
from core.directory.models import Practitioner
from core.directory.viewers import Viewer
from core.network.choices import SightFinding, SightReason
from core.network.errors import SightNotFound
from core.network.models import LimitedSight
from core.network.officers import Officer
from core.network.policies import sights_open, standing_of
from core.network.policies.limited import require_limited_sight, sights_reviewed_by

LISTED = "network.limited_sights.listed"
OPENED = "network.limited_sight.looked_at"
MOST = 100
OFTEN = 3
A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class SightAsking:
    """What the page says before anything is opened: not who it is, only what will happen."""

    client_id: UUID
    is_shielded: bool
    least_characters: int
    reviewed_within: str


@dataclass(frozen=True, slots=True)
class OpenSight:
    """The banner's: one's own sight, while it lasts."""

    id: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SightLine:
    """One sight in the officers' list. `review_by` is the last day on which its review is in time."""

    id: UUID
    name: str
    job_title: str
    agency: str
    reason: str
    opened_at: datetime
    review_by: date
    is_overdue: bool
    was_escalated: bool
    is_often: bool
    is_own: bool
    finding: str


@dataclass(frozen=True, slots=True)
class SightsPage:
    """The officers' queue: what waits first, by the time it is due, and what was found lately."""

    waiting: tuple[SightLine, ...]
    reviewed: tuple[SightLine, ...]


@dataclass(frozen=True, slots=True)
class SightPage:
    """One sight for its review."""

    line: SightLine
    client: str
    text: str
    was_shielded: bool
    ended_at: datetime
    reviewed_by: str
    reviewed_at: datetime | None
    may_review: bool


def sight_asking(viewer: Viewer, client_id: UUID) -> SightAsking:
    """For whoever may ask. Raises SightNotFound for everybody else and for no such record, alike. Three queries."""
    allowed = require_limited_sight(viewer, client_id)
    rules = policy_in_force(clock.today()).rules
    is_shielded = allowed.request.client.is_shielded
    return SightAsking(
        client_id=client_id,
        is_shielded=is_shielded,
        least_characters=rules.break_glass.reason_min_chars,
        reviewed_within=rules.shield.break_glass_review if is_shielded else rules.break_glass.review_within,
    )


def open_sight(viewer: Viewer, client_id: UUID) -> OpenSight | None:
    """The viewer's own sight of this client while it lasts. No query for nearly everyone, one for who has one."""
    if client_id not in standing_of(viewer).limited:
        return None
    row = sights_open(viewer).filter(client_id=client_id).order_by("-expires_at").first()
    return OpenSight(row.id, row.expires_at) if row else None


def limited_sights_for(officer: Officer) -> SightsPage:
    """What waits for review, the soonest due first, and the newest that were reviewed; recorded. Three queries."""
    rows = sights_reviewed_by(officer).select_related("practitioner__agency", "client")
    waiting: list[Any] = list(rows.filter(reviewed_at=None).order_by("review_due_at", "id")[:MOST])
    done: list[Any] = list(rows.filter(reviewed_at__isnull=False).order_by("-reviewed_at")[:20])
    often = _often()
    record_sight(LISTED, by=officer, detail={"sights": [str(row.id) for row in (*waiting, *done)]})
    return SightsPage(
        tuple(_line(row, officer, often) for row in waiting), tuple(_line(row, officer, often) for row in done)
    )


def limited_sight_for(officer: Officer, sight_id: UUID) -> SightPage:
    """One sight with its reason and its client; the sight of that is recorded. Raises SightNotFound. Three queries."""
    row: Any = sights_reviewed_by(officer).select_related("practitioner__agency", "client").filter(id=sight_id).first()
    if row is None:
        refuse(OPENED, by=officer, reason="not_found", subject_id=sight_id)
        raise SightNotFound
    record_sight(OPENED, by=officer, client_id=row.client_id, subject=row)
    reviewer = Practitioner.objects.filter(id=row.reviewed_by_id).first() if row.reviewed_by_id else None
    return SightPage(
        line=_line(row, officer, _often()),
        client=row.client.full_name,
        text=row.reason_text,
        was_shielded=row.was_shielded,
        ended_at=min(row.ended_at or row.expires_at, row.expires_at),
        reviewed_by=reviewer.full_name if reviewer else "",
        reviewed_at=row.reviewed_at,
        may_review=row.reviewed_at is None and row.practitioner_id != officer.id,
    )


def _often() -> frozenset[UUID]:
    """Who opened more than a few in the last seven days."""
    counted = (
        LimitedSight.objects.filter(opened_at__gt=clock.now() - A_WEEK)
        .values("practitioner_id")
        .annotate(opened=Count("id"))
        .filter(Q(opened__gt=OFTEN))
        .order_by(F("practitioner_id"))
    )
    return frozenset(row["practitioner_id"] for row in counted)


def _line(row: Any, officer: Officer, often: frozenset[UUID]) -> SightLine:
    return SightLine(
        id=row.id,
        name=row.practitioner.full_name,
        job_title=row.practitioner.job_title,
        agency=row.practitioner.agency.name,
        reason=str(SightReason(row.reason).label),
        opened_at=row.opened_at,
        review_by=timezone.localdate(row.review_due_at - timedelta(seconds=1)),
        is_overdue=row.reviewed_at is None and row.review_due_at < clock.now(),
        was_escalated=row.escalated_at is not None,
        is_often=row.practitioner_id in often,
        is_own=row.practitioner_id == officer.id,
        finding=str(SightFinding(row.finding).label) if row.finding else "",
    )
