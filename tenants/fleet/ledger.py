"""The ledger of runs: which councils a run is about, and how each of them fared. Written in the shared world.

Its functions open a unit of work of their own, in a process of either kind, but for `new_run` and `open_again`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Count, F, Q
from django.utils import timezone

from tenants.context import shared
from tenants.fleet.waves import Candidate
from tenants.models import FleetRun, FleetStep

MIGRATE: Final = "migrate"
DRIFT: Final = "drift"
JOB: Final = "job "

STALE: Final = timedelta(minutes=2)
"""A run that is under way says so every other second: one that was silent for so long has nobody at it."""

OPEN: Final = (FleetStep.State.PENDING, FleetStep.State.RUNNING)


@dataclass(frozen=True, slots=True)
class RunHere:
    """A run, as plain values."""

    id: UUID
    work: str
    fingerprint: str
    state: str


@dataclass(frozen=True, slots=True)
class StepHere:
    """One council's line in a run, as plain values."""

    id: int
    run_id: UUID
    council_id: UUID
    schema_name: str
    wave: int


def open_run(work: str) -> RunHere | None:
    """The run of this work that is under way, if there is one: a killed run is gone on with before another begins."""
    with shared(actor="fleet"):
        run = FleetRun.objects.filter(work=work, state=FleetRun.State.RUNNING).order_by("started_at").first()
    return _here(run) if run else None


def last_stopped(work: str) -> RunHere | None:
    """The last run of this work, if it was stopped after failures."""
    with shared(actor="fleet"):
        run = FleetRun.objects.filter(work=work).order_by("-started_at").first()
    return _here(run) if run and run.state == FleetRun.State.STOPPED else None


def begin(work: str, *, asked_by: str) -> RunHere:
    """Open a run. Nothing is planned yet: `plan` says which councils it is about."""
    with shared(actor="fleet"):
        return _here(new_run(work, asked_by=asked_by))


def new_run(work: str, *, asked_by: str) -> FleetRun:
    """The row of a new run, in the unit of work that is open."""
    now = timezone.now()
    return FleetRun.objects.create(work=work, started_by=asked_by[:120], started_at=now, heartbeat_at=now)


def plan(run: RunHere, fingerprint: str, steps: Iterable[tuple[int, Candidate]]) -> RunHere:
    """Write what the run is about, once: mark and lines in one transaction. A second planner changes nothing."""
    with shared(actor="fleet"):
        row = FleetRun.objects.select_for_update().get(id=run.id)
        if not row.fingerprint:
            row.fingerprint = fingerprint
            row.save(update_fields=["fingerprint"])
            FleetStep.objects.bulk_create(
                [
                    FleetStep(run=row, council_id=one.council_id, schema_name=one.schema_name, wave=wave)
                    for wave, one in steps
                ],
                batch_size=500,
            )
        return _here(row)


def steps_left(run: RunHere) -> dict[int, list[StepHere]]:
    """The lines still to do, by wave, in the order of the plan."""
    with shared(actor="fleet"):
        found = list(FleetStep.objects.filter(run_id=run.id, state__in=OPEN).order_by("wave", "id"))
    waves: dict[int, list[StepHere]] = {}
    for step in found:
        waves.setdefault(step.wave, []).append(StepHere(step.id, run.id, step.council_id, step.schema_name, step.wave))
    return waves


def failures(run: RunHere, wave: int) -> tuple[int, int]:
    """How many lines of a wave failed, and how many there are."""
    with shared(actor="fleet"):
        lines = FleetStep.objects.filter(run_id=run.id, wave=wave)
        return lines.filter(state=FleetStep.State.FAILED).count(), lines.count()


def beat(run: RunHere) -> None:
    """Say that somebody is at it."""
    with shared(actor="fleet"):
        FleetRun.objects.filter(id=run.id).update(heartbeat_at=timezone.now())


def open_jobs() -> Sequence[RunHere]:
    """The jobs that are under way, or were when their process went away."""
    with shared(actor="fleet"):
        found = FleetRun.objects.filter(work__startswith=JOB, state=FleetRun.State.RUNNING).order_by("started_at")
        return tuple(_here(run) for run in found)


def take(run: RunHere) -> bool:
    """Have this process be at a job, unless another was within `STALE`. What it left half-done is to do again."""
    now = timezone.now()
    with shared(actor="fleet"):
        rows = FleetRun.objects.filter(id=run.id, state=FleetRun.State.RUNNING)
        # One that has no mark yet was begun just now, by this process or by one that died before it planned.
        is_mine = rows.filter(Q(fingerprint="", heartbeat_at=F("started_at")) | Q(heartbeat_at__lt=now - STALE))
        if not is_mine.update(heartbeat_at=now):
            return False
        FleetStep.objects.filter(run_id=run.id, state=FleetStep.State.RUNNING).update(state=FleetStep.State.PENDING)
    return True


def close(run: RunHere, state: str, note: str) -> None:
    """End a run that is under way."""
    now = timezone.now()
    with shared(actor="fleet"):
        FleetRun.objects.filter(id=run.id, state=FleetRun.State.RUNNING).update(
            state=state, note=note[:300], finished_at=now, heartbeat_at=now
        )


def reopen(run: RunHere) -> None:
    """Go on with a stopped run."""
    with shared(actor="fleet"):
        open_again(run.id)


def open_again(run_id: UUID) -> None:
    """Put a stopped run back under way, in the unit of work that is open: its failed lines are to do again."""
    FleetStep.objects.filter(run_id=run_id, state=FleetStep.State.FAILED).update(state=FleetStep.State.PENDING)
    FleetRun.objects.filter(id=run_id, state=FleetRun.State.STOPPED).update(
        state=FleetRun.State.RUNNING, note="", finished_at=None, heartbeat_at=timezone.now()
    )


def counts(run: RunHere) -> dict[str, int]:
    """How many lines of a run are in each state."""
    with shared(actor="fleet"):
        found = FleetStep.objects.filter(run_id=run.id).values_list("state").annotate(Count("id"))
        return {str(state): number for state, number in found}


def failed_lines(run: RunHere) -> Sequence[tuple[str, str]]:
    """Schema and kind of error of the lines that failed."""
    with shared(actor="fleet"):
        failed = FleetStep.objects.filter(run_id=run.id, state=FleetStep.State.FAILED).order_by("id")
        return tuple(failed.values_list("schema_name", "error"))


def done_schemas(run: RunHere) -> Sequence[str]:
    """The schemas of the lines that are done."""
    with shared(actor="fleet"):
        done = FleetStep.objects.filter(run_id=run.id, state=FleetStep.State.DONE).order_by("id")
        return tuple(done.values_list("schema_name", flat=True))


def _here(run: FleetRun) -> RunHere:
    return RunHere(run.id, run.work, run.fingerprint, run.state)
