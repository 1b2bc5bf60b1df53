"""Error reports, metrics and heartbeats."""

import os

from config.settings.env import STATE_DIR, env

__all__ = [
    "CELERY_BEAT_SCHEDULER",
    "CELERY_BEAT_SCHEDULE_FILENAME",
    "HEARTBEATS",
    "METRICS_FOLDER",
    "METRICS_HOST",
    "METRICS_TOKEN",
    "SENTRY_DSN",
]

SENTRY_DSN = env.text("PATCHWORK_SENTRY_DSN")
METRICS_HOST = env.text("PATCHWORK_METRICS_HOST")
METRICS_TOKEN = env.text("PATCHWORK_METRICS_TOKEN")
METRICS_FOLDER = env.folder("PATCHWORK_METRICS_FOLDER")
if METRICS_FOLDER:
    # prometheus_client looks for it under this name, when it is imported: that is later than the settings.
    METRICS_FOLDER.mkdir(parents=True, exist_ok=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS_FOLDER)
HEARTBEATS = STATE_DIR / "heartbeats"
"""Where a worker and a scheduler leave word that they live: `manage.py check_worker` looks there."""
CELERY_BEAT_SCHEDULER = "config.watching.heartbeat:BeatingScheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(STATE_DIR / "schedule")
