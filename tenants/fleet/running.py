"""Runs that migrate the fleet: planned once, gone on with by whoever comes next, stopped when too much fails.

One process at a time works on runs (a lock of its session says so, and goes with the process); inside it a few threads
share a wave, each with a connection of the migrator's own. The next wave begins when the last one is through.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Final

from django.db import connection as default_connection
from django.db import transaction
from django.db.migrations.loader import MigrationLoader

from tenants import schemas
from tenants.fleet import forward, ledger, preparing, standing
from tenants.fleet.ledger import RunHere, StepHere
from tenants.fleet.preparing import Way
from tenants.fleet.waves import CANARY, LABELS, Candidate, in_waves, tolerated
from tenants.models import Council, FleetRun, FleetStep, SchemaStatus
from tenants.names import SHARED_SCHEMA

Report = Callable[[str], None]

THREADS: Final = 3
HEARTBEAT_SECONDS: Final = 2.0
RUNNER_LOCK: Final = 0x50570002_00000001
OVERTAKEN: Final = "Another release came before it was through."


@dataclass(frozen=True, slots=True)
class FleetResult:
    """What a run did: schema names, opaque as they are, may be printed. `is_busy`: another process was at it."""

    current: int
    migrated: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    note: str = ""
    is_stopped: bool = False
    is_busy: bool = False

    @property
    def is_good(self) -> bool:
        """Whether every council is where it should be."""
        return not (self.failed or self.is_stopped or self.is_busy)


def migrate_shared(report: Report) -> int:
    """Bring the shared schema forward. Returns how many migrations ran."""
    return schemas.migrate(SHARED_SCHEMA, report)


def migrate_councils(report: Report, *, asked_by: str = "", patience: float = 600.0) -> FleetResult:
    """Bring every council that is behind to the code's migrations. Asks first and touches only those that are behind.

    Goes on with a run that was killed. Where another process is at it, waits `patience` seconds for it to end.
    """
    schemas.require_migrator()
    with _only_runner(patience) as is_alone:
        if not is_alone:
            return FleetResult(0, note="Another process is bringing the councils forward.", is_busy=True)
        loader = MigrationLoader(None)
        mark = schemas.fingerprint(loader)
        run = ledger.open_run(ledger.MIGRATE)
        if run and run.fingerprint not in {"", mark}:
            ledger.close(run, FleetRun.State.STOPPED, OVERTAKEN)
            run = None
        if run is None:
            if not standing.behind(mark):
                return FleetResult(Council.objects.count())
            run = ledger.begin(ledger.MIGRATE, asked_by=asked_by)
        return _go_on(run, mark, loader, report)


def resume(report: Report, *, asked_by: str = "", patience: float = 600.0) -> FleetResult:
    """Go on with the last run: one that was killed, or one that was stopped after failures, whose failed councils are
    tried again. A run for another release is not taken up: a new one begins."""
    stopped = ledger.last_stopped(ledger.MIGRATE)
    if stopped and stopped.fingerprint == schemas.fingerprint(MigrationLoader(None)):
        ledger.reopen(stopped)
    return migrate_councils(report, asked_by=asked_by, patience=patience)


@contextlib.contextmanager
def _only_runner(patience: float) -> Iterator[bool]:
    """Whether this process may work on runs; the lock ends with the session, however the process ends."""
    held = False
    for _try in range(max(1, int(patience * 2))):
        held = _ask("SELECT pg_try_advisory_lock(%s)")
        if held or not patience:
            break
        threading.Event().wait(0.5)
    try:
        yield held
    finally:
        if held:
            _ask("SELECT pg_advisory_unlock(%s)")


def _ask(statement: str) -> bool:
    with default_connection.cursor() as cursor:
        cursor.execute(statement, (RUNNER_LOCK,))
        return bool(cursor.fetchone()[0])


def _go_on(run: RunHere, mark: str, loader: MigrationLoader, report: Report) -> FleetResult:
    run = _planned(run, mark)
    left = ledger.steps_left(run)
    ways = preparing.ways(
        [step.schema_name for steps in left.values() for step in steps], frozenset(schemas.council_migrations(loader))
    )
    stopped = ""
    for wave, steps in left.items():
        report(f"{LABELS[wave]}: {len(steps)}")
        _Wave(run, steps, mark, ways).work()
        failed, size = ledger.failures(run, wave)
        if failed > tolerated(wave, size):
            stopped = f"Stopped: {failed} of {size} councils failed ({LABELS[wave].lower()})."
            break
    return _ended(run, stopped)


def _planned(run: RunHere, mark: str) -> RunHere:
    if run.fingerprint:
        return run
    canaries = set(SchemaStatus.objects.filter(is_canary=True).values_list("council_id", flat=True))
    late = [
        Candidate(council.id, council.schema_name, council.id in canaries, council.state == Council.State.TRAINING)
        for council in standing.behind(mark)
    ]
    return ledger.plan(run, mark, in_waves(late))


def _ended(run: RunHere, stopped: str) -> FleetResult:
    failed = tuple(ledger.failed_lines(run))
    counts = ledger.counts(run)
    note = stopped or (f"{len(failed)} of {sum(counts.values())} councils failed." if failed else "")
    ledger.close(run, FleetRun.State.STOPPED if stopped else FleetRun.State.DONE, note)
    current = Council.objects.count() - sum(counts.values())
    return FleetResult(max(current, 0), tuple(ledger.done_schemas(run)), failed, note, bool(stopped))


class _Wave:
    """One wave's councils, shared out among a few threads. A wave after the canaries ends early when too much fails."""

    def __init__(self, run: RunHere, steps: Sequence[StepHere], mark: str, ways: Mapping[str, Way]) -> None:
        self.run, self.mark, self.ways = run, mark, ways
        self._steps = iter(steps)
        self._lock = threading.Lock()
        self._wave = steps[0].wave
        self._failed, self._size = ledger.failures(run, self._wave)
        self._is_over = False
        # Two indexes built concurrently would wait for each other's end.
        alone = any(way.recipe and not way.recipe.is_atomic for way in ways.values())
        self._threads = 1 if alone else min(THREADS, len(steps))

    def work(self) -> None:
        """Do the wave. Raises what is no council's failure: a database that is away."""
        with ThreadPoolExecutor(self._threads, thread_name_prefix="fleet") as pool:
            working = [pool.submit(self._take_turns) for _ in range(self._threads)]
            waiting = set(working)
            while waiting:
                _done, waiting = wait(waiting, timeout=HEARTBEAT_SECONDS)
                ledger.beat(self.run)
        for one in working:
            one.result()

    def _take_turns(self) -> None:
        try:
            while (step := self._next()) is not None:
                state = do_step(step, self.ways.get(step.schema_name), self.mark)
                if state == FleetStep.State.FAILED:
                    self._count_failure()
        except BaseException:
            self._is_over = True
            raise
        finally:
            schemas.connection().close()

    def _next(self) -> StepHere | None:
        with self._lock:
            return None if self._is_over else next(self._steps, None)

    def _count_failure(self) -> None:
        with self._lock:
            self._failed += 1
            if self._wave != CANARY and self._failed > tolerated(self._wave, self._size):
                self._is_over = True


def do_step(step: StepHere, way: Way | None, mark: str) -> str:
    """Do one line of the ledger. Returns its state after it."""
    if way is None:
        return forward.without_a_way(step)
    if way.recipe is not None:
        return forward.bring_forward(step, way.recipe, mark=mark, all_grants=way.all_grants)
    with transaction.atomic(durable=True), schemas.connection().cursor() as cursor:
        return forward.skip(cursor, step, forward.AHEAD)
