"""Browsers in which an account's owner has signed in before: a signed cookie that a stranger can't make.

It signs nobody in. It only gives the browser a counter of its own, so that strangers' guesses don't hold the owner up.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.core import signing

from tenants.context import site

REMEMBERED_SECONDS: Final = 180 * 24 * 60 * 60
_ACCOUNTS_KEPT: Final = 5


@dataclass(frozen=True, slots=True)
class KnownBrowser:
    """What the cookie says: this browser's own mark, and the accounts (as keyed hashes) that signed in here."""

    mark: str
    accounts: tuple[str, ...]

    def knows(self, email: str) -> bool:
        """Whether the owner of `email` has signed in here."""
        return account_key(email) in self.accounts


def account_key(email: str) -> str:
    """A keyed hash that stands for an address where the address itself must not stand."""
    text = f"{site().key}:{email.strip().lower()}"
    return hmac.new(settings.SECRET_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()[:32]


def read_cookie(value: str | None) -> KnownBrowser | None:
    """The browser a cookie's value speaks of, or None when it is missing, forged, too old or another council's."""
    if not value:
        return None
    try:
        mark, *accounts = signing.loads(value, salt=_salt(), max_age=REMEMBERED_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return KnownBrowser(str(mark), tuple(str(account) for account in accounts))


def cookie_with(known: KnownBrowser | None, email: str) -> str:
    """The cookie's new value once the owner of `email` has signed in."""
    mine = account_key(email)
    others = [account for account in (known.accounts if known else ()) if account != mine]
    return signing.dumps(
        [known.mark if known else secrets.token_urlsafe(12), mine, *others[: _ACCOUNTS_KEPT - 1]], salt=_salt()
    )


def browser_name(user_agent: str) -> str:
    """A browser in a few words for its owner's own list, such as "Firefox on Windows". Empty when it can't be told."""
    browsers = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
    systems = ("Android", "iPhone", "iPad", "Windows", "Mac", "Linux")
    browser = next((name for mark, name in browsers if mark in user_agent), "")
    system = next((name for name in systems if name in user_agent), "")
    return f"{browser} on {system}" if browser and system else browser or system


def _salt() -> str:
    return f"known-browser:{site().key}"
