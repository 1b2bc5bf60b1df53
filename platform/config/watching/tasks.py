"""One line and one count for each task, and the tags that its error report carries.

Celery tells of these moments by its signals alone; nothing of the product's own logic hangs on them.
"""

from __future__ import annotations

import logging
import time
from typing import Any, Final

import structlog
from celery import signals

from config.watching import metrics, process
from tenants.names import SHARED_SCHEMA
from tenants.waking import HEADER

logger = logging.getLogger(__name__)

OUTCOMES: Final = {"SUCCESS": "success", "FAILURE": "failure", "RETRY": "retry"}


def _worker_starts(**_told: Any) -> None:
    process.mark(process.WORKER)


def _scheduler_starts(**_told: Any) -> None:
    process.mark(process.SCHEDULER)


def _begins(task: Any = None, **_told: Any) -> None:
    # Bound before the work, so that every line of it and a report of its failing name the task and the council.
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(task=task.name, council=council_of(task))
    task.request.began = time.perf_counter()


def _ends(task: Any = None, state: str = "", **_told: Any) -> None:
    seconds = time.perf_counter() - getattr(task.request, "began", time.perf_counter())
    outcome = OUTCOMES.get(state, "other")
    metrics.count_task(task=task.name, outcome=outcome, seconds=seconds, known=task.app.tasks)
    words = {"task": task.name, "outcome": outcome, "duration_ms": round(seconds * 1000, 1)}
    logger.log(logging.ERROR if outcome == "failure" else logging.INFO, "task_ended", extra=words)
    structlog.contextvars.clear_contextvars()


def council_of(task: Any) -> str:
    """The opaque name of the council that a task's message carries; the shared world's where it carries none."""
    headers = task.request.headers or {}
    return str(getattr(task.request, HEADER, None) or headers.get(HEADER) or SHARED_SCHEMA)


signals.celeryd_init.connect(_worker_starts, weak=False)
signals.beat_init.connect(_scheduler_starts, weak=False)
signals.task_prerun.connect(_begins, weak=False)
signals.task_postrun.connect(_ends, weak=False)
