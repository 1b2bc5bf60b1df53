"""Writing events: `record` what was done, `record_sight` what was seen, `refuse` what was not allowed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol
from uuid import UUID

from django.db import models

from core import clock
from core.audit.choices import Outcome
from core.audit.models import Event
from tenants.context import unit

SYSTEM: Final = "system"


class Actor(Protocol):
    """Whoever acts: a practitioner, a user; anything with a stable id."""

    @property
    def id(self) -> UUID: ...


def record(
    slug: str, *, by: Actor | None, subject: models.Model | None = None, client_id: UUID | None = None,
    reason: str = "", detail: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write that `by` did `slug`, in the same transaction as the deed. `detail` holds ids, codes and counts only."""
    _event(Outcome.DONE, slug, by, subject, client_id, reason, detail).save(force_insert=True)


def record_sight(
    slug: str, *, by: Actor | None, client_id: UUID | None = None, subject: models.Model | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Write that `by` saw something: one event for a whole page or list; `detail` may list the ids shown."""
    _event(Outcome.SEEN, slug, by, subject, client_id, "", detail).save(force_insert=True)


def refuse(
    slug: str, *, by: Actor | None, reason: str, client_id: UUID | None = None, subject_id: UUID | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Note a refusal. It is written when the work's scope ends, and so survives the rollback of what was refused."""
    event = _event(Outcome.REFUSED, slug, by, None, client_id, reason, detail)
    event.subject_id = subject_id
    unit().write_afterwards(lambda: event.save(force_insert=True))


def record_many(events: Iterable[Event]) -> None:
    """Write many events at once: for an import, whose every row is an action of its own."""
    Event.objects.bulk_create(events, batch_size=500)


def event_of(slug: str, *, by: Actor | None, subject: models.Model, client_id: UUID | None = None) -> Event:
    """An event for `record_many`."""
    return _event(Outcome.DONE, slug, by, subject, client_id, "", None)


def _event(
    outcome: Outcome, slug: str, by: Actor | None, subject: models.Model | None, client_id: UUID | None,
    reason: str, detail: Mapping[str, Any] | None,
) -> Event:  # fmt: skip
    return Event(
        at=clock.now(),
        slug=slug,
        outcome=outcome,
        actor_id=by.id if by else None,
        actor=str(by.id) if by else unit().actor[:80] or SYSTEM,
        subject_kind=subject._meta.label_lower if subject is not None else "",  # noqa: SLF001  # public by custom
        subject_id=subject.pk if subject is not None else None,
        client_id=client_id,
        reason=reason,
        detail=dict(detail or {}),
    )
