"""Working a rehearsal off: at once where little has to be looked at, else in lots by a worker, kept after each.

A lot is a transaction of its own, in which it is also noted how far it came: stopped half-way it goes on from there.
Only one process works on a rehearsal at a time; a second one leaves it alone. When the draft, or the policy that it is
compared with, has changed meanwhile, it stops.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from core import clock
from core.consent.actions_policy import PolicyMaker, mark_rehearsed
from core.consent.errors import PolicyNotFound
from core.consent.models import PolicyDraft, PolicyRehearsal
from core.consent.packs_in_use import pack_of_draft, policy_or_nothing, version_in_force
from core.consent.policy import Policy, tightening_from
from core.network.rehearsal.audience import standing_everywhere
from core.network.rehearsal.changes import how_many, lots
from core.network.rehearsal.numbers import Sum
from core.network.rehearsal.result import TOTALS, Rehearsal, told
from tenants.context import STATEMENT_TIMEOUT, CouncilRef, inside, on_commit, require_current
from tenants.waking import wake

REHEARSE: Final = "network.rehearse_policy"
ACTOR: Final = f"task:{REHEARSE}"
AT_ONCE: Final = 2000
"""Up to so many lines nobody waits for a worker."""
LONGER: Final = "60s"
"""How long one statement of a rehearsal may take: it looks at a whole council."""

State = PolicyRehearsal.State
UNDER_WAY: Final = (State.WAITING, State.WORKING)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who asked, for the record of an answer that came later."""

    id: UUID
    roles: tuple[str, ...] = ()


def rehearse(*, now: Policy, then: Policy, on: date) -> Rehearsal:
    """What would change if `then` took the place of `now` on a day, all at once and kept nowhere."""
    added = Sum()
    with _taking_longer():
        everywhere = standing_everywhere()
        for lot in lots(now, then, on):
            added.add(lot.changed, everywhere)
        return told(on, added.result(now, then, on), added.examples)


@transaction.atomic
def ask_rehearsal(*, draft_id: UUID, on: date, by: PolicyMaker) -> None:
    """Have a draft rehearsed as it stands; one that is under way for the same day goes on. Raises PolicyNotFound.

    It takes the place of the draft's rehearsal before.
    """
    draft = PolicyDraft.objects.select_for_update().filter(id=draft_id).first()
    if draft is None:
        raise PolicyNotFound
    before = PolicyRehearsal.objects.filter(draft=draft)
    if before.filter(draft_version=draft.version, on=on, state__in=UNDER_WAY).exists():
        _wake_worker()
        return
    before.delete()
    against = version_in_force(on)
    asked = PolicyRehearsal(
        draft=draft,
        draft_version=draft.version,
        on=on,
        against_id=against.id if against else None,
        asked_by_id=by.id,
        asked_at=clock.now(),
    )
    with _taking_longer():
        asked.lines = how_many(*_to_compare(draft, on), on)
        asked.save(force_insert=True)
        if asked.lines > AT_ONCE:
            _wake_worker()
            return
        while asked.state in UNDER_WAY:
            _do_lot(asked)


def work_off(council: CouncilRef) -> None:
    """Finish what this council waits for. Call it in the council's own time, outside of every scope."""
    with inside(council, actor=ACTOR):
        waiting = list(PolicyRehearsal.objects.filter(state__in=UNDER_WAY).values_list("id", flat=True))
    for rehearsal_id in waiting:
        try:
            while _work_lot(council, rehearsal_id):
                pass
        except Exception as error:  # noqa: BLE001  # whoever asked is told on the page; nobody waits for ever
            logger.warning(
                "policy_rehearsal_failed", extra={"kind": type(error).__name__, "council": council.schema_name}
            )
            with inside(council, actor=ACTOR):
                PolicyRehearsal.objects.filter(id=rehearsal_id, state__in=UNDER_WAY).update(
                    state=State.FAILED, so_far={}, examples=[], finished_at=clock.now()
                )


def _work_lot(council: CouncilRef, rehearsal_id: UUID) -> bool:
    """Do one more lot. Answers whether there may be more; not where another process is at it."""
    with inside(council, actor=ACTOR, statement_timeout=LONGER):
        if not _is_mine(rehearsal_id):
            return False
        asked = PolicyRehearsal.objects.filter(id=rehearsal_id, state__in=UNDER_WAY).select_related("draft").first()
        if asked is None:
            return False
        _do_lot(asked)
        return asked.state in UNDER_WAY


def _is_mine(rehearsal_id: UUID) -> bool:
    """Whether no other process is at it, until this transaction ends. No row is locked: nobody waits for a lot."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"rehearsal {rehearsal_id}"])
        return bool(cursor.fetchone()[0])


def _do_lot(asked: PolicyRehearsal) -> None:
    """Look at the next lines and keep what they add; after the last, the result. Changes `asked` and its row."""
    draft, on = asked.draft, asked.on
    against = version_in_force(on)
    is_as_asked = (draft.version, asked.against_id) == (asked.draft_version, against.id if against else None)
    if not is_as_asked or on < clock.today():
        _keep(asked, state=State.STALE, so_far={}, examples=[], finished_at=clock.now())
        return
    now, then = _to_compare(draft, on)
    added = Sum(asked.so_far, asked.examples)
    after = UUID(asked.so_far["after"]) if asked.so_far else None
    lot = next(lots(now, then, on, after=after), None)
    if lot is not None:
        added.add(lot.changed, standing_everywhere())
        _keep(
            asked,
            state=State.WORKING,
            lines_done=asked.lines_done + lot.size,
            so_far={**added.so_far, "after": str(lot.last)},
            examples=added.examples,
        )
        return
    counts = added.result(now, then, on)
    if _keep(asked, state=State.DONE, so_far={}, counts=counts, finished_at=clock.now()):
        totals = {name: counts[name] for name in TOTALS}
        mark_rehearsed(draft_id=draft.id, version=asked.draft_version, counts=totals, by=_Asker(asked.asked_by_id))


def _keep(asked: PolicyRehearsal, **values: object) -> bool:
    """Write to the row, unless it went with its draft or another has taken its place: then there is nothing to do."""
    for name, value in values.items():
        setattr(asked, name, value)
    is_there = PolicyRehearsal.objects.filter(id=asked.id).update(**values) == 1
    if not is_there:
        asked.state = State.STALE
    return is_there


def _to_compare(draft: PolicyDraft, on: date) -> tuple[Policy, Policy]:
    """The policy that would hold on a day without the draft, and the draft."""
    return policy_or_nothing(on), Policy(pack_of_draft(draft), tightening_from(draft.tightening))


def _wake_worker() -> None:
    council = require_current()
    on_commit(lambda: wake(REHEARSE, council))


@contextlib.contextmanager
def _taking_longer() -> Iterator[None]:
    """Let the statements inside take longer than a page's may."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [LONGER])
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [STATEMENT_TIMEOUT])
