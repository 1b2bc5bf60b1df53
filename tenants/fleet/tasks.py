"""The fleet's work in the background: the migrator's worker goes on with whatever migration is open, and an ordinary
worker with jobs whose process went away."""

from __future__ import annotations

import logging

from celery import shared_task

from tenants.fleet import ledger
from tenants.fleet.drift import check_drift
from tenants.fleet.jobs import go_on_with_jobs
from tenants.fleet.ledger import MIGRATE
from tenants.fleet.running import FleetResult, migrate_councils
from tenants.process import is_migrator
from tenants.tasks import SharedTask

logger = logging.getLogger(__name__)


@shared_task(base=SharedTask, name="tenants.fleet.work")  # type: ignore[untyped-decorator]  # celery ships no types
def work() -> None:
    """Go on with the migration that is asked for or was left half-way. Else, nothing."""
    if not is_migrator():
        logger.error("fleet_work_came_to_the_wrong_worker")
        return
    if ledger.open_run(MIGRATE) is not None:
        result = migrate_councils(lambda _line: None, patience=0)
        logger.info("fleet_worked", extra={"count": len(result.migrated), "outcome": _outcome(result)})


def _outcome(result: FleetResult) -> str:
    if result.is_busy:
        return "busy"
    return "stopped" if result.is_stopped else "failures" if result.failed else "done"


@shared_task(base=SharedTask, name="tenants.fleet.go_on_with_jobs")  # type: ignore[untyped-decorator]  # as above
def take_up_jobs() -> None:
    """Take up jobs over all councils that nobody is at any more."""
    go_on_with_jobs()


@shared_task(base=SharedTask, name="tenants.fleet.look_for_drift")  # type: ignore[untyped-decorator]  # as above
def look_for_drift() -> None:
    """Compare every council's schema with what its migrations say. What differs stands in the ledger."""
    if is_migrator():
        found = check_drift(asked_by="the schedule")
        logger.info("fleet_drift", extra={"count": len(found.drifted)})
