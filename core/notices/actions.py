"""Telling people in the app, and asking for what has to happen outside of it: the row first, then a wake-up call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from uuid import UUID

from django.db import transaction

from core import clock
from core.accounts.models import User
from core.notices.models import Notice, OutboxItem
from tenants.context import current, on_commit
from tenants.waking import wake, wake_shared

DRAIN: Final = "notices.drain_outbox"
DRAIN_SHARED: Final = "notices.drain_shared_outbox"
MAIL: Final = "mail"


class Teller(Protocol):
    """Whoever did what the others are told of: a viewer."""

    @property
    def user_id(self) -> UUID: ...

    @property
    def name(self) -> str: ...


def tell(
    user_ids: Iterable[UUID], slug: str, *, client_id: UUID | None = None, by: Teller | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Tell each of these users in the app, once. `detail` holds ids, codes and dates: names are put in when shown."""
    now = clock.now()
    Notice.objects.bulk_create(
        Notice(
            user_id=user_id,
            slug=slug,
            client_id=client_id,
            by_user_id=by.user_id if by else None,
            by_name=by.name if by else "",
            detail=dict(detail or {}),
            at=now,
        )
        for user_id in sorted(set(user_ids))
    )


@dataclass(frozen=True, slots=True)
class Telling:
    """One user, and what they are told, about which client."""

    user_id: UUID
    slug: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    client_id: UUID | None = None


def tell_each(told: Iterable[Telling]) -> None:
    """Tell different people different things, in one statement, without saying who did it."""
    now = clock.now()
    Notice.objects.bulk_create(
        Notice(user_id=one.user_id, slug=one.slug, client_id=one.client_id, detail=dict(one.detail), at=now)
        for one in told
    )


@transaction.atomic
def mark_read(*, user: User, notice_ids: Iterable[UUID] | None = None) -> int:
    """Note that `user` has read these of their own notices, or all of them. Returns how many were new."""
    unread = Notice.objects.filter(user=user, read_at=None)
    if notice_ids is not None:
        unread = unread.filter(id__in=list(notice_ids))
    return unread.update(read_at=clock.now())


def queue(*, kind: str, payload: Mapping[str, Any]) -> OutboxItem:
    """Ask for something outside, in the same transaction as the deed. It happens at least once, soon after commit."""
    [item] = queue_many(kind=kind, payloads=[payload])
    return item


def queue_many(*, kind: str, payloads: Iterable[Mapping[str, Any]]) -> list[OutboxItem]:
    """Ask for many things of one kind, in one statement and with one wake-up call."""
    now = clock.now()
    items = [OutboxItem(kind=kind, payload=dict(payload), created_at=now, due_at=now) for payload in payloads]
    OutboxItem.objects.bulk_create(items, batch_size=500)
    council = current()
    on_commit(lambda: wake(DRAIN, council) if council else wake_shared(DRAIN_SHARED))
    return items


def queue_mail(*, to: str, subject: str, text: str) -> OutboxItem:
    """Ask for a mail. Neither subject nor text may hold a client's name, or anything that tells who a client is."""
    return queue(kind=MAIL, payload={"to": to, "subject": subject, "text": text})
