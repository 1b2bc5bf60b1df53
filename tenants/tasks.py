"""The base of every task: it carries its council in the message, and refuses to run without one.

A task's days are its council's own: it runs in the council's time zone, whatever the machine's or the scheduler's is.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, ClassVar

from celery import Task, shared_task
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from tenants.context import CouncilRef, current, inside, shared
from tenants.errors import NoCouncil
from tenants.exit_copy import deletion
from tenants.models import Council, SpentToken
from tenants.orders.work import APP, MIGRATOR
from tenants.orders.working import waits_for, work
from tenants.queries import all_councils, council_by_schema
from tenants.waking import HEADER, wake, wake_orders

__all__ = ["HEADER", "CouncilJob", "CouncilTask", "SharedTask", "every_council"]


class CouncilTask(Task):  # type: ignore[misc]  # celery ships no types
    """A task of one council: `run` happens inside its scope, in one transaction.

    Called inside a scope it takes that council; elsewhere (a scheduler, a callback after commit) call `send_to`.
    It returns nothing, may run twice, and does the same the second time.
    """

    abstract = True
    acks_late: ClassVar[bool] = True
    reject_on_worker_lost: ClassVar[bool] = True
    ignore_result: ClassVar[bool] = True

    def apply_async(self, args: Any = None, kwargs: Any = None, **options: Any) -> Any:
        """Queue the task for the present council. Raises NoCouncil when there is none and none is named."""
        headers = dict(options.pop("headers", None) or {})
        if HEADER not in headers:
            council = current()
            if council is None:
                raise NoCouncil(f"The task {self.name} was called without a council.")
            headers[HEADER] = council.schema_name
        return super().apply_async(args, kwargs, headers=headers, **options)

    def send_to(self, council: CouncilRef, *args: Any, **kwargs: Any) -> Any:
        """Queue the task for `council`, from outside of every scope."""
        return self.apply_async(args, kwargs, headers={HEADER: council.schema_name})

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        """Run inside the council the message names. Raises NoCouncil when it names none that is here."""
        council = self.council()
        with its_own_time(council), inside(council, actor=f"task:{self.name}"):
            self.run(*args, **kwargs)

    def council(self) -> CouncilRef:
        """The council the message names. Raises NoCouncil when it names none that is here."""
        schema_name = getattr(self.request, HEADER, None) or (self.request.headers or {}).get(HEADER)
        council = council_by_schema(schema_name) if schema_name else None
        if council is None:
            raise NoCouncil(f"The task {self.name} came without a council that is here, and was not run.")
        return council


class CouncilJob(CouncilTask):
    """A task of several units of work: `run(council, ...)` opens `inside(council)` for each by itself.

    For work that is slow between its transactions (a mail server) or too long for one.
    """

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> None:
        """Run with the council the message names. Raises NoCouncil when it names none that is here."""
        council = self.council()
        with its_own_time(council):
            self.run(council, *args, **kwargs)


class SharedTask(Task):  # type: ignore[misc]  # celery ships no types
    """A task of the deployment's own world: it opens `shared()` where it needs it, and enters no council.

    It returns nothing, may run twice, and does the same the second time.
    """

    abstract = True
    acks_late: ClassVar[bool] = True
    reject_on_worker_lost: ClassVar[bool] = True
    ignore_result: ClassVar[bool] = True


def its_own_time(council: CouncilRef) -> AbstractContextManager[Any]:
    """Have days and times be `council`'s own. What its time zone is, the setting COUNCIL_TIME_ZONE knows, not we."""
    return timezone.override(import_string(settings.COUNCIL_TIME_ZONE)(council))


@shared_task(base=SharedTask, name="tenants.every_council")  # type: ignore[untyped-decorator]  # celery ships no types
def every_council(task: str) -> None:
    """Queue the task named `task` for each council of this deployment. It touches no council's data itself.

    A suspended council is left alone by the tasks that the setting PAUSED_WHILE_SUSPENDED names.
    """
    pauses = task in settings.PAUSED_WHILE_SUSPENDED
    for council in all_councils():
        if not (pauses and council.state == Council.State.SUSPENDED):
            wake(task, council)


@shared_task(base=SharedTask, name="tenants.work_orders")  # type: ignore[untyped-decorator]  # celery ships no types
def work_orders() -> None:
    """Do what orders ask of ordinary processes, and wake the migrator where one waits for it."""
    work(APP)
    with shared(actor="orders"):
        waits = waits_for(MIGRATOR)
    if waits:
        wake_orders(MIGRATOR)


@shared_task(base=SharedTask, name="tenants.work_orders_migrator")  # type: ignore[untyped-decorator]  # celery ships no types
def work_orders_migrator() -> None:
    """Do what orders ask of the migrator: its workers alone listen to its queue."""
    work(MIGRATOR)


@shared_task(base=SharedTask, name="tenants.forget_spent_tokens")  # type: ignore[untyped-decorator]  # celery ships no types
def forget_spent_tokens() -> None:
    """Forget the console's tokens that have run out: nothing opens with them any more."""
    with shared(actor="sweeper"):
        SpentToken.objects.filter(expires_at__lt=timezone.now()).delete()


@shared_task(base=SharedTask, name="tenants.sweep_deleted")  # type: ignore[untyped-decorator]  # celery ships no types
def sweep_deleted() -> None:
    """Delete files that were written for a council in the moment in which it was deleted."""
    deletion.sweep_deleted()
