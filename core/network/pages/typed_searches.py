"""What somebody typed into the search box, kept in their session under a random id: no name is ever in an address."""

from __future__ import annotations

from typing import Final
from uuid import UUID, uuid4

from django.contrib.sessions.backends.base import SessionBase

from core.people.parsing import LONGEST_TYPED

_KEY: Final = "searches"
_MOST_KEPT = 20


def keep(session: SessionBase, text: str) -> UUID:
    """Keep what was typed, and answer the id under which it is found again."""
    search_id = uuid4()
    kept = dict(session.get(_KEY, {}))
    kept[str(search_id)] = text[: LONGEST_TYPED * 4]
    session[_KEY] = dict(list(kept.items())[-_MOST_KEPT:])
    return search_id


def recall(session: SessionBase, search_id: UUID) -> str | None:
    """What was typed under that id in this session, or None."""
    kept = session.get(_KEY, {})
    return str(kept[str(search_id)]) if str(search_id) in kept else None
