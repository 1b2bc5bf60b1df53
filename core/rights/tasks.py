"""Tasks of rights."""

from __future__ import annotations

from celery import shared_task

from core import clock
from core.rights.actions import warn
from core.rights.actions.retention import close_clients, delete_due
from core.rights.queries.due import due_after, periods_now
from tenants.context import CouncilRef, inside
from tenants.tasks import CouncilJob, CouncilTask

ACTOR = "task:rights.keep_retention"


@shared_task(base=CouncilJob, name="rights.keep_retention")  # type: ignore[untyped-decorator]  # celery ships no types
def keep_retention(council: CouncilRef) -> None:
    """Close and delete what is due, each client in a unit of work of its own. Safe to stop, and to run again."""
    closed = -1
    while closed:
        with inside(council, actor=ACTOR):
            closed = close_clients()
    last = None
    while True:
        with inside(council, actor=ACTOR):
            due = due_after(last, today=clock.today(), periods=periods_now())
            if not due:
                return
            last = due[0].client_id
            delete_due(due)


@shared_task(base=CouncilTask, name="rights.warn_of_what_is_due")  # type: ignore[untyped-decorator]  # as above
def warn_of_what_is_due() -> None:
    """Tell information-governance officers of the requests that fall due. The scheduler calls it every day."""
    warn.warn_of_what_is_due()
