"""What the information-governance officer sees of retention: what is due when, what was deleted, what is held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q

from core import clock
from core.audit.actions import record_sight
from core.network.models import LimitedSight
from core.network.officers import Officer
from core.people.choices import Shield
from core.people.models import Client
from core.rights.choices import DeletionRule, FreezeReason, RequestState
from core.rights.models import DeletionReceipt, RetentionHold, RightsRequest
from core.rights.periods import Periods
from core.rights.queries.due import born_by, periods_now, to_close

AHEAD = timedelta(days=365)
MOST = 2000
A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Coming:
    """How many records one rule lets go in one month."""

    month: date
    rule: str
    count: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """One deletion, as its receipt says."""

    id: UUID
    rule: str
    due_on: date
    deleted_at: datetime
    rows: int
    tables: tuple[tuple[str, int], ...]
    subject: str
    pack: str


@dataclass(frozen=True, slots=True)
class Hold:
    """One freeze of an officer's. It names nobody: `request_id` is the request it was placed from."""

    id: UUID
    reason: str
    placed_at: datetime
    is_for_all: bool


@dataclass(frozen=True, slots=True)
class RetentionPage:
    """The periods in force, and what they make of the council's records."""

    periods: Periods
    open_records: int
    archived_records: int
    to_close: int
    coming: tuple[Coming, ...]
    receipts: tuple[Receipt, ...]
    holds: tuple[Hold, ...]
    held_by: tuple[tuple[str, int], ...]


def retention_for(officer: Officer) -> RetentionPage:
    """The page; numbers and receipts alone, no client is named. The sight is recorded."""
    today, periods = clock.today(), periods_now()
    counts = Client.objects.aggregate(
        open=Count("id", filter=Q(closed_on=None)), archived=Count("id", filter=Q(closed_on__isnull=False))
    )
    record_sight("rights.retention.opened", by=officer)
    return RetentionPage(
        periods=periods,
        open_records=counts["open"],
        archived_records=counts["archived"],
        to_close=to_close(today, periods).count(),
        coming=_coming(today, periods),
        receipts=tuple(_receipt(row) for row in DeletionReceipt.objects.order_by("-deleted_at", "id")[:A_PAGE]),
        holds=tuple(_hold(row) for row in RetentionHold.objects.filter(ended_at=None).order_by("placed_at")),
        held_by=_held_by(),
    )


def _coming(today: date, periods: Periods) -> tuple[Coming, ...]:
    """What falls due within a year, by month; what is overdue counts in this month."""
    horizon = today + AHEAD
    found: dict[tuple[date, DeletionRule], int] = {}
    first = horizon - timedelta(days=365 * periods.shortest())
    for row in Client.objects.filter(closed_on__lte=first).order_by("closed_on")[:MOST]:
        if row.closed_on is None:
            continue
        for rule in DeletionRule:
            day = periods.due_on(rule, row.closed_on, born_by(row))
            if day <= horizon:
                month = max(day, today).replace(day=1)
                found[month, rule] = found.get((month, rule), 0) + 1
    return tuple(Coming(month, str(rule.label), number) for (month, rule), number in sorted(found.items()))


def _receipt(row: DeletionReceipt) -> Receipt:
    return Receipt(
        id=row.id,
        rule=str(DeletionRule(row.rule).label),
        due_on=row.due_on,
        deleted_at=row.deleted_at,
        rows=sum(row.counts.values()),
        tables=tuple(sorted(row.counts.items())),
        subject=row.subject_hash[:12],
        pack=row.pack,
    )


def _hold(row: RetentionHold) -> Hold:
    return Hold(row.id, str(FreezeReason(row.reason).label), row.placed_at, row.client_id is None)


def _held_by() -> tuple[tuple[str, int], ...]:
    """How many archived records each kind of hold keeps."""
    archived = Client.objects.filter(closed_on__isnull=False)
    waiting = RightsRequest.objects.filter(state=RequestState.OPEN).values("client_id")
    unreviewed = LimitedSight.objects.filter(reviewed_at=None).values("client_id")
    frozen = RetentionHold.objects.filter(ended_at=None, client__isnull=False).values("client_id")
    return (
        ("An open request or complaint", archived.filter(id__in=waiting).count()),
        ("A shield", archived.exclude(shield=Shield.NONE).count()),
        ("A limited sight that waits for its review", archived.filter(id__in=unreviewed).count()),
        ("A hold of yours on one record", archived.filter(id__in=frozen).count()),
    )
