"""Telling people in the app. A notice holds ids and codes; words are put in when it is shown, for who may see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from core import clock
from core.notices.models import Notice


def tell(
    user_ids: Iterable[UUID],
    slug: str,
    *,
    client_id: UUID | None = None,
    by_user_id: UUID | None = None,
    by_name: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Tell each of these users once. One statement; none when there is nobody to tell."""
    at = clock.now()
    notices = [
        Notice(
            user_id=user_id,
            slug=slug,
            client_id=client_id,
            by_user_id=by_user_id,
            by_name=by_name[:120],
            detail=dict(detail or {}),
            at=at,
        )
        for user_id in sorted(set(user_ids), key=str)
    ]
    if notices:
        Notice.objects.bulk_create(notices)


def mark_read(user_id: UUID, notice_ids: Iterable[UUID] | None = None) -> int:
    """Mark this user's notices as read: those named, or all. Answers how many were unread."""
    notices = Notice.objects.filter(user_id=user_id, read_at=None)
    if notice_ids is not None:
        notices = notices.filter(id__in=list(notice_ids))
    return notices.update(read_at=clock.now())
