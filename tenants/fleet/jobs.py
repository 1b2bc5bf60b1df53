"""Jobs over all councils, by the ledger that migrations use: a named task for each council, counted, and gone on with.

For work that has to be done once in every council and whose outcome somebody waits for. What a schedule repeats anyway
(`tenants.every_council`) needs no ledger. A job runs in an ordinary process, for it enters councils; each line is done
when its task returned, and a task may run twice and does the same then, as every task here.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from celery import current_app
from django.db import Error, connections
from django.db.models import F
from django.utils import timezone

from tenants.context import shared
from tenants.fleet import faults, ledger
from tenants.fleet.forward import GONE
from tenants.fleet.ledger import JOB, RunHere, StepHere
from tenants.fleet.waves import LABELS, Candidate, in_waves, tolerated
from tenants.models import Council, FleetRun, FleetStep, SchemaStatus
from tenants.queries import council_by_schema
from tenants.waking import HEADER

logger = logging.getLogger(__name__)

Report = Callable[[str], None]

BEAT_SECONDS = 5.0


def run_job(task: str, *, asked_by: str, cautious: bool = False, report: Report = lambda _line: None) -> UUID:
    """Run the task named `task` in every council, and return the id of the run in the ledger.

    `cautious` goes in waves and stops as a migration does. Goes on with a run of this task whose process was killed;
    leaves one alone that another process is at. Call it outside of every scope, in an ordinary process.
    """
    current_app.loader.import_default_modules()
    if task not in current_app.tasks:
        raise ValueError(f"There is no task named {task!r}.")
    work = f"{JOB}{task}"
    run = ledger.open_run(work) or ledger.begin(work, asked_by=asked_by)
    if ledger.take(run):
        _go_on(run, task, cautious=cautious, report=report)
    return run.id


def go_on_with_jobs(report: Report = lambda _line: None) -> int:
    """Take up every job whose process went away. Returns how many."""
    current_app.loader.import_default_modules()
    taken = [run for run in ledger.open_jobs() if ledger.take(run)]
    for run in taken:
        _go_on(run, run.work.removeprefix(JOB), cautious=True, report=report)
    return len(taken)


def _go_on(run: RunHere, task: str, *, cautious: bool, report: Report) -> None:
    if not run.fingerprint:
        run = ledger.plan(run, "planned", in_waves(_everyone(), cautious=cautious))
    note = ""
    with _Beating(run):
        for wave, steps in ledger.steps_left(run).items():
            report(f"{LABELS[wave]}: {len(steps)}")
            for step in steps:
                _do(step, task)
            failed, size = ledger.failures(run, wave)
            if cautious and failed > tolerated(wave, size):
                note = f"Stopped: {failed} of {size} councils failed ({LABELS[wave].lower()})."
                break
    failed_in_all = len(ledger.failed_lines(run))
    state = FleetRun.State.STOPPED if note else FleetRun.State.DONE
    ledger.close(run, state, note or (f"{failed_in_all} councils failed." if failed_in_all else ""))


def _everyone() -> list[Candidate]:
    with shared(actor="fleet"):
        canaries = set(SchemaStatus.objects.filter(is_canary=True).values_list("council_id", flat=True))
        return [
            Candidate(council.id, council.schema_name, council.id in canaries, council.state == Council.State.TRAINING)
            for council in Council.objects.order_by("created_at", "id")
        ]


def _do(step: StepHere, task: str) -> None:
    begun = time.monotonic()
    _note(step, state=FleetStep.State.RUNNING, attempts=F("attempts") + 1, started_at=timezone.now())
    council = council_by_schema(step.schema_name)
    if council is None:
        _note(step, state=FleetStep.State.SKIPPED, error=GONE)
        return
    try:
        current_app.tasks[task].apply(headers={HEADER: council.schema_name}, throw=True)
    except Exception as problem:  # noqa: BLE001  # whatever a task raises is this council's failure alone
        outcome: dict[str, Any] = {"state": FleetStep.State.FAILED, "error": faults.kind_of(problem)}
    else:
        outcome = {"state": FleetStep.State.DONE, "error": ""}
    _note(step, **outcome, milliseconds=round((time.monotonic() - begun) * 1000))


def _note(step: StepHere, **values: Any) -> None:
    with shared(actor="fleet"):
        FleetStep.objects.filter(id=step.id).update(**values)


class _Beating:
    """Says every few seconds that somebody is at the run, however long one council takes."""

    def __init__(self, run: RunHere) -> None:
        self.run, self._over = run, threading.Event()
        self._thread = threading.Thread(target=self._beat, name="fleet-heartbeat", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_exception: object) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        try:
            while not self._over.wait(BEAT_SECONDS):
                try:
                    ledger.beat(self.run)
                except Error:
                    # Away for a moment: the next beat says it. A thread that ended here would look like a dead process.
                    logger.warning("beat_not_written", exc_info=True)
                    connections.close_all()
        finally:
            connections.close_all()
