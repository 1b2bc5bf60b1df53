"""Tasks of a council's administration: thin, and safe to run twice."""

from __future__ import annotations

from celery import shared_task

from core.council.actions.support import end_what_ran_out
from tenants.tasks import CouncilTask


@shared_task(base=CouncilTask, name="council.end_support")  # type: ignore[untyped-decorator]  # celery ships no types
def end_support() -> None:
    """Close the accounts of operators whose support access ran out."""
    end_what_ran_out()
