"""Reads about support access: for the council, who was let in and what they opened; for the operator, their own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from core import clock
from core.accounts.access import OPENED_BY_SUPPORT, REFUSED
from core.accounts.models import User
from core.audit.models import Event
from core.council.errors import NotHere
from core.council.models import SupportGrant
from core.council.named_people import naming_somebody
from core.council.policy_words import rounded
from core.directory.choices import AgencyKind
from core.directory.models import Agency, Practitioner, Service, ServiceType
from core.people.models import Client

MOST_LINES: Final = 200

State = SupportGrant.State


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One request with its answer. `state` says ended as soon as its time is over."""

    id: UUID
    operator: str
    operator_email: str
    approved_by: str
    reason: str
    hours: int
    asked_at: datetime
    state: str
    decided_by: str
    decided_at: datetime | None
    until: datetime | None
    ended_at: datetime | None
    opened: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the operator may come in now."""
        return self.state == State.GRANTED.value

    @property
    def is_asked(self) -> bool:
        """Whether it waits for an answer."""
        return self.state == State.ASKED.value


@dataclass(frozen=True, slots=True)
class OpenedLine:
    """One page that the operator opened, or asked for and was refused."""

    at: datetime
    page: str
    is_refused: bool


@dataclass(frozen=True, slots=True)
class GrantPage:
    """One request, and what the operator opened since it was granted."""

    grant: GrantLine
    opened: tuple[OpenedLine, ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """An agency by name, kind and number of services."""

    name: str
    kind: str
    services: int


@dataclass(frozen=True, slots=True)
class TypeCount:
    """A service type, and how many agencies offer it."""

    code: str
    label: str
    is_sensitive: bool
    is_offered: bool
    agencies: int


@dataclass(frozen=True, slots=True)
class Overview:
    """A council without anybody in it: organisations and counts, as words where a count is small."""

    agencies: tuple[AgencyLine, ...]
    types: tuple[TypeCount, ...]
    practitioners: str
    clients: str


def page_label(name: str) -> str:
    """A page in words; for one that no operator may open, what it belongs to."""
    belongs_to = {
        "accounts": _("Own sign-in"),
        "council": _("The council's own pages"),
        "directory": _("Colleagues"),
        "exchange": _("Exit copies and imports"),
        "network": _("Clients and their networks"),
        "rights": _("Requests and records"),
        "staff": _("People and agencies"),
        "visits": _("Clients and their networks"),
    }
    return {
        "council:home": _("Home"),
        "council:policy": _("Policy"),
        "council:support_agencies": _("Agencies and service types"),
        "council:support_log": _("What I opened"),
        "accounts:sign_out": _("Signed out"),
    }.get(name) or belongs_to.get(name.split(":")[0], _("Another page"))


def support_page() -> tuple[GrantLine, ...]:
    """Every request, newest first. Four queries."""
    rows = list(SupportGrant.objects.order_by("-asked_at")[:MOST_LINES])
    users = {row.user_id for row in rows if row.user_id}
    events = Event.objects.filter(actor_id__in=users, slug=OPENED_BY_SUPPORT).values_list("actor_id", "at")
    opened: Counter[UUID] = Counter()
    for actor_id, at in events:
        opened.update(row.id for row in rows if row.user_id == actor_id and _is_within(row, at))
    names = _names(row.decided_by_id for row in rows)
    return tuple(_line(row, names, opened[row.id]) for row in rows)


def grant_page(grant_id: UUID) -> GrantPage:
    """One request. Raises NotHere. Four queries."""
    row = SupportGrant.objects.filter(id=grant_id).first()
    if row is None:
        raise NotHere
    lines = _opened(row, MOST_LINES + 1)
    return GrantPage(
        _line(row, _names([row.decided_by_id]), len(lines)), lines[:MOST_LINES], is_cut=len(lines) > MOST_LINES
    )


def own_grant(user: User) -> GrantPage | None:
    """What lets this operator in now, and what they opened: for themselves. Three queries."""
    row = SupportGrant.objects.filter(user=user, state=State.GRANTED, until__gt=clock.now()).first()
    if row is None:
        return None
    lines = _opened(row, MOST_LINES + 1)
    return GrantPage(_line(row, {}, len(lines)), lines[:MOST_LINES], is_cut=len(lines) > MOST_LINES)


def overview() -> Overview:
    """The council's organisations and counts, without the names of those that are named after somebody.

    Seven queries, whatever the size.
    """
    kinds = dict(AgencyKind.choices)
    say = rounded(exact=False)
    agencies = list(Agency.objects.annotate(number=Count("services")).order_by("name"))
    spoken = naming_somebody(row.name for row in agencies)
    unnamed = _("an agency named after a person")
    offering = dict(Service.objects.values_list("service_type_id").annotate(number=Count("agency_id", distinct=True)))
    types = ServiceType.objects.order_by("label")
    return Overview(
        agencies=tuple(
            AgencyLine(unnamed if row.name in spoken else row.name, str(kinds.get(row.kind, row.kind)), row.number)
            for row in agencies
        ),
        types=tuple(
            TypeCount(row.code, row.label, row.is_sensitive, row.is_offered, offering.get(row.id, 0)) for row in types
        ),
        practitioners=say(Practitioner.objects.filter(left_on=None).count()),
        clients=say(Client.objects.filter(removed_at=None).count()),
    )


def _opened(row: SupportGrant, most: int) -> tuple[OpenedLine, ...]:
    """What this operator opened or was refused under this grant, newest first."""
    if row.user_id is None or row.decided_at is None:
        return ()
    asked = Event.objects.filter(Q(slug=OPENED_BY_SUPPORT) | Q(slug=REFUSED), actor_id=row.user_id)
    within = asked.filter(at__gte=row.decided_at, at__lte=row.ended_at or clock.now()).order_by("-at")[:most]
    return tuple(
        OpenedLine(event.at, page_label(str(event.detail.get("page", ""))), event.slug == REFUSED) for event in within
    )


def _is_within(row: SupportGrant, at: datetime) -> bool:
    return row.decided_at is not None and row.decided_at <= at <= (row.ended_at or clock.now())


def _line(row: SupportGrant, names: dict[UUID, str], opened: int) -> GrantLine:
    ran_out = row.state == State.GRANTED and row.until is not None and row.until <= clock.now()
    return GrantLine(
        id=row.id,
        operator=row.operator_name,
        operator_email=row.operator_email,
        approved_by=row.approved_by_name,
        reason=row.reason,
        hours=row.hours,
        asked_at=row.asked_at,
        state=State.ENDED.value if ran_out else row.state,
        decided_by=names.get(row.decided_by_id, _("somebody who has left")) if row.decided_by_id else "",
        decided_at=row.decided_at,
        until=row.until,
        ended_at=row.ended_at or (row.until if ran_out else None),
        opened=opened,
    )


def _names(user_ids: Iterable[UUID | None]) -> dict[UUID, str]:
    """Who answered: by their card, else by the address they sign in with."""
    wanted = {one for one in user_ids if one}
    addresses = dict(User.objects.filter(id__in=wanted).values_list("id", "email"))
    cards = Practitioner.objects.filter(user_id__in=wanted)
    return addresses | {card.user_id: card.full_name for card in cards if card.user_id}
