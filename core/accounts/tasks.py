"""Tasks of sign-in: thin, and safe to run twice."""

from __future__ import annotations

from celery import shared_task

from core.accounts.actions.sweeping import sweep as sweep_now
from tenants.context import shared
from tenants.tasks import CouncilTask, SharedTask


@shared_task(base=CouncilTask, name="accounts.sweep")  # type: ignore[untyped-decorator]  # celery ships no types
def sweep() -> None:
    """Delete what sign-in no longer needs in this council."""
    sweep_now()


@shared_task(base=SharedTask, name="accounts.sweep_shared")  # type: ignore[untyped-decorator]  # as above
def sweep_shared() -> None:
    """Delete what the operators' sign-in no longer needs."""
    with shared(actor="task:accounts.sweep_shared"):
        sweep_now()
