"""Reads of someone's own notices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.notices.models import Notice


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice as it was written: codes and ids, no words yet."""

    id: UUID
    slug: str
    client_id: UUID | None
    by_name: str
    detail: Mapping[str, Any]
    at: datetime
    is_read: bool


def unread_count(user_id: UUID) -> int:
    """How many notices this user has not read. One query."""
    return Notice.objects.filter(user_id=user_id, read_at=None).count()


def notices_of(user_id: UUID, *, offset: int, limit: int) -> tuple[tuple[NoticeLine, ...], bool]:
    """A page of a user's notices, newest first, and whether more follow. One query."""
    rows = list(Notice.objects.filter(user_id=user_id).order_by("-at", "id")[offset : offset + limit + 1])
    lines = tuple(
        NoticeLine(row.id, row.slug, row.client_id, row.by_name, row.detail, row.at, row.read_at is not None)
        for row in rows[:limit]
    )
    return lines, len(rows) > limit
