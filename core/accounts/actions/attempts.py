"""Counting failed tries where a rolled-back view can't lose them, one try at a time for each account and place."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass

from core import clock
from core.accounts import throttling
from core.accounts.browsers import KnownBrowser, account_key
from core.accounts.choices import Counter
from core.accounts.errors import TooManyTries
from core.accounts.models import Throttle
from core.accounts.throttling import Count
from tenants.context import unit

_SHARED_BY_MANY = frozenset({Counter.NETWORK})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a try comes from: its network address, and its browser when that is known from an earlier sign-in."""

    network: str
    browser: KnownBrowser | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try that was let through. Its outcome has to be said: `failed()` or `succeeded()`."""

    keys: Mapping[Counter, str]
    counts: Mapping[Counter, Count]

    def failed(self) -> None:
        """Count it. Written when the request's work is over, whatever became of that."""
        unit().write_afterwards(self._write_failure)

    def succeeded(self) -> None:
        """Let the place start anew. The other counters stay: an owner's success must not help a stranger's guessing."""
        pair = self.keys.get(Counter.PAIR) or self.keys[Counter.CODE_PAIR]
        Throttle.objects.filter(key=pair).delete()

    def _write_failure(self) -> None:
        now = clock.now()
        counts = {**self.counts}
        for kind in _SHARED_BY_MANY & set(self.keys):
            # Read only now, and locked until the end of the transaction, which is near: a whole office shares it.
            rows = Throttle.objects.select_for_update().filter(key=self.keys[kind])
            counts.update((kind, _count(row)) for row in rows)
        new = {kind: throttling.after_failure(kind, counts.get(kind), now) for kind in self.keys}
        Throttle.objects.bulk_create(
            [
                Throttle(
                    key=self.keys[kind],
                    failures=count.failures,
                    since=count.since,
                    blocked_until=count.blocked_until,
                    recent=list(count.recent),
                )
                for kind, count in sorted(new.items(), key=lambda item: self.keys[item[0]])
            ],
            update_conflicts=True,
            unique_fields=["key"],
            update_fields=["failures", "since", "blocked_until", "recent"],
        )


def begin_password(email: str, place: Place) -> Attempt:
    """Let a try with a password through. Raises TooManyTries."""
    return _begin(
        {
            Counter.NETWORK: _hash(Counter.NETWORK, place.network),
            **_owner_keys(Counter.PAIR, Counter.ACCOUNT, email, place),
        }
    )


def begin_code(email: str, place: Place) -> Attempt:
    """Let a try with a code through, from someone who gave the password. Raises TooManyTries."""
    return _begin(_owner_keys(Counter.CODE_PAIR, Counter.CODE_ACCOUNT, email, place))


def begin_reset(email: str) -> Attempt:
    """Let a request for a mailed link through: nobody's mailbox is to be flooded. Raises TooManyTries."""
    return _begin({Counter.RESET: _hash(Counter.RESET, account_key(email))})


def _owner_keys(pair: Counter, account: Counter, email: str, place: Place) -> dict[Counter, str]:
    who = account_key(email)
    if place.browser is not None and place.browser.knows(email):
        return {pair: _hash(pair, who, "browser", place.browser.mark)}
    return {pair: _hash(pair, who, "network", place.network), account: _hash(account, who)}


def _begin(keys: Mapping[Counter, str]) -> Attempt:
    now = clock.now()
    wanted = sorted(keys.values())
    Throttle.objects.bulk_create([Throttle(key=key, since=now) for key in wanted], ignore_conflicts=True)
    alone = [key for kind, key in keys.items() if kind not in _SHARED_BY_MANY]
    shared = [key for kind, key in keys.items() if kind in _SHARED_BY_MANY]
    # A row that another try holds is skipped: two tries at one account and place are never weighed at once.
    held = {row.key: _count(row) for row in Throttle.objects.select_for_update(skip_locked=True).filter(key__in=alone)}
    read = held | {row.key: _count(row) for row in Throttle.objects.filter(key__in=shared)}
    if len(held) < len(alone):
        raise TooManyTries(1)
    counts = {kind: read[key] for kind, key in keys.items() if key in read}
    waits = [
        count.blocked_until - now
        for count in counts.values()
        if count.blocked_until and throttling.is_blocked(count, now)
    ]
    if waits:
        raise TooManyTries(math.ceil(max(waits).total_seconds()))
    return Attempt(keys, counts)


def _count(row: Throttle) -> Count:
    return Count(row.failures, row.since, row.blocked_until, tuple(row.recent))


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
