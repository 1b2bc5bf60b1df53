"""The console's signature under each request to a deployment: for this request alone, and for a minute at most."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from console.ports.errors import Untrusted

ISSUER: Final = "patchwork-console"
SECONDS: Final = 45
"""Shorter than the minute that deployments allow, so that a rounding never matters."""


@dataclass(frozen=True, slots=True)
class Signer:
    """A named private key. Its public half, which deployments are given, is no secret."""

    name: str
    key: Ed25519PrivateKey

    @property
    def public_line(self) -> str:
        """What a deployment's PATCHWORK_CONSOLE_PUBLIC_KEYS holds for this console."""
        raw = self.key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return f"{self.name}:{base64.b64encode(raw).decode()}"

    def token(self, *, audience: str, method: str, path: str, body: bytes) -> str:
        """A token for one request to the deployment named `audience`. `path` holds the query too."""
        now = int(time.time())
        claims = {
            "iss": ISSUER, "aud": audience, "iat": now, "exp": now + SECONDS, "jti": secrets.token_hex(16),
            "m": method, "p": path, "b": hashlib.sha256(body).hexdigest(),
        }  # fmt: skip
        return jwt.encode(claims, self.key, algorithm="EdDSA", headers={"kid": self.name})


def signer() -> Signer:
    """This console's key. Raises Untrusted where it has none: no deployment elsewhere would obey it."""
    if not settings.CONSOLE_KEY:
        raise Untrusted("This console has no key to sign with: set PATCHWORK_CONSOLE_KEY.")
    return read_signer(settings.CONSOLE_KEY)


@lru_cache(maxsize=2)
def read_signer(line: str) -> Signer:
    """The key that a line holds: a name, a colon, an Ed25519 seed in base64. Raises Untrusted; it quotes no key."""
    name, _colon, written = line.partition(":")
    try:
        return Signer(name, Ed25519PrivateKey.from_private_bytes(base64.b64decode(written, validate=True)))
    except ValueError:
        raise Untrusted("PATCHWORK_CONSOLE_KEY is not a name, a colon and an Ed25519 seed in base64.") from None
