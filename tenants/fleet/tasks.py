"""The fleet's work in the background: the migrator's worker goes on with whatever migration is open, and an ordinary
worker with jobs whose process went away."""

from __future__ import annotations

import logging

from celery import shared_task

from tenants.fleet import ledger
from tenants.fleet.jobs import go_on_with_jobs
from tenants.fleet.ledger import MIGRATE
from tenants.fleet.running import migrate_councils
from tenants.process import is_migrator

logger = logging.getLogger(__name__)


@shared_task(name="tenants.fleet.work", ignore_result=True, acks_late=True)  # type: ignore[untyped-decorator]  # celery ships no types
def work() -> None:
    """Go on with the migration that is asked for or was left half-way. Else, nothing."""
    if not is_migrator():
        logger.error("fleet_work_came_to_the_wrong_worker")
        return
    if ledger.open_run(MIGRATE) is not None:
        result = migrate_councils(lambda _line: None, patience=0)
        logger.info("fleet_worked", extra={"done": len(result.migrated), "failed": len(result.failed)})


@shared_task(name="tenants.fleet.go_on_with_jobs", ignore_result=True)  # type: ignore[untyped-decorator]  # as above
def take_up_jobs() -> None:
    """Take up jobs over all councils that nobody is at any more."""
    go_on_with_jobs()
