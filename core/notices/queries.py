"""What someone was told, newest first. The words and a client's name are put in by the page that shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from core.accounts.models import User
from core.notices.models import Notice

SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One notice, as it is stored."""

    id: UUID
    slug: str
    at: datetime
    is_read: bool
    client_id: UUID | None
    by_user_id: UUID | None
    by_name: str
    detail: Mapping[str, Any]


def unread_count(user: User) -> int:
    """How many notices `user` has not read. One query."""
    return Notice.objects.filter(user_id=user.pk, read_at=None).count()


def notices_for(user: User, *, limit: int = SHOWN) -> tuple[NoticeLine, ...]:
    """The newest notices to `user`. One query."""
    rows = Notice.objects.filter(user_id=user.pk).order_by("-at", "id")[:limit]
    return tuple(
        NoticeLine(
            id=row.id,
            slug=row.slug,
            at=row.at,
            is_read=row.read_at is not None,
            client_id=row.client_id,
            by_user_id=row.by_user_id,
            by_name=row.by_name,
            detail=row.detail,
        )
        for row in rows
    )
