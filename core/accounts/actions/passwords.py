"""Passwords: checking one with the same work whoever asks, changing one, and choosing a new one by a mailed link."""

from __future__ import annotations

import secrets
from functools import cache
from typing import Final
from uuid import UUID

from django.contrib.auth.hashers import make_password, verify_password
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.db.models.functions import Lower

from core.accounts import letters
from core.accounts.actions.attempts import Place, begin_password, begin_reset
from core.accounts.actions.sessions import end_all_sessions
from core.accounts.errors import LinkNotUsable, SignInRefused, TooManyTries
from core.accounts.models import User, open_accounts
from core.audit.actions import record, refuse

REFUSED: Final = "accounts.sign_in.refused"
PASSWORD_CHANGED: Final = "accounts.password.changed"  # noqa: S105  # an event's name
RESET_ASKED: Final = "accounts.password_reset"
"""The outbox's kind of item: who asked is looked up there, so that the page does the same work for every address."""

_tokens = PasswordResetTokenGenerator()


def check_sign_in(*, email: str, password: str, place: Place) -> User:
    """The person of this address, when the password is theirs. Raises SignInRefused, TooManyTries.

    An unknown address, a closed account and a wrong password cost the same statements and one hash each.
    """
    attempt = begin_password(email, place)
    user = user_at(email)
    hashed = user.password if user is not None and user.is_open and user.has_usable_password() else _nobodys_password()
    is_right, _needs_new_hash = verify_password(password, hashed)
    if user is None or not user.is_open or not is_right or hashed != user.password:
        attempt.failed()
        refuse(REFUSED, by=None, reason="address_or_password")
        raise SignInRefused("The e-mail address or the password is not right.")
    attempt.succeeded()
    return user


def is_own_password(*, user: User, password: str, place: Place) -> bool:
    """Whether someone who is signed in gave their own password. Raises TooManyTries."""
    attempt = begin_password(user.email, place)
    is_right, _needs_new_hash = verify_password(password, user.password)
    if is_right:
        attempt.succeeded()
    else:
        attempt.failed()
        refuse(REFUSED, by=user, reason="own_password")
    return is_right


@transaction.atomic
def change_password(*, user: User, password: str, keep_session: str | None) -> None:
    """Give `user` a new password, end their sessions but `keep_session`, and tell them.

    Raises django's ValidationError when the password is too easy to guess.
    """
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    end_all_sessions(user=user, but=keep_session)
    record(PASSWORD_CHANGED, by=user, subject=user)
    letters.tell_of_change(user, PASSWORD_CHANGED)


def ask_for_reset(email: str) -> None:
    """Note that someone asked to choose a new password. The same row for every address, known or not.

    Asked too often, nothing more is sent: the links of the last hour are in the mailbox already.
    """
    try:
        begin_reset(email).failed()
    except TooManyTries:
        return
    letters.queue(RESET_ASKED, {"email": email.strip().lower()})


def answer_reset(payload: dict[str, str]) -> None:
    """Mail a link to the person of that address, if there is one who may sign in. Run by the outbox."""
    user = user_at(payload["email"])
    if user is None or not user.is_open or not user.has_usable_password():
        return
    record("accounts.password.reset_mailed", by=None, subject=user)
    letters.post(user.email, letters.password_reset(f"/reset-password/{user.id}/{_tokens.make_token(user)}"))


def user_of_reset(user_id: UUID, token: str) -> User:
    """The person a reset link is for. Raises LinkNotUsable for one that is unknown, used or older than an hour."""
    user = open_accounts().filter(id=user_id).first()
    if user is None or not _tokens.check_token(user, token):
        raise LinkNotUsable("This link can't be used any more.")
    return user


def user_at(email: str) -> User | None:
    """The person of that address, whatever its capitals."""
    return User.objects.annotate(address=Lower("email")).filter(address=email.strip().lower()).first()


@cache
def _nobodys_password() -> str:
    return make_password(secrets.token_urlsafe(24))
