"""Reads of what operators did: the events of the deployment's own world, newest first, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from console.log_words import words_for
from console.models import Council, Operator
from console.queries.operators import operator_names
from core.audit.choices import Outcome
from core.audit.models import Event

PAGE: Final = 50
MOST_EXPORTED: Final = 10_000


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What the log is narrowed to. `operator` is an operator's id; `council` a part of a council's name."""

    operator: UUID | None = None
    council: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event in words. `about` names the council or the operator it concerned."""

    id: UUID
    at: datetime
    who: str
    what: str
    slug: str
    about: str
    council_id: UUID | None
    was_refused: bool
    why: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """One page of the log; `has_more` where older events follow."""

    lines: tuple[LogLine, ...]
    page: int
    has_more: bool


def log_page(wanted: LogFilter, *, page: int = 1) -> LogPage:
    """One page. Three statements, four with a council."""
    page = max(page, 1)
    first = (page - 1) * PAGE
    rows = list(_events(wanted)[first : first + PAGE + 1])
    names = operator_names()
    return LogPage(
        lines=_lines(rows[:PAGE], names), page=page, has_more=len(rows) > PAGE,
    )  # fmt: skip


def log_rows(wanted: LogFilter) -> tuple[LogLine, ...]:
    """What an export holds: the newest of what was asked for, at most MOST_EXPORTED."""
    return _lines(list(_events(wanted)[:MOST_EXPORTED]), operator_names())


def operator_choices() -> tuple[tuple[str, str], ...]:
    """Every operator, for the filter."""
    return tuple((str(one), name) for one, name in Operator.objects.order_by("name").values_list("id", "name"))


def _events(wanted: LogFilter) -> QuerySet[Event]:
    rows = Event.objects.order_by("-at", "-id")
    if wanted.operator:
        users = Operator.objects.filter(id=wanted.operator).values("user_id")
        rows = rows.filter(Q(actor_id=wanted.operator) | Q(actor_id__in=users))
    if wanted.council.strip():
        found = Council.objects.filter(name__icontains=wanted.council.strip()).values_list("id", flat=True)
        ids = list(found[:200])
        rows = rows.filter(Q(subject_id__in=ids) | Q(detail__council__in=[str(one) for one in ids]))
    if wanted.on:
        start = timezone.make_aware(datetime.combine(wanted.on, time.min))
        rows = rows.filter(at__gte=start, at__lt=start + timedelta(days=1))
    return rows


def _lines(rows: Iterable[Event], names: Mapping[UUID, str]) -> tuple[LogLine, ...]:
    rows = list(rows)
    ids = {one for row in rows for one in (row.subject_id, _council_of(row)) if one}
    councils = dict(Council.objects.filter(id__in=ids).values_list("id", "name")) if ids else {}
    return tuple(_line(row, names, councils) for row in rows)


def _line(row: Event, names: Mapping[UUID, str], councils: Mapping[UUID, str]) -> LogLine:
    council_id = next((one for one in (_council_of(row), row.subject_id) if one in councils), None)
    about = councils.get(council_id, "") if council_id else ""
    if not about and row.subject_id and row.subject_id != row.actor_id:
        about = names.get(row.subject_id, "")
    refused = row.outcome == Outcome.REFUSED
    return LogLine(
        id=row.id, at=row.at, who=_who(row, names), what=str(words_for(row.slug, row.outcome)), slug=row.slug,
        about=about, council_id=council_id, was_refused=refused, why=row.reason.replace("_", " ") if refused else "",
    )  # fmt: skip


def _who(row: Event, names: Mapping[UUID, str]) -> str:
    if row.actor_id:
        return names.get(row.actor_id, "")
    return "" if row.actor in {"system", "visitor"} else row.actor


def _council_of(row: Event) -> UUID | None:
    said: Any = row.detail.get("council")
    try:
        return UUID(str(said)) if said else None
    except ValueError:
        return None
