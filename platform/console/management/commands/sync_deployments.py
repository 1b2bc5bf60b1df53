"""`manage.py sync_deployments`: what the console's task does every minute, now and without a worker."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from console.actions.syncing import sync_all


class Command(BaseCommand):
    """Sends orders that were not sent, and hears from every deployment."""

    requires_system_checks: list[str] = []  # they run when the site starts
    help = "Send what is not sent yet, and hear from every deployment."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Sync, and say how many answered."""
        self.stdout.write(f"{sync_all()} deployments answered.")
