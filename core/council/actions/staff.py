"""Who works here: cards that the council admin keeps, who of them may sign in, with which roles, and who has left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from core import clock
from core.accounts.actions.factors import has_factor
from core.accounts.actions.passwords import user_at
from core.accounts.actions.people import (
    close_account,
    invite_again,
    invite_person,
    open_account,
    withdraw_invitations,
)
from core.accounts.choices import Role
from core.accounts.models import Invitation, User
from core.audit.actions import record, refuse
from core.council.staff_errors import (
    AccountClosed,
    AddressInUse,
    LastAdministrator,
    NotYourself,
    PersonChanged,
    PersonNotFound,
    ServiceNotTheirs,
    StillSupporting,
    WorkAddressMissing,
)
from core.directory.models import Agency, Membership, Practitioner, Service
from core.network.models import Involvement
from tenants.base_model import TenantQuerySet

ADDED: Final = "directory.person.added"
CHANGED: Final = "directory.person.changed"
LEFT: Final = "directory.person.left"
RETURNED: Final = "directory.person.returned"
LINKED: Final = "directory.person.linked"
ROLES_GIVEN: Final = "accounts.roles.given"
REFUSED: Final = "directory.person.refused"

TO_GIVE: Final = tuple(role for role in Role if role.value != "support")
"""The roles that a council admin gives. Support is the council's answer to an operator's request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDetails:
    """A card as the council admin keeps it. Phone numbers in E.164; `managed` are the services they answer for."""

    given_name: str
    family_name: str
    job_title: str
    mobile: str
    desk_phone: str
    email: str
    agency_id: UUID
    employment: str
    cleared_until: date | None
    services: frozenset[UUID]
    managed: frozenset[UUID]


_OWN: Final = (
    "given_name", "family_name", "job_title", "mobile", "desk_phone", "email", "agency_id", "employment",
    "cleared_until",
)  # fmt: skip


@transaction.atomic
def add_person(*, details: PersonDetails, by: User) -> Practitioner:
    """List someone with their card. They can't sign in before they are invited, unless their address can already.

    Raises AddressInUse, ServiceNotTheirs.
    """
    _require_address_free(details.email, None, by)
    card = Practitioner(**{name: getattr(details, name) for name in _OWN})
    card.save()
    _keep_services(card, details, by)
    record(ADDED, by=by, subject=card)
    _link_known(card, by)
    return card


@transaction.atomic
def change_person(*, practitioner_id: UUID, version: int, details: PersonDetails, by: User) -> Practitioner:
    """Change a card as the council admin keeps it. `version` is the card's when its form was opened.

    Raises PersonNotFound, PersonChanged, AddressInUse, ServiceNotTheirs, StillSupporting.
    """
    card = _card(practitioner_id)
    if card.version != version:
        raise PersonChanged
    _require_address_free(details.email, card.id, by)
    if details.agency_id != card.agency_id:
        _require_no_lines(card, Involvement.objects.filter(practitioner_id=card.id, ended_on=None), by)
    if card.user is None and card.email and card.email.lower() != details.email.lower():
        _take_back_invitation(card.email, by)
    changed = [name for name in _OWN if getattr(card, name) != getattr(details, name)]
    for name in changed:
        setattr(card, name, getattr(details, name))
    card.version += 1
    card.save()
    _keep_services(card, details, by)
    record(CHANGED, by=by, subject=card, detail={"fields": changed})
    if card.user is None:
        _link_known(card, by)
    return card


@transaction.atomic
def invite_to_sign_in(*, practitioner_id: UUID, roles: Iterable[Role], by: User) -> Invitation:
    """Mail someone on a card the link to an account, or a new one; who lost every second factor sets up anew.

    Raises PersonNotFound, WorkAddressMissing, AddressInUse, AccountClosed.
    """
    card = _card(practitioner_id)
    if not card.email:
        raise WorkAddressMissing
    if card.user is not None:
        if not card.user.is_active:
            raise AccountClosed
        return invite_again(user=card.user, by=by) if has_factor(card.user) else _invite(card.user.email, roles, by)
    return _invite(card.email, roles, by)


@transaction.atomic
def invite_without_card(*, email: str, roles: Iterable[Role], by: User) -> Invitation:
    """Invite an administrator, an information-governance officer or an auditor: work that needs no contact card.

    Raises AddressInUse.
    """
    return _invite(email, roles, by)


@transaction.atomic
def withdraw_invitation(*, invitation_id: UUID, by: User) -> str:
    """Take an invitation back: its link opens nothing, and who had begun to join by it is out. Returns its address.

    Raises PersonNotFound for one that is used up, or was for support.
    """
    waiting = Invitation.objects.filter(id=invitation_id, accepted_at=None).exclude(roles__contains=["support"]).first()
    if waiting is None:
        raise PersonNotFound
    _take_back_invitation(waiting.email, by)
    return waiting.email


@transaction.atomic
def give_roles(*, user_id: UUID, roles: Iterable[Role], by: User) -> None:
    """Say which roles someone holds from now on: their next request goes by them. Nobody changes their own.

    Raises PersonNotFound, NotYourself, LastAdministrator.
    """
    user = _other(user_id, by)
    wanted = sorted(Role(role).value for role in roles)
    if Role.COUNCIL_ADMIN not in wanted:
        _require_another_administrator(user, by)
    before = sorted(user.roles)
    if wanted == before:
        return
    user.roles = wanted
    user.save(update_fields=["roles"])
    record(ROLES_GIVEN, by=by, subject=user, detail={"before": before, "after": wanted})


@transaction.atomic
def close_sign_in(*, user_id: UUID, by: User) -> None:
    """Let someone sign in no more: every session of theirs ends at once. Their card stays.

    Raises PersonNotFound, NotYourself, LastAdministrator.
    """
    user = _other(user_id, by)
    _require_another_administrator(user, by)
    close_account(user=user, by=by)


@transaction.atomic
def open_sign_in(*, user_id: UUID, by: User) -> None:
    """Let someone sign in again, with the password and factors they had. Raises PersonNotFound, NotYourself."""
    open_account(user=_other(user_id, by), by=by)


@transaction.atomic
def note_leaving(*, practitioner_id: UUID, by: User) -> None:
    """Someone has left: their account is closed at once, and their team's manager ends or hands over their lines.

    Raises PersonNotFound, NotYourself, LastAdministrator.
    """
    card = _card(practitioner_id)
    user = card.user or _account_at(card.email)
    if user is not None:
        close_sign_in(user_id=user.id, by=by)
    if card.email:
        withdraw_invitations(email=card.email, by=by)
    card.left_on = clock.today()
    card.version += 1
    card.save(update_fields=["left_on", "version", "updated_at"])
    record(LEFT, by=by, subject=card)


@transaction.atomic
def note_return(*, practitioner_id: UUID, by: User) -> None:
    """Someone is back, or never left: their card is listed again. Whether they may sign in is said separately.

    Raises PersonNotFound, AddressInUse where somebody else has their address by now.
    """
    card = _card(practitioner_id)
    _require_address_free(card.email, card.id, by)
    card.left_on = None
    card.version += 1
    card.save(update_fields=["left_on", "version", "updated_at"])
    record(RETURNED, by=by, subject=card)


def link_card(user: User) -> None:
    """Give someone who has just joined the card that waits for them: the one with their work address."""
    cards = Practitioner.objects.select_for_update().filter(email__iexact=user.email, user=None, left_on=None)
    card = cards.first()
    if card is not None and not Practitioner.objects.filter(user=user).exists():
        _link(card, user, user)


def _link_known(card: Practitioner, by: User) -> None:
    """Give the card the account that has its address already, such as an administrator's who had none."""
    user = _account_at(card.email)
    if user is not None and has_factor(user):
        _link(card, user, by)


def _link(card: Practitioner, user: User, by: User) -> None:
    card.user = user
    card.save(update_fields=["user", "updated_at"])
    record(LINKED, by=by, subject=card)


def _account_at(email: str) -> User | None:
    """The account with this address that has no card, half joined or whole; never an operator's."""
    user = user_at(email) if email else None
    if user is None or user.has_role(Role.SUPPORT) or Practitioner.objects.filter(user=user).exists():
        return None
    return user


def _invite(email: str, roles: Iterable[Role], by: User) -> Invitation:
    known = user_at(email)
    if known is not None and (has_factor(known) or known.has_role(Role.SUPPORT)):
        refuse(REFUSED, by=by, reason="address_in_use", subject_id=known.id)
        raise AddressInUse
    if known is not None and not known.is_active:
        # Someone whose invitation was taken back before they had joined: nothing of theirs opens but by this one.
        open_account(user=known, by=by)
    return invite_person(email=email, roles=roles, by=by)


def _take_back_invitation(email: str, by: User) -> None:
    """Nobody joins by an invitation to this address. Who has an account, or lost their factors, keeps it."""
    joined = Invitation.objects.filter(email=email.lower()).exclude(accepted_at=None)
    user = _account_at(email)
    withdraw_invitations(email=email, by=by)
    if user is not None and not has_factor(user) and not joined.exists():
        close_account(user=user, by=by)


def _card(practitioner_id: UUID) -> Practitioner:
    cards = Practitioner.objects.select_for_update(of=("self",)).select_related("user", "agency")
    card = cards.filter(id=practitioner_id).first()
    if card is None:
        raise PersonNotFound
    return card


def _other(user_id: UUID, by: User) -> User:
    """Somebody else's account, held with those of all administrators in one order: two who close each other wait."""
    held = Q(id=user_id) | Q(roles__contains=[Role.COUNCIL_ADMIN.value])
    users = {user.id: user for user in User.objects.select_for_update().filter(held).order_by("id")}
    user = users.get(user_id)
    if user is None or user.has_role(Role.SUPPORT):
        raise PersonNotFound
    if user.id == by.id:
        refuse(REFUSED, by=by, reason="own_account", subject_id=user.id)
        raise NotYourself
    return user


def _require_another_administrator(user: User, by: User) -> None:
    """They are all held by now, so that two administrators can't close each other's account at once."""
    admins = User.objects.filter(roles__contains=[Role.COUNCIL_ADMIN.value], is_active=True)
    if user.has_role(Role.COUNCIL_ADMIN) and {admin.id for admin in admins} <= {user.id}:
        refuse(REFUSED, by=by, reason="last_administrator", subject_id=user.id)
        raise LastAdministrator


def _require_address_free(email: str, card_id: UUID | None, by: User) -> None:
    others = Practitioner.objects.filter(email__iexact=email, left_on=None)
    taken = others.exclude(id=card_id) if card_id else others
    if email and taken.exists():
        refuse(REFUSED, by=by, reason="address_in_use")
        raise AddressInUse


def _keep_services(card: Practitioner, details: PersonDetails, by: User) -> None:
    """Make their memberships those of `details`: services of their own agency, none taken away that they still need."""
    theirs = set(Service.objects.filter(agency_id=details.agency_id).values_list("id", flat=True))
    if not details.services <= theirs or not Agency.objects.filter(id=details.agency_id).exists():
        raise ServiceNotTheirs
    now = {row.service_id: row for row in Membership.objects.filter(practitioner=card)}
    gone = set(now) - details.services
    lines = Involvement.objects.filter(practitioner_id=card.id, service_id__in=gone, ended_on=None)
    _require_no_lines(card, lines, by)
    Membership.objects.filter(practitioner=card, service_id__in=gone).delete()
    for service_id in sorted(details.services):
        is_manager = service_id in details.managed
        row = now.get(service_id)
        if row is None:
            Membership.objects.create(practitioner=card, service_id=service_id, is_manager=is_manager)
        elif row.is_manager != is_manager:
            row.is_manager = is_manager
            row.save(update_fields=["is_manager"])


def _require_no_lines(card: Practitioner, lines: TenantQuerySet[Involvement], by: User) -> None:
    count = lines.count()
    if count:
        refuse(REFUSED, by=by, reason="still_supporting", subject_id=card.id)
        raise StillSupporting(count)
