"""Working the outbox off: an item is claimed, done and marked, each in a transaction of its own.

A mail is sent between two transactions, since a mail server is slow. A process that dies in between sends it again
under the same Message-ID, by which a mailbox knows it for the same. A letter (`core.notices.letters`) is composed and
sent there too, and its proof is kept in the transaction that marks it. Everything else is done in that transaction, and
so exactly once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any, Final, cast
from uuid import UUID

from django.conf import settings
from django.db.models import Case, Value, When
from django.utils.module_loading import import_string

from core import clock
from core.notices.letters import Letter, Sender, post
from core.notices.models import OutboxItem
from tenants.context import CouncilRef, inside, shared
from tenants.names import SHARED_SCHEMA

logger = logging.getLogger(__name__)

ACTOR: Final = "task:notices.drain_outbox"
MAIL: Final = "mail"
LEASE: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=6)
MOST_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Claimed:
    """An item that this process alone works on until its lease runs out."""

    id: UUID
    kind: str
    payload: dict[str, Any]


def drain(council: CouncilRef | None) -> int:
    """Do what is due in `council`'s outbox, or in the operators' where there is none. Returns how many were done."""
    done = 0
    for _turn in range(MOST_AT_ONCE):
        with _world(council):
            item = claim()
        if item is None:
            break
        try:
            _do(council, item)
        except Exception as error:  # noqa: BLE001  # one item that fails must not hold up the others
            logger.warning(
                "outbox_item_failed",
                extra={"kind": item.kind, "council": council.schema_name if council else SHARED_SCHEMA},
            )
            with _world(council):
                OutboxItem.objects.filter(id=item.id).update(error=type(error).__name__[:200])
                if item.kind in settings.OUTBOX_LETTERS:
                    _sender(item).failed(item.payload, error)
        else:
            done += 1
    return done


def claim() -> Claimed | None:
    """Take the item that is due longest, away from every other process. It comes back, later each time, if not done.

    Letters come last: a month's thousand, each drawn when its turn comes, leave a mail that signs somebody in no later.
    """
    now = clock.now()
    is_letter = Case(When(kind__in=list(settings.OUTBOX_LETTERS), then=Value(1)), default=Value(0))
    waiting = OutboxItem.objects.filter(done_at=None, due_at__lte=now).order_by(is_letter, "due_at", "id")
    row = waiting.select_for_update(skip_locked=True).first()
    if row is None:
        return None
    row.attempts += 1
    row.due_at = now + wait_after(row.attempts)
    row.save(update_fields=["attempts", "due_at"])
    return Claimed(row.id, row.kind, row.payload)


def wait_after(attempts: int) -> timedelta:
    """How long until an item is tried again: a minute, two, four, to six hours."""
    return min(LEASE * (1 << min(attempts - 1, 12)), LONGEST_WAIT)


def _world(council: CouncilRef | None) -> AbstractContextManager[object]:
    return inside(council, actor=ACTOR) if council else shared(actor=ACTOR)


def _do(council: CouncilRef | None, item: Claimed) -> None:
    if item.kind == MAIL:
        _send(item)
        with _world(council):
            _mark_done(item)
        return
    if item.kind in settings.OUTBOX_LETTERS:
        proof = _sender(item).send(item.payload, item.id)
        with _world(council):
            if proof is not None:
                _sender(item).sent(item.payload, proof)
            _mark_done(item)
        return
    deed: Callable[[dict[str, Any]], None] = import_string(settings.OUTBOX_DEEDS[item.kind])
    with _world(council):
        deed(item.payload)
        _mark_done(item)


def _send(item: Claimed) -> None:
    post(Letter(item.payload["to"], item.payload["subject"], item.payload["text"]), item.id)


def _sender(item: Claimed) -> Sender:
    return cast("Sender", import_module(settings.OUTBOX_LETTERS[item.kind]))


def _mark_done(item: Claimed) -> None:
    # A mail's text may hold a link that signs someone up: it is not kept once it has gone.
    OutboxItem.objects.filter(id=item.id).update(done_at=clock.now(), error="", payload={})
