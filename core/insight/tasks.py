"""The task that counts a council: every hour, and when something that the console waits on has changed."""

from __future__ import annotations

from celery import shared_task

from core.insight.actions import count as count_now
from tenants.context import CouncilRef
from tenants.tasks import CouncilJob


@shared_task(base=CouncilJob, name="insight.count")  # type: ignore[untyped-decorator]  # celery ships no types
def count(council: CouncilRef) -> None:
    """Count this council."""
    count_now(council)
