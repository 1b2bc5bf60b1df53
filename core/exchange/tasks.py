"""Tasks of exchange."""

from __future__ import annotations

from celery import shared_task

from core.exchange.actions import exit_copies
from tenants.context import CouncilRef
from tenants.tasks import CouncilJob


@shared_task(base=CouncilJob, name=exit_copies.MAKE)  # type: ignore[untyped-decorator]  # celery ships no types
def make_exit_copies(council: CouncilRef) -> None:
    """Make the exit copies that wait. Asked for at once, and again by the scheduler."""
    exit_copies.make_waiting(council)


@shared_task(base=CouncilJob, name="exchange.tidy_exit_copies")  # type: ignore[untyped-decorator]  # as above
def tidy_exit_copies(council: CouncilRef) -> None:
    """Delete exit copies whose time is over. The scheduler calls it every hour."""
    exit_copies.delete_old(council)
