"""`manage.py fleet_job TASK`: one task in every council, by the ledger that migrations use."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.context import shared
from tenants.fleet import run_job
from tenants.models import FleetRun, FleetStep


class Command(BaseCommand):
    """Runs the task in each council and says how many failed. Run again after a kill, it goes on."""

    help = "Run a task once in every council."

    def add_arguments(self, parser: CommandParser) -> None:
        """The task, and whether to go in waves."""
        parser.add_argument("task")
        parser.add_argument("--waves", action="store_true", help="canaries first, and stop when too much fails")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Run it."""
        try:
            run_id = run_job(
                options["task"], asked_by="manage.py fleet_job", cautious=options["waves"],
                report=lambda line: self.stdout.write(f"  {line}"),
            )  # fmt: skip
        except ValueError as unknown:
            raise CommandError(str(unknown)) from unknown
        with shared(actor="fleet"):
            run = FleetRun.objects.get(id=run_id)
            states = list(FleetStep.objects.filter(run=run).values_list("state", flat=True))
        if run.state == FleetRun.State.RUNNING:
            raise CommandError("Another process is at this job.")
        done, failed = states.count(FleetStep.State.DONE), states.count(FleetStep.State.FAILED)
        self.stdout.write(f"Done in {done} of {len(states)} councils, {failed} failed. {run.note}".strip())
        if failed or run.state == FleetRun.State.STOPPED:
            raise CommandError("Not every council is done.")
