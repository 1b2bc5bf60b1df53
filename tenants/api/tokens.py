"""The console's tokens, as a deployment checks them: signed, fresh, for this very request, and used once.

A token is a JWT signed with Ed25519 by the console's private key. It says who it is for (`aud`: this deployment), from
when to when it holds (a minute at most), and of the request its method, its path with the query (`p`) and the SHA-256
of its body (`b`). A deployment holds public keys alone: whoever breaks into one can sign nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db import IntegrityError, router, transaction
from django.utils import timezone

from tenants.context import shared
from tenants.models import SpentToken

ISSUER: Final = "patchwork-console"
MOST_SECONDS: Final = 60
SKEW: Final = timedelta(seconds=30)
"""By how much the two clocks may differ."""

_NEEDED: Final = ["iss", "aud", "iat", "exp", "jti", "m", "p", "b"]


class TokenRefused(Exception):
    """The token opens nothing. `code` is said to the caller, the sentence too; neither quotes the token."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True, slots=True)
class Asked:
    """The request as it came in: what a token has to have been made for."""

    method: str
    path: str
    body: bytes


def spend(token: str, asked: Asked) -> str:
    """Check the token against the request and have it never hold again. Returns the name of its key.

    Called outside of every scope. Raises TokenRefused.
    """
    name, claims = _opened(token)
    _require_in_time(claims)
    digest = hashlib.sha256(asked.body).hexdigest()
    if (claims["m"], claims["p"]) != (asked.method, asked.path) or not hmac.compare_digest(str(claims["b"]), digest):
        raise TokenRefused("other_request", "The token was made for another request.")
    _require_new(str(claims["jti"]), claims["exp"])
    return name


def _opened(token: str) -> tuple[str, Mapping[str, Any]]:
    """The name of the key and what the token claims, its signature checked; nothing else is believed before that."""
    try:
        name = str(jwt.get_unverified_header(token).get("kid", ""))
        key = public_keys(tuple(settings.CONSOLE_PUBLIC_KEYS)).get(name)
        if key is None:
            raise TokenRefused("unknown_key", "The token is signed with a key that this deployment does not know.")
        # Its times are looked at below: how far the clocks are apart is told to a console that signed.
        claims: Mapping[str, Any] = jwt.decode(
            token, key, algorithms=["EdDSA"], audience=settings.DEPLOYMENT_NAME, issuer=ISSUER,
            options={"require": _NEEDED, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )  # fmt: skip
    except jwt.InvalidAudienceError as other:
        raise TokenRefused("other_deployment", "The token was made for another deployment.") from other
    except (jwt.PyJWTError, ValueError, TypeError) as broken:
        raise TokenRefused("forged", "The token is not one that the console signed.") from broken
    return name, claims


def _require_in_time(claims: Mapping[str, Any]) -> None:
    try:
        begins, ends = (datetime.fromtimestamp(int(claims[name]), UTC) for name in ("iat", "exp"))
    except (ValueError, TypeError, OverflowError, OSError) as broken:
        raise TokenRefused("forged", "The token's times can't be read.") from broken
    if not timedelta(0) < ends - begins <= timedelta(seconds=MOST_SECONDS):
        raise TokenRefused("too_long", f"A token holds for {MOST_SECONDS} seconds at most.")
    now = timezone.now()
    if begins > now + SKEW or ends < now - SKEW:
        raise TokenRefused("clock_skew", "The token does not hold now: it ran out, or the two clocks differ.")


def _require_new(token_id: str, ends: int) -> None:
    """Spend the token: one INSERT decides, however many processes are asked at once."""
    if not 16 <= len(token_id) <= 64:
        raise TokenRefused("forged", "The token has no id of its own.")
    until = datetime.fromtimestamp(int(ends), UTC) + 2 * SKEW
    try:
        with shared(actor="operator api"), transaction.atomic(using=router.db_for_write(SpentToken)):
            SpentToken(token_id=token_id, expires_at=until).save(force_insert=True)
    except IntegrityError as spent:
        raise TokenRefused("replayed", "The token was used before: each holds for one request.") from spent


@lru_cache(maxsize=4)
def public_keys(lines: tuple[str, ...]) -> Mapping[str, Ed25519PublicKey]:
    """The keys by name. Raises ValueError with a sentence for a line that is none; it quotes no key."""
    found: dict[str, Ed25519PublicKey] = {}
    for line in lines:
        name, _colon, written = line.partition(":")
        try:
            found[name] = Ed25519PublicKey.from_public_bytes(base64.b64decode(written, validate=True))
        except ValueError:
            raise ValueError(
                f"PATCHWORK_CONSOLE_PUBLIC_KEYS: “{name[:40]}” is not a name, a colon and an Ed25519 key in base64."
            ) from None
    return found
