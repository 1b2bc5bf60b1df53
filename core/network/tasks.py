"""Tasks of the network."""

from __future__ import annotations

from celery import shared_task

from core.network import actions
from tenants.tasks import CouncilTask


@shared_task(base=CouncilTask, name="network.send_reminders")  # type: ignore[untyped-decorator]  # celery ships no types
def send_reminders() -> None:
    """Remind of the conversations that are due. The scheduler calls it every day for every council."""
    actions.send_reminders()
