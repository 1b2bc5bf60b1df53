"""Tasks of the outbox: thin, and safe to run twice."""

from __future__ import annotations

from celery import shared_task

from core.notices.actions import DRAIN, DRAIN_SHARED
from core.notices.outbox import drain
from tenants.context import CouncilRef
from tenants.tasks import CouncilJob, SharedTask


@shared_task(base=CouncilJob, name=DRAIN)  # type: ignore[untyped-decorator]  # celery ships no types
def drain_outbox(council: CouncilRef) -> None:
    """Do what is due in this council's outbox."""
    drain(council)


@shared_task(base=SharedTask, name=DRAIN_SHARED)  # type: ignore[untyped-decorator]  # as above
def drain_shared_outbox() -> None:
    """Do what is due in the operators' outbox."""
    drain(None)
