"""What was just done and how to take it back: kept in the session for ten minutes, shown once, on the next page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

KEY: Final = "undo_offer"
LASTS: Final = timedelta(minutes=10)


def offer(session: SessionBase, *, text: str, action: str, more_text: str = "", more_href: str = "") -> None:
    """Offer to take back what `text` says, by a POST to `action`; and a link to what is often done next."""
    until = (timezone.now() + LASTS).isoformat()
    session[KEY] = {"text": text, "action": action, "until": until, "more_text": more_text, "more_href": more_href}


def take(session: SessionBase) -> dict[str, Any] | None:
    """The offer, once; None when there is none, or when it is too late."""
    kept = session.pop(KEY, None)
    if not kept:
        return None
    until = datetime.fromisoformat(kept["until"])
    return {**kept, "until": until} if until > timezone.now() else None
