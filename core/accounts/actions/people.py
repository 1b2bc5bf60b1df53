"""Accounts: inviting someone, their joining, closing and opening an account. There is no other way to one."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils.module_loading import import_string

from core import clock
from core.accounts import letters
from core.accounts.actions.factors import forget_factors, has_factor
from core.accounts.actions.passwords import user_at
from core.accounts.actions.sessions import end_all_sessions
from core.accounts.choices import Role
from core.accounts.errors import AlreadyHasAccount, LinkNotUsable
from core.accounts.models import Invitation, User
from core.audit.actions import Actor, record
from tenants.context import in_shared
from tenants.waking import facts_changed

INVITATION_DAYS: Final = 7


@transaction.atomic
def invite_person(*, email: str, roles: Iterable[Role], by: User | None, actor: Actor | None = None) -> Invitation:
    """Invite someone to an account by a mailed link, good once, for a week. An earlier invitation stops working.

    `by` is who invites (None at the first set-up), `actor` whom the audit names when that is another id.
    Raises AlreadyHasAccount.
    """
    invitation, token = _first_invitation(email, [Role(role) for role in roles], by)
    address = invitation.email
    record("accounts.invitation.made", by=actor or by, subject=invitation)
    letters.post(address, letters.invitation(f"/join/{token}", INVITATION_DAYS))
    return invitation


@transaction.atomic
def invitation_link(*, email: str, roles: Iterable[Role], by: User | None) -> str:
    """As `invite_person`, for someone at a terminal: the link is given back to be shown once, and no mail is sent.

    Raises AlreadyHasAccount.
    """
    invitation, token = _first_invitation(email, [Role(role) for role in roles], by)
    record("accounts.invitation.made", by=by, subject=invitation)
    return letters.address(f"/join/{token}")


@transaction.atomic
def invite_again(*, user: User, by: User, actor: Actor | None = None) -> Invitation:
    """For someone who lost every second factor: end what there is, and let them set up anew by a mailed link.

    Nobody chooses a password or a factor for somebody else.
    """
    forget_factors(user)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    end_all_sessions(user=user)
    invitation, token = _new_invitation(user.email, [Role(role) for role in user.roles], user, by)
    record("accounts.sign_in.reset", by=actor or by, subject=user)
    letters.post(user.email, letters.invitation(f"/join/{token}", INVITATION_DAYS))
    return invitation


def invitation_of(token: str) -> Invitation:
    """The open invitation of a link. Raises LinkNotUsable for one that is unknown, used or too old."""
    found = Invitation.objects.filter(token_hash=_hash(token), accepted_at=None, expires_at__gt=clock.now()).first()
    if found is None:
        raise LinkNotUsable("This link can't be used any more.")
    return found


@transaction.atomic
def choose_first_password(*, invitation: Invitation, password: str) -> User:
    """Make the invited person's account with the password they chose. It opens nothing without a second factor.

    Raises django's ValidationError when the password is too easy to guess, LinkNotUsable for a closed account.
    """
    user = invitation.user or user_at(invitation.email) or User(email=invitation.email, roles=invitation.roles)
    if not user.is_open or has_factor(user):
        raise LinkNotUsable("This link can't be used any more.")
    validate_password(password, user)
    user.set_password(password)
    user.save()
    invitation.user = user
    invitation.save(update_fields=["user"])
    return user


@transaction.atomic
def accept_invitation(*, user: User) -> None:
    """Use up the invitation of someone who has set up their second factor.

    Raises LinkNotUsable where it was taken back meanwhile.
    """
    waiting = list(Invitation.objects.select_for_update().filter(user=user, accepted_at=None))
    if not waiting:
        raise LinkNotUsable("This link can't be used any more.")
    for invitation in waiting:
        invitation.accepted_at = clock.now()
        invitation.save(update_fields=["accepted_at"])
        record("accounts.invitation.accepted", by=user, subject=invitation)
        if not in_shared():
            import_string(settings.ACCOUNT_JOINED)(user)
        facts_changed()


def is_joining(user: User) -> bool:
    """Whether an invitation of `user` waits to be used up: without one nobody sets up a first factor."""
    return Invitation.objects.filter(user=user, accepted_at=None).exists()


@transaction.atomic
def withdraw_invitations(*, email: str, by: Actor) -> None:
    """Make every open invitation to an address one that never was; who had begun to join by it is out."""
    address = email.strip().lower()
    for invitation in Invitation.objects.select_for_update().filter(email=address, accepted_at=None):
        record("accounts.invitation.withdrawn", by=by, subject=invitation)
        invitation.delete()
    user = user_at(address)
    if user is not None and not has_factor(user):
        _end_half_open(user)


@transaction.atomic
def close_account(*, user: User, by: Actor | None) -> None:
    """Let someone sign in no more: their next request is a stranger's. What they did stays on record."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    Invitation.objects.filter(email=user.email, accepted_at=None).delete()
    end_all_sessions(user=user)
    record("accounts.account.closed", by=by, subject=user)


@transaction.atomic
def open_account(*, user: User, by: Actor) -> None:
    """Let someone sign in again, with the password and factors they had."""
    user.is_active = True
    user.save(update_fields=["is_active"])
    record("accounts.account.opened", by=by, subject=user)


@transaction.atomic
def make_account(*, email: str, password: str, roles: Iterable[Role]) -> User:
    """An account without an invitation: for invented people in demonstrations and tests, never behind a page."""
    user = User(email=email.strip().lower(), roles=[Role(role).value for role in roles])
    user.set_password(password)
    user.save()
    record("accounts.account.made", by=None, subject=user)
    return user


@transaction.atomic
def open_for_a_time(*, email: str, role: Role, until: datetime, by: User) -> User:
    """An account with one role, open until then, by a mailed link: set up anew each time, also for who had it before.

    Raises AlreadyHasAccount where the address belongs to somebody of this council.
    """
    address = email.strip().lower()
    user = user_at(address)
    if user is not None and user.roles != [role.value]:
        raise AlreadyHasAccount("Someone of this council has an account with this address already.")
    if user is None:
        user = User(email=address, roles=[role.value])
        user.set_unusable_password()
    user.is_active, user.open_until = True, until
    user.save()
    record("accounts.account.opened", by=by, subject=user, detail={"until": until.isoformat()})
    invite_again(user=user, by=by)
    return user


def _first_invitation(email: str, roles: list[Role], by: User | None) -> tuple[Invitation, str]:
    """An invitation of someone who can't sign in yet. Who had begun to join begins anew, with the roles of this one."""
    address = email.strip().lower()
    existing = user_at(address)
    if existing is not None:
        if has_factor(existing):
            raise AlreadyHasAccount("Someone with this address can sign in already.")
        existing.roles = [role.value for role in roles]
        _end_half_open(existing)
    return _new_invitation(address, roles, existing, by)


def _end_half_open(user: User) -> None:
    """Forget the password of someone without a factor: every session in which they gave it is over."""
    user.set_unusable_password()
    user.save(update_fields=["password", "roles"])
    end_all_sessions(user=user)


def _new_invitation(email: str, roles: list[Role], user: User | None, by: User | None) -> tuple[Invitation, str]:
    Invitation.objects.filter(email=email, accepted_at=None).delete()
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email, roles=[role.value for role in roles], token_hash=_hash(token), user=user, invited_by=by,
        expires_at=clock.now() + timedelta(days=INVITATION_DAYS),
    )  # fmt: skip
    return invitation, token


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
