"""Tasks of sign-in: thin, and safe to run twice."""

from __future__ import annotations

from celery import shared_task

from core.accounts.actions.sweeping import sweep as sweep_now
from tenants.tasks import CouncilTask


@shared_task(base=CouncilTask, name="accounts.sweep")  # type: ignore[untyped-decorator]  # celery ships no types
def sweep() -> None:
    """Delete what sign-in no longer needs in this council."""
    sweep_now()
