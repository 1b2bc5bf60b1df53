"""How a draft's rehearsal stands, for its page: how far it came, or its result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core.consent.models import PolicyRehearsal
from core.network.rehearsal.result import Rehearsal, told

State = PolicyRehearsal.State


@dataclass(frozen=True, slots=True)
class RehearsalPage:
    """One rehearsal. `result` is there once it is done, of the draft as it stands; else it is under way, or over."""

    is_under_way: bool
    has_failed: bool
    is_stale: bool
    lines: int
    lines_done: int
    finished_at: datetime | None
    result: Rehearsal | None


def rehearsal_page(draft_id: UUID, *, version: int, without: frozenset[UUID] = frozenset()) -> RehearsalPage | None:
    """The rehearsal of a draft that stands at `version`; None where there was none. At most five queries.

    `without` are the clients that whoever looks knows privately: none of them is an example.
    """
    row = PolicyRehearsal.objects.filter(draft_id=draft_id).first()
    if row is None:
        return None
    is_stale = row.state == State.STALE or row.draft_version != version
    is_done = row.state == State.DONE and not is_stale
    return RehearsalPage(
        is_under_way=row.state in (State.WAITING, State.WORKING) and not is_stale,
        has_failed=row.state == State.FAILED and not is_stale,
        is_stale=is_stale,
        lines=row.lines,
        lines_done=min(row.lines_done, row.lines),
        finished_at=row.finished_at,
        result=told(row.on, row.counts, row.examples, without=without) if is_done else None,
    )
