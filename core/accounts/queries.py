"""Reads of someone's own sign-in."""

from __future__ import annotations

from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, urlencode
from uuid import UUID

from django.conf import settings
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from core.accounts.choices import FactorKind
from core.accounts.factor_types import type_of
from core.accounts.models import OpenSession, User
from tenants.context import site


@dataclass(frozen=True, slots=True)
class Factor:
    """A second factor, for its owner."""

    id: int
    kind: str
    kind_label: str
    name: str
    added_at: datetime | None
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionLine:
    """An open session, for its owner."""

    id: UUID
    browser: str
    started_at: datetime
    seen_at: datetime
    is_this: bool


@dataclass(frozen=True, slots=True)
class MySignIn:
    """How someone signs in, and where they are signed in now."""

    email: str
    factors: tuple[Factor, ...]
    codes_left: int
    sessions: tuple[SessionLine, ...]

    @property
    def may_remove_factors(self) -> bool:
        """Whether one would be left."""
        return len(self.factors) > 1


@dataclass(frozen=True, slots=True)
class Ways:
    """Which second factors someone can give."""

    has_authenticator: bool
    has_passkey: bool
    codes_left: int

    @property
    def is_set_up(self) -> bool:
        """Whether they can sign in at all."""
        return self.has_authenticator or self.has_passkey


@dataclass(frozen=True, slots=True)
class Secret:
    """What an authenticator app has to be told: as an address for the QR code, and spaced for typing."""

    address: str
    spaced: str


def my_sign_in(user: User, session_key: str | None) -> MySignIn:
    """Everything the page "My sign-in" shows."""
    return MySignIn(
        email=user.email,
        factors=_factors(user),
        codes_left=_codes_left(user),
        sessions=tuple(
            SessionLine(row.id, row.browser, row.started_at, row.seen_at, row.session_key == session_key)
            for row in OpenSession.objects.filter(user_id=user.pk).order_by("-seen_at")
        ),
    )


def ways_of(user: User) -> Ways:
    """Which second factors `user` can give."""
    kinds = {factor.kind for factor in _factors(user)}
    return Ways(FactorKind.AUTHENTICATOR in kinds, FactorKind.PASSKEY in kinds, _codes_left(user))


def secret_of(device: TOTPDevice) -> Secret:
    """What to tell the app that `device` stands for."""
    secret = b32encode(device.bin_key).decode().rstrip("=")
    issuer = f"Patchwork {site().name}".replace(":", "")
    query = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return Secret(f"otpauth://totp/{quote(issuer)}:{quote(device.user.email)}?{query}", spaced)


def code_in_demonstration(user: User, *, is_confirmed: bool = True) -> str:
    """The code that `user`'s authenticator app shows now, in a demonstration; empty in every other installation."""
    if not settings.SHOWS_CODES:
        return ""
    device = TOTPDevice.objects.filter(user_id=user.pk, confirmed=is_confirmed).order_by("id").first()
    return f"{totp(device.bin_key, step=device.step, drift=device.drift):06d}" if device else ""


def _factors(user: User) -> tuple[Factor, ...]:
    return tuple(
        Factor(row.id, kind.value, str(kind.label), row.name, row.created_at, row.last_used_at)
        for kind, model in type_of.items()
        for row in model.objects.filter(user_id=user.pk, confirmed=True).order_by("id")
    )


def _codes_left(user: User) -> int:
    return int(StaticToken.objects.filter(device__user_id=user.pk, device__confirmed=True).count())
