"""The console's tasks: thin, each calls an action. Scheduled only where there is a console."""

from __future__ import annotations

from celery import shared_task

from console.actions import syncing
from tenants.tasks import SharedTask


@shared_task(base=SharedTask, name="console.sync")  # type: ignore[untyped-decorator]  # celery ships no types
def sync() -> None:
    """Send orders that were not sent, and hear from every deployment."""
    syncing.sync_all()
