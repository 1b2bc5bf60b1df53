"""`manage.py count_councils`: every council's numbers and facts now, without waiting for the hour."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from core.insight.actions import count
from tenants.queries import all_councils
from tenants.tasks import its_own_time


class Command(BaseCommand):
    """Counts; what counts people is hidden below 5, as ever."""

    help = "Count every council now: numbers and facts for the console."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Count each, in its own time zone, and say how many."""
        councils = all_councils()
        for council in councils:
            with its_own_time(council):
                count(council)
        self.stdout.write(f"Counted: {len(councils)} councils.")
