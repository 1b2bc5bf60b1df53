"""What the scheduler asks for is there: a name that no worker knows would be thrown away without a word."""

from __future__ import annotations

from django.conf import settings


def test_every_scheduled_name_is_a_task_that_workers_know():
    from config.celery import app

    app.loader.import_default_modules()
    asked = set()
    for entry in settings.CELERY_BEAT_SCHEDULE.values():
        asked.add(entry["task"])
        if entry["task"] == "tenants.every_council":
            asked.update(entry["args"])
    asked.add(settings.FACTS_TASK)
    assert len(asked) > 10
    assert asked - set(app.tasks) == set()
