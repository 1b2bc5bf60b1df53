"""Tasks of the network."""

from __future__ import annotations

from celery import shared_task

from core.network import actions
from core.network.actions.limited_sight import escalate_unreviewed as escalate_now
from core.network.rehearsal.work import REHEARSE, work_off
from tenants.context import CouncilRef
from tenants.tasks import CouncilJob, CouncilTask


@shared_task(base=CouncilJob, name="network.keep_time")  # type: ignore[untyped-decorator]  # celery ships no types
def keep_time(council: CouncilRef) -> None:
    """Keep the council's present day. The scheduler calls it every hour; it acts once a day of the council's own."""
    actions.keep_time(council)


@shared_task(base=CouncilJob, name=REHEARSE)  # type: ignore[untyped-decorator]  # celery ships no types
def rehearse_policy(council: CouncilRef) -> None:
    """Work off the rehearsals that this council waits for. Asked for when one begins, and again by the scheduler."""
    work_off(council)


@shared_task(base=CouncilTask, name="network.escalate_unreviewed")  # type: ignore[untyped-decorator]  # as above
def escalate_unreviewed() -> None:
    """Bring limited sights that nobody reviewed in time to those above."""
    escalate_now()
