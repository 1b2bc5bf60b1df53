"""Reads for the pages on which a council admin keeps agencies, people and their sign-in. Never of a client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Lower

from core import clock
from core.accounts.choices import Role
from core.accounts.models import Invitation, User
from core.council.staff_errors import PersonNotFound
from core.directory.choices import AgencyKind
from core.directory.models import Agency, Membership, Practitioner, Service, ServiceType
from core.directory.queries import PAGE_SIZE, fitting
from tenants.base_model import TenantQuerySet

SUPPORT: Final = "support"
SHOWS: Final = ("here", "waiting", "none", "left")


@dataclass(frozen=True, slots=True)
class SignIn:
    """How far someone's sign-in is: `state` is open, closed, invited or none. The invitation is the one that waits."""

    state: str
    roles: tuple[str, ...]
    role_labels: tuple[str, ...]
    user_id: UUID | None = None
    invitation_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person of the list."""

    id: UUID
    name: str
    job_title: str
    agency: str
    sign_in: SignIn
    left_on: date | None


@dataclass(frozen=True, slots=True)
class StaffPage:
    """One page of the people who fit."""

    asked: str
    show: str
    lines: tuple[PersonLine, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Person:
    """One card as the council admin keeps it."""

    id: UUID
    name: str
    given_name: str
    family_name: str
    job_title: str
    mobile: str
    desk_phone: str
    email: str
    agency_id: UUID
    employment: str
    cleared_until: date | None
    services: tuple[UUID, ...]
    managed: tuple[UUID, ...]
    left_on: date | None
    version: int
    sign_in: SignIn


@dataclass(frozen=True, slots=True)
class AccountLine:
    """Someone who signs in without a contact card: an administrator, an officer, an auditor."""

    email: str
    sign_in: SignIn
    is_own: bool


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """One agency of the list."""

    id: UUID
    name: str
    kind: str
    phone: str
    agreement_signed_on: date | None
    agreement_expires_on: date | None
    has_agreement: bool
    services: tuple[str, ...]
    people: int


def staff_page(asked: str, show: str, number: int) -> StaffPage:
    """The people whose name, role, agency or service holds every word of `asked`, 25 a page. Three statements."""
    show = show if show in SHOWS else "here"
    rows: TenantQuerySet[Any] = fitting(Practitioner.objects.filter(left_on__isnull=show != "left"), asked)
    invited = _open_invitations().filter(address=Lower(OuterRef("email")))
    rows = rows.annotate(is_invited=Exists(invited))
    if show == "waiting":
        rows = rows.filter(user=None, is_invited=True)
    elif show == "none":
        rows = rows.filter(user=None, is_invited=False)
    total = rows.count()
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(number, 1), pages)
    ordered = rows.select_related("agency", "user").order_by("family_name", "given_name", "id")
    shown = tuple(_line(row) for row in ordered[(page - 1) * PAGE_SIZE : page * PAGE_SIZE])
    return StaffPage(asked, show, shown, total, page, pages)


def person(practitioner_id: UUID) -> Person:
    """One card with its services and sign-in. Three statements. Raises PersonNotFound."""
    row = Practitioner.objects.select_related("user").filter(id=practitioner_id).first()
    if row is None:
        raise PersonNotFound
    memberships = list(Membership.objects.filter(practitioner=row).values_list("service_id", "is_manager"))
    invitation = _open_invitations().filter(address=row.email.lower()).first() if row.email else None
    return Person(
        id=row.id,
        name=row.full_name,
        given_name=row.given_name,
        family_name=row.family_name,
        job_title=row.job_title,
        mobile=row.mobile,
        desk_phone=row.desk_phone,
        email=row.email,
        agency_id=row.agency_id,
        employment=row.employment,
        cleared_until=row.cleared_until,
        services=tuple(service_id for service_id, _manages in memberships),
        managed=tuple(service_id for service_id, manages in memberships if manages),
        left_on=row.left_on,
        version=row.version,
        sign_in=_sign_in(row.user, invitation.roles if invitation else None, invitation.id if invitation else None),
    )


def card_at(email: str) -> UUID | None:
    """The listed person with this work address."""
    return Practitioner.objects.filter(email__iexact=email, left_on=None).values_list("id", flat=True).first()


def accounts_without_card(viewer: User) -> tuple[AccountLine, ...]:
    """Everyone who signs in, or is invited to, without a card. Two statements."""
    carded = Practitioner.objects.filter(user=OuterRef("id"))
    joining = _open_invitations().filter(user=OuterRef("id"))
    users = User.objects.filter(~Exists(carded), ~Exists(joining)).exclude(roles__contains=[SUPPORT]).order_by("email")
    lines = [AccountLine(user.email, _sign_in(user, None), user.id == viewer.id) for user in users]
    known = {line.email.lower() for line in lines}
    card = Practitioner.objects.filter(email__iexact=OuterRef("email"), left_on=None)
    waiting = _open_invitations().filter(~Exists(card)).exclude(roles__contains=[SUPPORT])
    lines += [
        AccountLine(row.email, _sign_in(None, row.roles, row.id), is_own=False)
        for row in waiting.order_by("email")
        if row.email.lower() not in known
    ]
    return tuple(lines)


def agencies() -> tuple[AgencyLine, ...]:
    """Every agency by name, with its services and how many people work for it. Two statements."""
    today = clock.today()
    services: dict[UUID, list[str]] = {}
    for agency_id, label in Service.objects.order_by("service_type__label").values_list(
        "agency_id", "service_type__label"
    ):
        services.setdefault(agency_id, []).append(label)
    counted = Agency.objects.annotate(people=Count("practitioners", filter=Q(practitioners__left_on=None)))
    return tuple(
        AgencyLine(
            id=row.id,
            name=row.name,
            kind=str(AgencyKind(row.kind).label),
            phone=row.phone,
            agreement_signed_on=row.agreement_signed_on,
            agreement_expires_on=row.agreement_expires_on,
            has_agreement=row.agreement_signed_on is not None
            and row.agreement_signed_on <= today
            and (row.agreement_expires_on is None or row.agreement_expires_on >= today),
            services=tuple(services.get(row.id, ())),
            people=row.people,
        )
        for row in counted.order_by("name")
    )


def agency_values(agency_id: UUID) -> dict[str, object]:
    """An agency as its form's first values. Raises PersonNotFound."""
    row = Agency.objects.filter(id=agency_id).first()
    if row is None:
        raise PersonNotFound
    types = Service.objects.filter(agency=row).values_list("service_type_id", flat=True)
    names = ("name", "kind", "phone", "agreement_signed_on", "agreement_expires_on")
    return {name: getattr(row, name) for name in names} | {"service_types": [str(value) for value in types]}


def agency_choices() -> list[tuple[str, str]]:
    """Agencies to choose from, by name."""
    return [(str(key), name) for key, name in Agency.objects.order_by("name").values_list("id", "name")]


def service_choices(agency_id: str) -> list[tuple[str, str]]:
    """The services of one agency; none where it is not here. A council may have hundreds: nobody chooses among all."""
    try:
        rows = Service.objects.filter(agency_id=UUID(agency_id)).order_by("service_type__label")
    except ValueError:
        return []
    return [(str(key), label) for key, label in rows.values_list("id", "service_type__label")]


def type_choices() -> list[tuple[str, str]]:
    """The service types that this council offers."""
    rows = ServiceType.objects.filter(is_offered=True).order_by("label")
    return [(str(key), label) for key, label in rows.values_list("id", "label")]


def _open_invitations() -> TenantQuerySet[Any]:
    rows: TenantQuerySet[Any] = Invitation.objects.annotate(address=Lower("email"))
    return rows.filter(accepted_at=None, expires_at__gt=clock.now())


def _line(row: Any) -> PersonLine:
    is_invited = bool(getattr(row, "is_invited", False))
    return PersonLine(
        id=row.id,
        name=row.full_name,
        job_title=row.job_title,
        agency=row.agency.name,
        sign_in=_sign_in(row.user, [] if is_invited else None),
        left_on=row.left_on,
    )


def _sign_in(user: User | None, invited_as: list[str] | None, invitation_id: UUID | None = None) -> SignIn:
    if user is None:
        return _as("none" if invited_as is None else "invited", invited_as or [], None, invitation_id)
    return _as("open" if user.is_active else "closed", user.roles, user.id, None)


def _as(state: str, roles: list[str], user_id: UUID | None, invitation_id: UUID | None) -> SignIn:
    return SignIn(state, tuple(roles), tuple(str(Role(role).label) for role in roles), user_id, invitation_id)
