"""What a deployment says of its fleet, and how it is asked to go on: plain values, fit for a console elsewhere.

A council is named by its id and its name; a failure by its kind; a run by its counts. Call both functions inside
`shared()`.

`overview()` gives:
  councils, current: counts
  behind: [{id, name, error}], at most 200, and behind_count
  is_open: whether a migration is under way or asked for
  runs: the last few migrations and jobs, newest first: {id, work, state, state_label, note, started_by, started_at,
    heartbeat_at, finished_at, is_silent, counts: {state: number},
    waves: [{wave, label, total, done, failed, skipped, left}], failed: [{id, name, error}]}
  drift: null, or {checked_at, councils_differing, note, differing: [{id, name, differences}]}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from django.db.migrations.loader import MigrationLoader
from django.db.models import Count
from django.utils import timezone

from tenants import schemas
from tenants.context import on_commit
from tenants.fleet import ledger, standing
from tenants.fleet.ledger import DRIFT, MIGRATE, OPEN, STALE
from tenants.fleet.waves import LABELS
from tenants.models import Council, FleetRun, FleetStep, SchemaStatus
from tenants.waking import wake_shared

WORK: Final = "tenants.fleet.work"
QUEUE: Final = "migrator"

RUNS: Final = 5
LISTED: Final = 200


def overview() -> dict[str, Any]:
    """How far the councils have come, the last runs, and what drift was found: see the head of this module."""
    late = standing.behind(code_fingerprint())
    errors = dict(SchemaStatus.objects.exclude(error="").values_list("council_id", "error"))
    total = Council.objects.count()
    runs = list(FleetRun.objects.exclude(work=DRIFT).order_by("-started_at")[:RUNS])
    drift = FleetRun.objects.filter(work=DRIFT).order_by("-started_at").first()
    steps = _steps(runs)
    failed = _failed([*runs, *([drift] if drift else [])])
    names = _names(step["council_id"] for lines in failed.values() for step in lines)
    return {
        "councils": total,
        "current": total - len(late),
        "behind_count": len(late),
        "behind": [
            {"id": str(council.id), "name": council.name, "error": errors.get(council.id, "")}
            for council in late[:LISTED]
        ],
        "is_open": any(run.state == FleetRun.State.RUNNING and run.work == MIGRATE for run in runs),
        "runs": [_run(run, steps.get(run.id, {}), failed.get(run.id, []), names) for run in runs],
        "drift": _drift(drift, failed.get(drift.id, []), names) if drift else None,
    }


def start_fleet(*, asked_by: str) -> None:
    """Ask for a migration of the fleet, or for going on with the one that was stopped: a row, and a knock at the
    migrator's worker. Asking while one is under way only knocks."""
    open_runs = FleetRun.objects.filter(work=MIGRATE, state=FleetRun.State.RUNNING)
    if not open_runs.exists():
        last = FleetRun.objects.filter(work=MIGRATE).order_by("-started_at").first()
        if last and last.state == FleetRun.State.STOPPED and last.fingerprint == code_fingerprint():
            ledger.open_again(last.id)
        else:
            ledger.new_run(MIGRATE, asked_by=asked_by)
    on_commit(lambda: wake_shared(WORK, queue=QUEUE))


def code_fingerprint() -> str:
    """The fingerprint that this process's code wants councils to have. It does not change while a process runs."""
    if not _known:
        _known.append(schemas.fingerprint(MigrationLoader(None)))
    return _known[0]


_known: list[str] = []


def _steps(runs: Iterable[FleetRun]) -> dict[UUID, dict[int, dict[str, int]]]:
    """How many lines are in each state, by run and wave: one query."""
    found: dict[UUID, dict[int, dict[str, int]]] = {}
    counted = FleetStep.objects.filter(run__in=list(runs)).values_list("run_id", "wave", "state").annotate(Count("id"))
    for run_id, wave, state, number in counted.order_by("wave"):
        found.setdefault(run_id, {}).setdefault(wave, {})[state] = number
    return found


def _failed(runs: Iterable[FleetRun]) -> dict[UUID, list[Mapping[str, Any]]]:
    found: dict[UUID, list[Mapping[str, Any]]] = {}
    lines = FleetStep.objects.filter(run__in=list(runs), state=FleetStep.State.FAILED).order_by("id")
    for line in lines.values("run_id", "council_id", "error")[: LISTED * RUNS]:
        found.setdefault(line["run_id"], []).append(line)
    return found


def _names(ids: Iterable[UUID]) -> dict[UUID, str]:
    return dict(Council.objects.filter(id__in=set(ids)).values_list("id", "name"))


def _run(
    run: FleetRun,
    waves: Mapping[int, Mapping[str, int]],
    failed: Iterable[Mapping[str, Any]],
    names: Mapping[UUID, str],
) -> dict[str, Any]:
    is_running = run.state == FleetRun.State.RUNNING
    states = FleetStep.State.values
    return {
        "id": str(run.id),
        "work": run.work,
        "state": run.state,
        "state_label": str(FleetRun.State(run.state).label),
        "note": run.note,
        "started_by": run.started_by,
        "started_at": run.started_at.isoformat(),
        "heartbeat_at": run.heartbeat_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "is_silent": is_running and run.heartbeat_at < timezone.now() - STALE,
        "counts": {state: sum(wave.get(state, 0) for wave in waves.values()) for state in states},
        "waves": [_wave(number, wave) for number, wave in waves.items()],
        "failed": [
            {"id": str(line["council_id"]), "name": names.get(line["council_id"], ""), "error": line["error"]}
            for line in failed
        ],
    }


def _wave(number: int, wave: Mapping[str, int]) -> dict[str, Any]:
    return {
        "wave": number,
        "label": LABELS[number] if number < len(LABELS) else "",
        "total": sum(wave.values()),
        "done": wave.get(FleetStep.State.DONE, 0),
        "failed": wave.get(FleetStep.State.FAILED, 0),
        "skipped": wave.get(FleetStep.State.SKIPPED, 0),
        "left": sum(wave.get(state, 0) for state in OPEN),
    }


def _drift(run: FleetRun, lines: list[Mapping[str, Any]], names: Mapping[UUID, str]) -> dict[str, Any]:
    return {
        "checked_at": run.started_at.isoformat(),
        "councils_differing": len(lines),
        "note": run.note,
        "differing": [
            {"id": str(line["council_id"]), "name": names.get(line["council_id"], ""), "differences": line["error"]}
            for line in lines
        ],
    }
