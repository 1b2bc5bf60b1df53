"""Asking a worker to look soon. What must happen is a row already; a broker that is away only makes it later."""

from __future__ import annotations

import logging
import time
from typing import Any, Final

from celery import current_app
from django.conf import settings
from kombu.exceptions import OperationalError

from tenants.context import CouncilRef, current, on_commit
from tenants.process import MIGRATOR

logger = logging.getLogger(__name__)

HEADER: Final = "patchwork_council"
"""The message header that carries a task's council."""


ORDINARY_QUEUE: Final = "celery"
"""The queue of ordinary workers: Celery's own name for it. The migrator's workers have one of their own."""

KNOCK_AGAIN_SECONDS: Final = 10.0
"""A broker that did not answer is left alone for so long: one request waits for it, not every one."""

_not_before = 0.0


def wake(task: str, council: CouncilRef) -> bool:
    """Queue the task named `task` for `council`. Returns whether the broker took it: it may be away."""
    return _send(task, headers={HEADER: council.schema_name})


def wake_shared(task: str, *, queue: str | None = None, **said: str) -> bool:
    """Queue the task named `task`, which works in the deployment's own world. Returns whether the broker took it."""
    return _send(task, queue=queue, kwargs=said)


def facts_changed() -> None:
    """Have what the deployment knows of the present council counted anew, once this unit of work is committed.

    Outside of a council there is nothing to count. A broker that is away makes it later: it is counted every hour.
    """
    council = current()
    if council is not None:
        on_commit(lambda: wake(settings.FACTS_TASK, council))


def wake_orders(process: str) -> bool:
    """Have the workers of a kind of process look for orders. Returns whether the broker took it."""
    if process == MIGRATOR:
        return wake_shared("tenants.work_orders_migrator", queue=MIGRATOR)
    return wake_shared("tenants.work_orders", queue=ORDINARY_QUEUE)


def _send(task: str, **options: Any) -> bool:
    global _not_before  # one number a process; an old one does no harm
    if time.monotonic() < _not_before:
        return False
    try:
        current_app.send_task(task, ignore_result=True, **options)
    except (OperationalError, OSError):
        _not_before = time.monotonic() + KNOCK_AGAIN_SECONDS
        logger.warning(
            "broker_unreachable", extra={"task": task, "council": options.get("headers", {}).get(HEADER, "")}
        )
        return False
    return True
