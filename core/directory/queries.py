"""Reading the directory: one's own card, colleagues found by name, agency or service, and one colleague's card."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any, Final
from uuid import UUID

from django.db.models import Func, Q, Value
from django.db.models.functions import Concat, Lower

from core import clock
from core.directory.errors import CardNotFound
from core.directory.models import Agency, Membership, Practitioner
from core.directory.policies import visible_to
from core.directory.viewers import Viewer
from tenants.base_model import TenantQuerySet
from tenants.context import require_scope

_UNDER_AGREEMENT: Final = "agencies under agreement"

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Card:
    """A contact card as it is shown."""

    id: UUID
    name: str
    given_name: str
    family_name: str
    job_title: str
    agency: str
    agency_phone: str
    mobile: str
    desk_phone: str
    email: str
    best_time: str
    has_account: bool
    is_own: bool
    version: int
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColleaguesPage:
    """One page of colleagues who fit what was asked for."""

    asked: str
    cards: tuple[Card, ...]
    total: int
    page: int
    pages: int


def _card(row: Practitioner, viewer: Viewer, services: tuple[str, ...] = ()) -> Card:
    return Card(
        id=row.id,
        name=row.full_name,
        given_name=row.given_name,
        family_name=row.family_name,
        job_title=row.job_title,
        agency=row.agency.name,
        agency_phone=row.agency.phone,
        mobile=row.mobile,
        desk_phone=row.desk_phone,
        email=row.email,
        best_time=row.best_time,
        has_account=row.has_account,
        is_own=row.id == viewer.id,
        version=row.version,
        services=services,
    )


def card_for(viewer: Viewer, practitioner_id: UUID) -> Card:
    """One colleague's card with the services they work in, in two queries. Raises CardNotFound."""
    row = visible_to(viewer).select_related("agency").filter(id=practitioner_id).first()
    if row is None:
        raise CardNotFound
    services = Membership.objects.filter(practitioner_id=row.id).select_related("service__service_type")
    return _card(row, viewer, tuple(sorted(line.service.service_type.label for line in services)))


def colleagues(viewer: Viewer, asked: str, *, page: int = 1) -> ColleaguesPage:
    """Colleagues whose name, role, agency or service holds every word of `asked`, 25 a page, in two queries."""
    rows = fitting(visible_to(viewer).select_related("agency"), asked)
    total = rows.count()
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    start = (page - 1) * PAGE_SIZE
    shown = rows.order_by("family_name", "given_name", "id")[start : start + PAGE_SIZE]
    return ColleaguesPage(asked, tuple(_card(row, viewer) for row in shown), total, page, pages)


def fitting(rows: TenantQuerySet[Practitioner], asked: str) -> TenantQuerySet[Practitioner]:
    """Those whose name, role, agency or service holds every word of `asked`, whatever its accents and capitals."""
    words = asked.replace("\0", " ").split()[:6]
    name = Concat("given_name", Value(" "), "family_name")
    named: TenantQuerySet[Any] = rows.annotate(plain_name=Lower(Func(name, function="unaccent")))
    return named.filter(reduce(and_, (_fits(word[:60]) for word in words))) if words else named


@dataclass(frozen=True, slots=True)
class AgencyContact:
    """An agency with its number."""

    id: UUID
    name: str
    phone: str


def agencies_under_agreement() -> tuple[AgencyContact, ...]:
    """Every agency whose sharing agreement is current, by name. It says nothing about anyone's network.

    One query a unit of work, however often it is asked.
    """
    memo, today = require_scope().memo, clock.today()
    known = memo.get((_UNDER_AGREEMENT, today))
    if isinstance(known, tuple):
        return known
    current = Agency.objects.filter(agreement_signed_on__lte=today).filter(
        Q(agreement_expires_on=None) | Q(agreement_expires_on__gte=today)
    )
    found = tuple(AgencyContact(*row) for row in current.order_by("name").values_list("id", "name", "phone"))
    memo[_UNDER_AGREEMENT, today] = found
    return found


def _plain(word: str) -> str:
    """A word without accents and capitals, as the annotated name is."""
    parts = unicodedata.normalize("NFKD", word.lower())
    return "".join(part for part in parts if not unicodedata.combining(part))


def _fits(word: str) -> Q:
    with_service = Membership.objects.filter(service__service_type__label__icontains=word).values("practitioner_id")
    return (
        Q(plain_name__contains=_plain(word))
        | Q(job_title__icontains=word)
        | Q(agency_id__in=Agency.objects.filter(name__icontains=word).values("id"))
        | Q(id__in=with_service)
    )
