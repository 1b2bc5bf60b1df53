"""What somebody typed into the search box, kept on the server under a random id: no name is ever in an address.

Each search is a session row of its own, bound to the session it was typed in. Kept inside that session itself, a search
would be lost whenever the list under the box, asked for at the same moment, wrote the session back.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from core import clock
from core.people.parsing import LONGEST_TYPED

_OWNER: Final = "typed_in"
_TEXT: Final = "typed"
_KEPT_FOR: Final = timedelta(hours=1)


def keep(session: SessionBase, text: str) -> UUID:
    """Keep what was typed, and answer the id under which it is found again."""
    search_id = uuid4()
    typed = {_OWNER: session.session_key, _TEXT: text[: LONGEST_TYPED * 4]}
    row = Session(
        session_key=search_id.hex, session_data=SessionStore().encode(typed), expire_date=clock.now() + _KEPT_FOR
    )
    row.save(force_insert=True)
    return search_id


def recall(session: SessionBase, search_id: UUID) -> str | None:
    """What was typed under that id in this session, or None."""
    kept = SessionStore(session_key=search_id.hex).load()
    return str(kept[_TEXT]) if kept.get(_OWNER) == session.session_key and _TEXT in kept else None
