"""`manage.py work_orders`: do what orders ask of this kind of process, until none is left, without a worker."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tenants.orders.work import APP, MIGRATOR
from tenants.orders.working import work
from tenants.process import is_migrator


class Command(BaseCommand):
    """With PATCHWORK_PROCESS=migrator in its environment it does the migrator's part."""

    requires_system_checks: list[str] = []  # they run when the site starts
    help = "Do the steps of orders that this kind of process may do (PATCHWORK_PROCESS=migrator for the migrator's)."

    def add_arguments(self, parser: CommandParser) -> None:
        """How many steps at most."""
        parser.add_argument("--most", type=int, default=None, help="stop after so many steps")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Work, and say how many steps were done."""
        done = work(MIGRATOR if is_migrator() else APP, most=options["most"])
        self.stdout.write(f"{done} steps done.")
