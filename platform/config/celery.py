"""The task application: `celery -A config worker`, `celery -A config beat`."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_after_setup
from django.conf import settings

from tenants.process import MIGRATOR, is_migrator

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("patchwork")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["consumer"].add("config.watching.heartbeat:WorkerHeartbeat")
app.autodiscover_tasks(lambda: [*settings.INSTALLED_APPS, "tenants.fleet"])


@celeryd_after_setup.connect(weak=False)  # type: ignore[untyped-decorator]  # celery ships no types
def listen_to_its_own_queue(instance: Any, **_said: Any) -> None:
    """Have a migrator's worker (PATCHWORK_PROCESS=migrator) take the migrator's work alone, and every other none of it.

    Whatever -Q said: councils' tasks would run as the migrator, or the migrator's as nobody who may.
    """
    queues = instance.app.amqp.queues
    if is_migrator():
        queues.select([MIGRATOR])
    else:
        queues.deselect([MIGRATOR])
