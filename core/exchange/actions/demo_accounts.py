"""Accounts of a demonstration: a known password and a fixed second factor, for invented people alone."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django_otp.plugins.otp_totp.models import TOTPDevice

from core.accounts.actions.demonstration import PASSWORD, give_demo_factor
from core.accounts.actions.passwords import user_at
from core.accounts.actions.people import make_account
from core.accounts.choices import Role
from core.accounts.models import User
from core.audit.actions import record
from core.directory.models import Practitioner
from core.exchange.errors import ImportNotPossible
from core.exchange.samples import SampleAccount


def require_demo() -> None:
    """Raises ImportNotPossible in a process that is no demonstration's."""
    if settings.MODE != "demo":
        raise ImportNotPossible("A demonstration is loaded in demo mode alone: PATCHWORK_MODE is not demo.")


def hashed_password() -> str:
    """The demonstration's password as it is stored: made once for all its accounts, since that is slow on purpose."""
    return make_password(PASSWORD)


def open_demo_account(account: SampleAccount, *, hashed: str) -> User:
    """Let this invented person sign in with the demonstration's password and second factor. Twice does no harm."""
    require_demo()
    user = user_at(account.email)
    if user is None:
        roles = [Role(role) for role in account.roles]
        user = make_account(email=account.email, password=PASSWORD, roles=roles)
    if account.functions:
        Practitioner.objects.filter(user=user).update(functions=list(account.functions))
    if TOTPDevice.objects.filter(user=user, confirmed=True).exists():
        return user
    if not user.has_usable_password():
        user.password = hashed
        user.save(update_fields=["password"])
    give_demo_factor(user)
    record("exchange.demo_account.opened", by=None, subject=user)
    return user
