"""Work outside of a request: tasks and the schedule. No result is kept, so any broker will do."""

from celery.schedules import crontab

from config.settings.env import BROKER_URL

__all__ = [
    "CELERY_BEAT_SCHEDULE",
    "CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP",
    "CELERY_BROKER_CONNECTION_TIMEOUT",
    "CELERY_BROKER_TRANSPORT_OPTIONS",
    "CELERY_BROKER_URL",
    "CELERY_TASK_ACKS_LATE",
    "CELERY_TASK_IGNORE_RESULT",
    "CELERY_TASK_PUBLISH_RETRY",
    "CELERY_TIMEZONE",
    "CELERY_WORKER_HIJACK_ROOT_LOGGER",
    "CELERY_WORKER_POOL",
    "EMAIL_BACKEND",
]  # fmt: skip

CELERY_BROKER_URL = BROKER_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 1.0
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 1, "socket_timeout": 5, "visibility_timeout": 3600}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
# A broker that is away must not hold a request up: the work is a row already, and the sweeper finds it.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_POOL = "threads"
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "sweep the outboxes": {"task": "tenants.every_council", "schedule": 60.0, "args": ["notices.drain_outbox"]},
    "remind of conversations": {
        "task": "tenants.every_council", "schedule": crontab(hour="6", minute="15"), "args": ["network.send_reminders"],
    },
}  # fmt: skip

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
