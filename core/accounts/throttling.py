"""How long to wait after failed tries. Pure rules: what is counted, and where, is `actions.attempts`.

Two things must hold together: nobody gets more than ten guesses at one password in five minutes, from however many
network addresses; and a stranger who guesses can't keep the owner out. So failures are counted in several places:

- a pair: one account from one network address, or from one browser in which its owner has signed in before. Five
  tries in five minutes, with growing delays.
- an account: from all browsers that its owner has not used before. One network address can't fill it, so a stranger
  at one desk stops nobody elsewhere. Many addresses together are stopped, and then the owner still signs in from a
  browser they have used before, or with a passkey, which can't be guessed.
- a network address, whichever the accounts: a ceiling high enough for a council's whole office.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from core.accounts.choices import Counter

_FIVE_MINUTES: Final = timedelta(minutes=5)
_DAY: Final = timedelta(hours=24)

LIMITS: Final = {
    Counter.ACCOUNT: (10, _FIVE_MINUTES),
    Counter.NETWORK: (100, _FIVE_MINUTES),
    Counter.CODE_ACCOUNT: (20, _DAY),
    Counter.RESET: (3, timedelta(hours=1)),
}
"""At most so many failures (of RESET: requests) in any such stretch of time."""

FORGOTTEN_AFTER: Final = {Counter.PAIR: timedelta(minutes=15), Counter.CODE_PAIR: _DAY}
"""Growing delays start anew after so long without a failure, counted from the end of the last delay."""

_FREE: Final = 2
_FIRST_DELAYS: Final = {3: timedelta(seconds=10), 4: timedelta(minutes=1)}
_LONGEST: Final = {Counter.PAIR: _FIVE_MINUTES, Counter.CODE_PAIR: timedelta(hours=4)}


@dataclass(frozen=True, slots=True)
class Count:
    """Failures so far for one key: how many, when the last was (`since`) and, where a limit counts them, all times."""

    failures: int
    since: datetime
    blocked_until: datetime | None = None
    recent: tuple[datetime, ...] = ()


def is_blocked(count: Count | None, now: datetime) -> bool:
    """Whether a try must wait."""
    return count is not None and count.blocked_until is not None and now < count.blocked_until


def after_failure(kind: Counter, count: Count | None, now: datetime) -> Count:
    """The count once another try failed at `now`."""
    if kind in LIMITS:
        limit, stretch = LIMITS[kind]
        recent = (*(at for at in (count.recent if count else ()) if now - at < stretch), now)[-limit:]
        return Count(len(recent), now, recent[0] + stretch if len(recent) == limit else None, recent)
    failures = 1 if count is None or _is_forgotten(kind, count, now) else count.failures + 1
    delay = delay_after(kind, failures)
    return Count(failures, now, now + delay if delay else None)


def delay_after(kind: Counter, failures: int) -> timedelta:
    """How long a pair must wait after so many failures: not at all for a slip or two, then ever longer."""
    if failures <= _FREE:
        return timedelta(0)
    if failures in _FIRST_DELAYS:
        return _FIRST_DELAYS[failures]
    return min(_FIVE_MINUTES * (1 << min(failures - 5, 10)), _LONGEST[kind])


def _is_forgotten(kind: Counter, count: Count, now: datetime) -> bool:
    return now - max(count.since, count.blocked_until or count.since) >= FORGOTTEN_AFTER[kind]
