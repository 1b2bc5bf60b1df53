"""What a session holds about its sign-in, and when it is over. Kept on the server; the browser has a random key alone.

Limits follow NIST SP 800-63B at AAL2 (settings: SESSION_IDLE_SECONDS, SESSION_ABSOLUTE_SECONDS).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase

from core import clock

SIGNED_IN_AT: Final = "signed_in_at"
SEEN_AT: Final = "seen_at"
PROVED_AT: Final = "proved_at"
SETTING_UP: Final = "setting_up"
WAS: Final = "was"
DRAFT: Final = "draft"

SEEN_STEP: Final = timedelta(seconds=15)
"""Activity is written down at most this often; the idle limit is stretched by as much, so that it is never early."""

PROOF_LASTS: Final = timedelta(minutes=10)
"""How long a password and second factor given anew count for changing one's own sign-in."""


def mark_signed_in(session: SessionBase) -> None:
    """Start the clocks of a sign-in: both factors were given just now."""
    now = clock.now().timestamp()
    session[SIGNED_IN_AT] = session[SEEN_AT] = session[PROVED_AT] = now


def mark_half_signed_in(session: SessionBase) -> None:
    """Start the clocks of someone who gave the password alone."""
    now = clock.now().timestamp()
    session[SIGNED_IN_AT] = session[SEEN_AT] = now
    session.pop(PROVED_AT, None)


def mark_proved(session: SessionBase) -> None:
    """Note that this person showed just now that it is they."""
    session[PROVED_AT] = clock.now().timestamp()


def is_over(session: SessionBase) -> bool:
    """Whether the idle or the absolute limit has passed; a session that never started its clocks is over."""
    now = clock.now().timestamp()
    started, seen = session.get(SIGNED_IN_AT), session.get(SEEN_AT)
    if started is None or seen is None:
        return True
    idle = settings.SESSION_IDLE_SECONDS + SEEN_STEP.total_seconds()
    return bool(now - seen > idle or now - started > settings.SESSION_ABSOLUTE_SECONDS)


def note_activity(session: SessionBase) -> bool:
    """Push the idle limit back. Returns whether anything was written."""
    now = clock.now().timestamp()
    if now - session[SEEN_AT] < SEEN_STEP.total_seconds():
        return False
    session[SEEN_AT] = now
    return True


def is_freshly_proved(session: SessionBase) -> bool:
    """Whether this person showed just now that it is they: asked before their sign-in is changed."""
    proved = session.get(PROVED_AT)
    return proved is not None and clock.now().timestamp() - proved <= PROOF_LASTS.total_seconds()


def last_user_id(session: SessionBase) -> UUID | None:
    """Whose session timed out in this browser: what they had typed is kept for them alone."""
    was = session.get(WAS)
    return UUID(was) if was else None
