"""The home page and the notices: someone's own clients, what waits for them, and what they were told, in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, DateField, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, JSONObject

from core import clock
from core.accounts.models import User
from core.consent.packs_in_use import policy_in_force
from core.council.words import say
from core.directory.viewers import Viewer
from core.network.choices import Answer
from core.network.last_day import ASKED_ANEW_AHEAD
from core.network.models import LeadOffer, Publication
from core.network.policies import changeable_by, invitations_to, openable_by, visible_to
from core.notices.queries import NoticeLine, notices_for
from core.people.models import Client
from core.visits.models import Visit

A_PAGE = 25
SOON = timedelta(days=14)
MOST_VISITS = 8
SHOWS = ("all", "stale", "unrecorded", "anew", "visits")
STANDS_ALONE = frozenset({"network.member.ended"})
"""Told of a line that is over: it was seen when they were told, and its client still may be."""
TO_WEIGH = frozenset({"network.no.to_weigh"})
"""Told to whoever answers for something, also where they may not open the page: then without a name."""


@dataclass(frozen=True, slots=True)
class ClientLine:
    """One line of my clients. `ask_anew_by`: soon, others see it no more unless the conversation is had anew."""

    involvement_id: UUID
    client_id: UUID
    client: str
    born: date | None
    practitioner: str
    service: str
    confirmed_on: date
    is_stale: bool
    is_shown: bool
    ask_anew_by: date | None
    is_own: bool
    next_visit: ComingVisit | None


@dataclass(frozen=True, slots=True)
class ComingVisit:
    """One of my visits to come."""

    id: UUID
    client_id: UUID
    client: str
    on: date
    starts_at: time | None
    ends_at: time | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Someone asks me something about a client: to join, or to lead."""

    id: UUID
    client_id: UUID
    client: str
    asked_by: str


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to: kept in the address, never a name."""

    show: str = "all"
    service_id: UUID | None = None
    is_team: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class HomePage:
    """My clients, for one viewer."""

    lines: tuple[ClientLine, ...]
    has_more: bool
    counts: dict[str, int]
    visits: tuple[ComingVisit, ...]
    invitations: tuple[Asked, ...]
    lead_offers: tuple[Asked, ...]
    manages: bool


@dataclass(frozen=True, slots=True)
class NoticeToShow:
    """One notice in words. Without `client_id` the viewer may not, or no longer, see whom it is about."""

    id: UUID
    text: str
    client_id: UUID | None
    client: str
    at: datetime
    is_read: bool


def home_for(viewer: Viewer, filters: Filters) -> HomePage:
    """Everything the home page shows. Eight queries, however many clients."""
    today = clock.today()
    default = policy_in_force(today).rules.freshness_days
    everything = _mine(viewer, filters, today, default)
    counts = everything.aggregate(
        all=Count("id"),
        stale=Count("id", filter=Q(unconfirmed__gt=F("interval"))),
        unrecorded=Count("id", filter=Q(shown_until=None)),
        anew=Count("id", filter=Q(shown_until__lte=today + ASKED_ANEW_AHEAD)),
        visits=Count("id", filter=Q(has_visit=True)),
    )
    narrowed = {
        "stale": everything.filter(unconfirmed__gt=F("interval")),
        "unrecorded": everything.filter(shown_until=None),
        "anew": everything.filter(shown_until__lte=today + ASKED_ANEW_AHEAD),
        "visits": everything.filter(has_visit=True),
    }.get(filters.show, everything)
    first = (filters.page - 1) * A_PAGE
    rows = list(
        narrowed.select_related("client", "practitioner", "service__service_type").order_by(
            "client__family_name", "client__given_name", "id"
        )[first : first + A_PAGE + 1]
    )
    return HomePage(
        lines=tuple(_line(row, viewer, today) for row in rows[:A_PAGE]),
        has_more=len(rows) > A_PAGE,
        counts={str(name): int(number or 0) for name, number in counts.items()},
        visits=_visits(viewer, today),
        invitations=_invitations(viewer),
        lead_offers=_lead_offers(viewer),
        manages=bool(viewer.managed_service_ids),
    )


def notices_shown_to(viewer: Viewer | None, user: User) -> tuple[NoticeToShow, ...]:
    """Somebody's notices, with words and a name only where they may still see what it is about. Three queries.

    Without a viewer (an officer, say) no client is named, and only what is about none has words.
    """
    told = notices_for(user)
    if viewer is None:
        return tuple(_notice(one, set(), {}, frozenset()) for one in told)
    lines = {UUID(one.detail["involvement"]) for one in told if "involvement" in one.detail}
    seen = set(visible_to(viewer).filter(id__in=lines).values_list("id", flat=True)) if lines else set()
    wanted = {one.client_id for one in told if one.client_id}
    clients = {row.id: row.full_name for row in openable_by(viewer).filter(id__in=wanted)} if wanted else {}
    stands_alone = STANDS_ALONE if viewer.is_cleared and viewer.has_agreement else frozenset()
    return tuple(_notice(one, seen, clients, stands_alone) for one in told)


def _notice(one: NoticeLine, seen: set[UUID], clients: dict[UUID, str], stands_alone: frozenset[str]) -> NoticeToShow:
    line = one.detail.get("involvement")
    is_hidden = (line is not None and UUID(line) not in seen and one.slug not in stands_alone) or (
        one.client_id is not None and one.client_id not in clients
    )
    if is_hidden and one.slug not in TO_WEIGH:
        return NoticeToShow(one.id, say("", "", one.detail), None, "", one.at, one.is_read)
    text = say(one.slug, one.by_name, one.detail)
    if is_hidden or one.client_id is None:
        return NoticeToShow(one.id, text, None, "", one.at, one.is_read)
    return NoticeToShow(one.id, text, one.client_id, clients[one.client_id], one.at, one.is_read)


def _mine(viewer: Viewer, filters: Filters, today: date, default: int) -> QuerySet[Any]:
    lines = changeable_by(viewer).filter(ended_on=None, client__removed_at=None)
    if not (filters.is_team and viewer.managed_service_ids):
        lines = lines.filter(practitioner_id=viewer.id)
    if filters.service_id:
        lines = lines.filter(service_id=filters.service_id)
    live = Publication.objects.filter(involvement_id=OuterRef("pk"), ended_at=None, review_by__gte=today)
    coming = Visit.objects.filter(involvement_id=OuterRef("pk"), cancelled_at=None, on__gte=today)
    since = Func(
        Cast(Value(today), DateField()),
        F("confirmed_on"),
        template="(%(expressions)s)",
        arg_joiner=" - ",
        output_field=IntegerField(),
    )
    said = JSONObject(id="id", on="on", starts_at="starts_at", ends_at="ends_at")
    return lines.annotate(
        unconfirmed=since,
        interval=Coalesce("service__service_type__freshness_days", Value(default), output_field=IntegerField()),
        shown_until=Subquery(live.values("review_by")[:1]),
        has_visit=Exists(coming),
        coming=coming.order_by("on", "starts_at").values(said=said)[:1],
    )


def _line(row: Any, viewer: Viewer, today: date) -> ClientLine:
    return ClientLine(
        involvement_id=row.id,
        client_id=row.client_id,
        client=_name(row.client),
        born=row.client.birth_date,
        practitioner=row.practitioner.full_name,
        service=row.service.service_type.label,
        confirmed_on=row.confirmed_on,
        is_stale=row.unconfirmed > row.interval,
        is_shown=row.shown_until is not None,
        ask_anew_by=row.shown_until if row.shown_until and row.shown_until <= today + ASKED_ANEW_AHEAD else None,
        is_own=row.practitioner_id == viewer.id,
        next_visit=_from_json(row) if row.coming else None,
    )


def _from_json(row: Any) -> ComingVisit:
    return ComingVisit(
        UUID(row.coming["id"]),
        row.client_id,
        "",
        date.fromisoformat(row.coming["on"]),
        _time(row.coming["starts_at"]),
        _time(row.coming["ends_at"]),
    )


def _visits(viewer: Viewer, today: date) -> tuple[ComingVisit, ...]:
    rows = (
        Visit.objects.select_related("client")
        .filter(involvement__practitioner_id=viewer.id, involvement__ended_on=None, cancelled_at=None)
        .filter(on__gte=today, on__lte=today + SOON, client__removed_at=None)
        .filter(involvement__in=changeable_by(viewer))
        .order_by("on", "starts_at", "id")[:MOST_VISITS]
    )
    return tuple(
        ComingVisit(row.id, row.client_id, _name(row.client), row.on, row.starts_at, row.ends_at) for row in rows
    )


def _invitations(viewer: Viewer) -> tuple[Asked, ...]:
    rows = invitations_to(viewer).select_related("client", "invited_by").order_by("created_at")[:A_PAGE]
    return tuple(Asked(row.id, row.client_id, _name(row.client), row.invited_by.full_name) for row in rows)


def _lead_offers(viewer: Viewer) -> tuple[Asked, ...]:
    rows = LeadOffer.objects.select_related("client", "offered_by").filter(
        to_involvement__in=changeable_by(viewer).filter(practitioner_id=viewer.id, ended_on=None), answer=Answer.WAITING
    )[:A_PAGE]
    return tuple(Asked(row.id, row.client_id, _name(row.client), row.offered_by.full_name) for row in rows)


def _name(client: Client) -> str:
    return f"{client.family_name.upper()}, {client.given_name}"


def _time(text: str | None) -> time | None:
    return time.fromisoformat(text) if text else None


def client_ids(lines: Iterable[ClientLine]) -> list[str]:
    """The clients that were listed, for the record of what was seen."""
    return sorted({str(line.client_id) for line in lines})
