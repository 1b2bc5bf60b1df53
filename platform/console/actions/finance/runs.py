"""Runs: finance starts them and has their drafts issued; a worker does both, and goes on where one was stopped."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from django.db import transaction

from billing.actions import asked, drafting, runs
from billing.errors import NotThere
from billing.models import InvoiceRun
from console.choices import Permission
from console.policies import require
from console.queries.operators import OperatorRef
from core import clock
from core.audit.actions import record
from tenants.context import SHARED_ALIAS, on_commit
from tenants.waking import wake_shared

WORK: Final = "console.work_invoice_runs"


@transaction.atomic(using=SHARED_ALIAS)
def start_run(*, entity_id: UUID, month: date, is_dry: bool, by: OperatorRef) -> InvoiceRun:
    """Have everything of a company drafted that is due with a month. Raises NotPermitted, NotThere, BadValue."""
    require(by, Permission.FINANCE)
    run = runs.start_run(entity_id=entity_id, month=month, is_dry=is_dry, by=by.id, at=clock.now())
    said = {"entity": str(entity_id), "month": f"{run.month:%Y-%m}", "is_dry": is_dry, "contracts": run.of}
    record("console.invoice_run.started", by=by, subject=run, detail=said)
    on_commit(lambda: wake_shared(WORK))
    return run


@transaction.atomic(using=SHARED_ALIAS)
def review_run(*, run_id: UUID, by: OperatorRef) -> int:
    """Say of all drafts of a run that nothing holds that they were looked at. Returns how many. Raises NotPermitted."""
    require(by, Permission.FINANCE)
    run = _run(run_id)
    count = drafting.review_run(run_id=run.id, by=by.id, at=clock.now())
    record("console.invoice_run.reviewed", by=by, subject=run, detail={"drafts": count})
    return count


@transaction.atomic(using=SHARED_ALIAS)
def ask_issue_run(*, run_id: UUID, on: date, by: OperatorRef) -> int:
    """Have every reviewed draft of a run issued on a day. Returns how many. Raises NotPermitted, NotThere, BadValue."""
    require(by, Permission.FINANCE)
    run = _run(run_id)
    count = asked.ask_to_issue(run_id=run.id, on=on, by=by.id, at=clock.now())
    record("console.invoice_run.issued", by=by, subject=run, detail={"drafts": count, "on": on.isoformat()})
    on_commit(lambda: wake_shared(WORK))
    return count


@transaction.atomic(using=SHARED_ALIAS)
def stop_issuing(*, run_id: UUID, by: OperatorRef) -> int:
    """Have nothing more of a run issued. Returns how many drafts still waited. Raises NotPermitted, NotThere."""
    require(by, Permission.FINANCE)
    run = _run(run_id)
    count = asked.stop_issuing(run_id=run.id)
    record("console.invoice_run.stopped", by=by, subject=run, detail={"drafts": count})
    return count


def work() -> None:
    """Go on with runs that are not done, then issue what was asked for. Outside of every scope."""
    runs.work_runs(clock.now)
    asked.work_asked(clock.now)


def _run(run_id: UUID) -> InvoiceRun:
    run = InvoiceRun.objects.filter(id=run_id).first()
    if run is None:
        raise NotThere("There is no such run.")
    return run
