"""Second factors: authenticator apps, passkeys and recovery codes. Their owner alone adds or removes them."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

from django.conf import settings
from django.db import transaction
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnCredential

from core.accounts import letters
from core.accounts.actions.attempts import Place, begin_code
from core.accounts.choices import FactorKind
from core.accounts.errors import CodeNotRight, LastFactor, NotFound, SignInRefused
from core.accounts.factor_types import type_of
from core.accounts.models import User
from core.audit.actions import record, refuse

CODES: Final = 10
_CODE_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters and digits that are taken for one another."""

ADDED: Final = "accounts.factor.added"
REMOVED: Final = "accounts.factor.removed"
CODES_MADE: Final = "accounts.recovery_codes.made"
CODE_USED: Final = "accounts.recovery_code.used"
REFUSED: Final = "accounts.code.refused"


def has_factor(user: User) -> bool:
    """Whether `user` has set up an authenticator app or a passkey. Recovery codes alone are none."""
    return any(model.objects.filter(user=user, confirmed=True).exists() for model in type_of.values())


def check_code(*, user: User, code: str, place: Place) -> TOTPDevice:
    """The authenticator app that showed `code` just now. A code counts once. Raises SignInRefused, TooManyTries."""
    attempt = begin_code(user.email, place)
    digits = "".join(code.split())
    for device in TOTPDevice.objects.select_for_update().filter(user=user, confirmed=True).order_by("id"):
        if digits.isascii() and digits.isdigit() and device.verify_token(digits):
            attempt.succeeded()
            return device
    attempt.failed()
    refuse(REFUSED, by=user, reason="authenticator")
    raise SignInRefused("That code is not right, or it has been used.")


def use_recovery_code(*, user: User, code: str, place: Place) -> StaticDevice:
    """Use one recovery code up. Raises SignInRefused, TooManyTries."""
    attempt = begin_code(user.email, place)
    device = StaticDevice.objects.select_for_update().filter(user=user, confirmed=True).first()
    if device is not None and device.verify_token(_hashed(code)):
        attempt.succeeded()
        record(CODE_USED, by=user, subject=user, detail={"left": device.token_set.count()})
        letters.tell_of_change(user, CODE_USED)
        return device
    attempt.failed()
    refuse(REFUSED, by=user, reason="recovery")
    raise SignInRefused("That recovery code is not right, or it has been used.")


def begin_authenticator(*, user: User) -> TOTPDevice:
    """The authenticator app that `user` is setting up: its secret stays the same until a code confirms it."""
    device, _is_new = TOTPDevice.objects.get_or_create(
        user=user, confirmed=False, defaults={"name": "Authenticator app"}
    )
    return device


@transaction.atomic
def confirm_authenticator(*, user: User, code: str, name: str = "") -> TOTPDevice:
    """Make the app that is being set up count, once it shows the right code. Raises CodeNotRight."""
    device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
    digits = "".join(code.split())
    if device is None or not (digits.isascii() and digits.isdigit()) or not device.verify_token(digits):
        raise CodeNotRight("That code is not right. Enter the six digits that your app shows now.")
    device.confirmed = True
    device.name = name or device.name
    device.save()
    note_added(user=user, device=device)
    return device


def note_added(*, user: User, device: TOTPDevice | WebAuthnCredential) -> None:
    """Record a new factor and tell its owner."""
    record(ADDED, by=user, subject=user, detail=_named(device))
    letters.tell_of_change(user, ADDED)


@transaction.atomic
def rename_factor(*, user: User, kind: FactorKind, factor_id: int, name: str) -> None:
    """Give one of `user`'s own factors a name. Raises NotFound."""
    device = _own(user, kind, factor_id)
    device.name = name.strip()[:64]
    device.save(update_fields=["name"])
    record("accounts.factor.renamed", by=user, subject=user, detail=_named(device))


@transaction.atomic
def remove_factor(*, user: User, kind: FactorKind, factor_id: int) -> None:
    """Remove one of `user`'s own factors. Raises NotFound, LastFactor."""
    User.objects.select_for_update().get(id=user.id)
    device = _own(user, kind, factor_id)
    if sum(model.objects.filter(user=user, confirmed=True).count() for model in type_of.values()) == 1:
        raise LastFactor("This is your only second factor. Set up another one first.")
    record(REMOVED, by=user, subject=user, detail=_named(device))
    device.delete()
    letters.tell_of_change(user, REMOVED)


def forget_factors(user: User) -> None:
    """Delete every factor and recovery code: for someone who has to set up anew."""
    for model in (*type_of.values(), StaticDevice):
        model.objects.filter(user=user).delete()


@transaction.atomic
def make_recovery_codes(*, user: User) -> tuple[str, ...]:
    """Ten new recovery codes, told this once; older ones stop working. Only their keyed hashes are stored."""
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="Recovery codes", confirmed=True)
    codes = tuple("-".join(_random(4) for _part in range(3)) for _code in range(CODES))
    StaticToken.objects.bulk_create([StaticToken(device=device, token=_hashed(code)) for code in codes])
    record(CODES_MADE, by=user, subject=user)
    letters.tell_of_change(user, CODES_MADE)
    return codes


def note_passkey_refused(user: User | None) -> None:
    """Record that a passkey was not accepted."""
    refuse(REFUSED, by=user, reason="passkey")


def _own(user: User, kind: FactorKind, factor_id: int) -> TOTPDevice | WebAuthnCredential:
    device = type_of[kind].objects.filter(user=user, confirmed=True, id=factor_id).first()
    if device is None:
        raise NotFound("That is not one of your second factors.")
    return device


def _named(device: TOTPDevice | WebAuthnCredential) -> dict[str, str]:
    return {"factor": str(device.persistent_id)}


def _random(length: int) -> str:
    return "".join(secrets.choice(_CODE_LETTERS) for _letter in range(length))


def _hashed(code: str) -> str:
    """As much of a keyed hash as the table has room for: 64 bits, of a code that has 59."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return hmac.new(settings.SECRET_KEY.encode(), b"recovery:" + plain.encode(), hashlib.sha256).hexdigest()[:16]
