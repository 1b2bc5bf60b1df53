"""Runs: drafting for every contract of an entity, in lots, by any number of workers that may be killed at any point.

A lot is one transaction: its drafts, what they cover and what the run found are there together or not at all. A lease
in the run's row keeps workers from doing the same lot twice; it runs out by itself where its worker ended.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.actions.drafting import lock_contracts
from billing.actions.finding import Found, find_all, save
from billing.choices import Outcome, RunState
from billing.errors import BadValue, NotThere
from billing.models import Charge, Contract, InvoiceRun, LegalEntity, RunItem
from billing.periods import month_of
from tenants.context import SHARED_ALIAS, shared

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=60)
"""Longer than a lot takes. A run whose worker was killed goes on after it."""
LOT: Final = 50
ACTOR: Final = "job:billing.runs"
_KEPT: Final = frozenset({Outcome.NOTHING, Outcome.HELD})


@transaction.atomic(using=SHARED_ALIAS)
def start_run(*, entity_id: UUID, month: date, is_dry: bool, by: UUID | None, at: datetime) -> InvoiceRun:
    """Have everything of an entity drafted that is due with a month. A worker does it (`work_run`).

    A month has one run: starting it again looks again at every contract, and one that is under way goes on. A dry run
    is always a new one. Raises NotThere, BadValue for a month that is not over.
    """
    entity = LegalEntity.objects.select_for_update(of=("self",), no_key=True).filter(id=entity_id).first()
    if entity is None:
        raise NotThere("There is no such company.")
    month = month_of(month).first
    if at.astimezone(ZoneInfo(entity.time_zone)).date() <= month_of(month).last:
        raise BadValue("month", "A month is billed once it is over. Choose an earlier one.")
    run = None if is_dry else InvoiceRun.objects.filter(entity=entity, month=month, is_dry=False).first()
    if run and run.state != RunState.DONE:
        return run
    said: dict[str, Any] = {
        "state": RunState.WAITING, "of": _contracts(entity.id, month).count(), "started_at": at, "started_by_id": by,
        "working_until": None, "finished_at": None, "round": run.round + 1 if run else 1,
    }  # fmt: skip
    if run is None:
        return InvoiceRun.objects.create(entity=entity, month=month, is_dry=is_dry, **said)
    for name, value in said.items():
        setattr(run, name, value)
    run.save(update_fields=list(said))
    return run


def work_runs(at_now: Callable[[], datetime]) -> int:
    """Go on with every run that is not done and that nobody works on. Outside of every scope. Returns how many."""
    now = at_now()
    with shared(actor=ACTOR):
        free = Q(working_until=None) | Q(working_until__lte=now)
        waiting = InvoiceRun.objects.exclude(state=RunState.DONE).filter(free).order_by("started_at", "id")
        ids = list(waiting.values_list("id", flat=True))
    for run_id in ids:
        work_run(run_id, at_now)
    return len(ids)


def work_run(run_id: UUID, at_now: Callable[[], datetime], lots: int = LOT) -> None:
    """Draft for every contract of a run that was not looked at yet, so many at a time. Outside of every scope.

    Returns when it is done, or when another worker has it.
    """
    until = _take(run_id, at_now())
    while until:
        until = _work_lot(run_id, until, at_now, lots)


def _take(run_id: UUID, now: datetime) -> datetime | None:
    """The end of a new lease, or None where somebody else works on it or nothing is left to do."""
    until = now + LEASE
    free = Q(working_until=None) | Q(working_until__lte=now)
    with shared(actor=ACTOR):
        run = InvoiceRun.objects.filter(free, id=run_id).exclude(state=RunState.DONE)
        return until if run.update(state=RunState.RUNNING, working_until=until) else None


def _work_lot(run_id: UUID, until: datetime, at_now: Callable[[], datetime], size: int) -> datetime | None:
    """Look at the next contracts. Returns the lease's new end, None when the run is done or another has it."""
    now = at_now()
    later = max(now + LEASE, until)
    with shared(actor=ACTOR):
        if not InvoiceRun.objects.filter(id=run_id, working_until=until).update(working_until=later):
            return None
        run = InvoiceRun.objects.select_related("entity").get(id=run_id)
        contract_ids = _next(run, size)
        if not contract_ids:
            InvoiceRun.objects.filter(id=run_id).update(state=RunState.DONE, working_until=None, finished_at=now)
            return None
        try:
            with transaction.atomic(using=SHARED_ALIAS):
                _look(run, contract_ids, now)
        except Exception:  # one contract that can't be worked out leaves the others none the worse
            logger.exception("invoice_lot_failed", extra={"run": str(run_id)})
            for contract_id in contract_ids:
                _look_at_one(run, contract_id, now)
    return later


def _look_at_one(run: InvoiceRun, contract_id: UUID, at: datetime) -> None:
    try:
        with transaction.atomic(using=SHARED_ALIAS):
            _look(run, [contract_id], at)
    except Exception:  # as above: it is written down, and looked at again when the run is repeated
        logger.exception("invoice_draft_failed", extra={"run": str(run.id), "contract": str(contract_id)})
        contract = Contract.objects.get(id=contract_id)
        _write_items(run, [Found(contract, Outcome.FAILED, {"code": "broken"})], at)


def _look(run: InvoiceRun, contract_ids: Sequence[UUID], at: datetime) -> None:
    """Draft for a lot of contracts, and write down what was found: all of it or nothing."""
    lock_contracts(list(contract_ids))
    found = list(find_all(contract_ids, until=run.month, at=at, run=run).values())
    if not run.is_dry:
        save(found)
    _write_items(run, found, at)


def _write_items(run: InvoiceRun, found: Sequence[Found], at: datetime) -> None:
    """One item a contract. What the run drafted before stays, where looking again found nothing more."""
    earlier = {
        item.contract_id: item for item in RunItem.objects.filter(run=run, contract__in=[f.contract for f in found])
    }
    items = []
    for one in found:
        before = earlier.get(one.contract.id)
        draft = one.draft if one.draft and not run.is_dry else None
        item = RunItem(
            run=run, round=run.round, contract=one.contract, outcome=one.outcome, draft=draft, detail=one.detail, at=at
        )  # fmt: skip
        if before and before.outcome == Outcome.DRAFTED and before.draft_id:
            if draft:
                item.detail = {**one.detail, "earlier": [*before.detail.get("earlier", ()), str(before.draft_id)]}
            elif one.outcome in _KEPT:
                kept = {name: value for name, value in before.detail.items() if name not in {"waiting", "code"}}
                item.outcome, item.draft_id, item.detail = Outcome.DRAFTED, before.draft_id, {**kept, **one.detail}
        items.append(item)
    RunItem.objects.bulk_create(
        items, update_conflicts=True, unique_fields=["run", "contract"],
        update_fields=["round", "outcome", "draft", "detail", "at"],
    )  # fmt: skip


def _next(run: InvoiceRun, size: int) -> list[UUID]:
    """The contracts that this run has not looked at in its present round, the next ones by id."""
    looked_at = RunItem.objects.filter(run=run, round=run.round).values("contract")
    rest = _contracts(run.entity_id, run.month).exclude(id__in=looked_at)
    return list(rest.order_by("id").values_list("id", flat=True)[:size])


def _contracts(entity_id: UUID, month: date) -> QuerySet[Contract]:
    """Every contract that began by the end of a month, or has something charged by then.

    One that has ended is among them: its usage may still be corrected.
    """
    last = month_of(month).last
    charged = Charge.objects.filter(contract=OuterRef("id"), cancelled_at=None, on__lte=last)
    return Contract.objects.filter(Q(starts_on__lte=last) | Exists(charged), entity=entity_id)
