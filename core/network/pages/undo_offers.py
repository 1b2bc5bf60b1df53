"""What was just done and how to take it back: kept in the session for ten minutes, shown on the next page."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from django.contrib.sessions.backends.base import SessionBase

from core import clock
from core.network.policies import UNDO_FOR

_KEY: Final = "undo_offer"


def offer(session: SessionBase, *, text: str, action: str, more_text: str = "", more_href: str = "") -> None:
    """Offer to take back what `text` says, by a POST to `action`; and a link to what is often done next."""
    until = (clock.now() + UNDO_FOR).isoformat()
    session[_KEY] = {"text": text, "action": action, "until": until, "more_text": more_text, "more_href": more_href}


def take(session: SessionBase) -> dict[str, Any] | None:
    """The offer, once; None when there is none, or when it is too late."""
    kept = session.pop(_KEY, None)
    if not kept:
        return None
    until = datetime.fromisoformat(kept["until"])
    return {**kept, "until": until} if until > clock.now() else None
