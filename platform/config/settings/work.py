"""Work outside of a request: tasks and the schedule. No result is kept, so any broker will do."""

from urllib.parse import unquote, urlsplit

from celery.schedules import crontab

from config.settings.env import BROKER_URL, CONSOLE_HOST, STATE_DIR, env

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
    "COUNCIL_TIME_ZONE",
    "DEFAULT_FROM_EMAIL",
    "DELETION_WAIT_DAYS",
    "EINVOICE_FOLDER",
    "EMAIL_BACKEND",
    "EMAIL_FILE_PATH",
    "EMAIL_HOST",
    "EMAIL_HOST_PASSWORD",
    "EMAIL_HOST_USER",
    "EMAIL_PORT",
    "EMAIL_TIMEOUT",
    "EMAIL_USE_SSL",
    "EMAIL_USE_TLS",
    "FACTS_TASK",
    "MAIL_DOMAIN",
    "OUTBOX_DEEDS",
    "OUTBOX_LETTERS",
    "PACKS_FOLDER",
    "PAUSED_WHILE_SUSPENDED",
    "TALLY_SECONDS",
]

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
COUNCIL_TIME_ZONE = "config.council_time.time_zone_of"
"""What tells tasks the time zone of their council: the kernel knows no law pack."""

FACTS_TASK = "insight.count"
"""The job that counts a council and tells the deployment: also asked for when something that the console waits on has
changed."""
PACKS_FOLDER = env.folder("PATCHWORK_PACKS")
TALLY_SECONDS = env.number("PATCHWORK_TALLY_SECONDS")

CELERY_BEAT_SCHEDULE = {
    # An order is worked on at once: this goes on with one whose worker or broker went away.
    "go on with orders": {"task": "tenants.work_orders", "schedule": 30.0},
    # A migration or a job is begun at once: these go on with one whose worker went away. A deployment without a
    # migrator's worker must not gather messages for one.
    "go on with migrations": {
        "task": "tenants.fleet.work", "schedule": 120.0, "options": {"queue": "migrator", "expires": 110},
    },
    "go on with jobs over all councils": {"task": "tenants.fleet.go_on_with_jobs", "schedule": 120.0},
    "look for altered schemas": {
        "task": "tenants.fleet.look_for_drift", "schedule": crontab(hour="1", minute="30"),
        "options": {"queue": "migrator", "expires": 3600},
    },
    "forget spent tokens": {"task": "tenants.forget_spent_tokens", "schedule": crontab(minute="35")},
    "sweep files of deleted councils": {"task": "tenants.sweep_deleted", "schedule": crontab(hour="3", minute="20")},
    # Every hour: a day's numbers are those of its last hour, and a broker that was away makes the facts an hour late.
    "count every council": {
        "task": "tenants.every_council", "schedule": crontab(minute="50"), "args": ["insight.count"],
    },
    # Who ran out of time is let in nowhere anyway: this closes the account and notes it.
    "end support that ran out": {
        "task": "tenants.every_council", "schedule": 300.0, "args": ["council.end_support"],
    },
    "sweep the outboxes": {"task": "tenants.every_council", "schedule": 60.0, "args": ["notices.drain_outbox"]},
    "sweep what sign-in left behind": {
        "task": "tenants.every_council", "schedule": crontab(hour="3", minute="40"), "args": ["accounts.sweep"],
    },
    # Every hour, since midnight comes to each council at its own: a council's day is kept once.
    "keep time": {
        "task": "tenants.every_council", "schedule": crontab(minute="5"), "args": ["network.keep_time"],
    },
    "escalate limited sights": {
        "task": "tenants.every_council", "schedule": crontab(minute="20"), "args": ["network.escalate_unreviewed"],
    },
    # A rehearsal is begun at once: this goes on with one whose worker went away.
    "go on with rehearsals": {
        "task": "tenants.every_council", "schedule": 120.0, "args": ["network.rehearse_policy"],
    },
    "warn of requests that fall due": {
        "task": "tenants.every_council", "schedule": crontab(hour="6", minute="25"),
        "args": ["rights.warn_of_what_is_due"],
    },
    # A copy is made at once when it is asked for: this goes on with one whose worker went away, or whose store was.
    "go on with exit copies": {
        "task": "tenants.every_council", "schedule": 120.0, "args": ["exchange.make_exit_copies"],
    },
    "delete exit copies that are old": {
        "task": "tenants.every_council", "schedule": crontab(minute="35"), "args": ["exchange.tidy_exit_copies"],
    },
    "close and delete what is due": {
        "task": "tenants.every_council", "schedule": crontab(hour="2", minute="10"), "args": ["rights.keep_retention"],
    },
}  # fmt: skip

if CONSOLE_HOST:
    CELERY_BEAT_SCHEDULE |= {
        "hear from every deployment": {"task": "console.sync", "schedule": 60.0},
        "follow orders that are under way": {"task": "console.follow_orders", "schedule": 3.0},
        "ask deployments what operators wait for": {"task": "console.do_errands", "schedule": 20.0},
        "close proposals that ran out": {"task": "console.expire_proposals", "schedule": crontab(minute="15")},
        "delete councils whose wait is over": {"task": "console.delete_due", "schedule": crontab(minute="45")},
        # A run is begun at once: this goes on with one whose worker went away.
        "go on with invoice runs": {"task": "console.work_invoice_runs", "schedule": 60.0},
        # Within minutes of whatever changes them, and once a day: only what has changed is said again.
        "tell councils how their account stands": {"task": "console.push_accounts", "schedule": crontab(minute="*/10")},
        "sweep the operators' outbox": {"task": "notices.drain_shared_outbox", "schedule": 60.0},
        # A deployment that is away on the first of a month is heard a day later; on the fifth what there is is taken.
        "take last month's usage": {
            "task": "console.take_usage", "schedule": crontab(hour="4", minute="30", day_of_month="1-8"),
        },
        "keep contracts": {"task": "console.keep_contracts", "schedule": crontab(hour="4", minute="50")},
        # Every hour, since the day begins for each company at its own: a step of reminding is taken once.
        "ask again for what is overdue": {"task": "console.remind_overdue", "schedule": crontab(minute="10")},
        "sweep what operators' sign-in left behind": {
            "task": "accounts.sweep_shared", "schedule": crontab(hour="3", minute="45"),
        },
    }  # fmt: skip

PAUSED_WHILE_SUSPENDED = frozenset({"network.rehearse_policy"})
"""Jobs over all councils that leave a suspended one alone: they prepare what can't be done there. All others go on:
what ends by itself (sight, leave, consent's time), the law's clocks, deleting what is due, letters for signing in."""

DELETION_WAIT_DAYS = env.number("PATCHWORK_DELETION_WAIT_DAYS")
"""How long a council that is to be deleted is kept, suspended, while the deletion can be called off. A console waits so
long before it asks, and a deployment deletes no sooner, whatever it is asked."""

OUTBOX_DEEDS = {"accounts.password_reset": "core.accounts.actions.passwords.answer_reset"}
"""What the outbox does besides mail: kind of item, and the action that does it inside the council."""

OUTBOX_LETTERS = {"console.billing_letter": "console.actions.finance.letters"}
"""What the outbox sends that has attachments and is proven: kind of item, and the module that composes it."""

EINVOICE_FOLDER = env.folder("PATCHWORK_EINVOICE_FOLDER")
"""Where electronic invoices are put for an access point of the Peppol network to pick up; None: nowhere."""

_mail = urlsplit(env.text("PATCHWORK_MAIL_URL"))
if _mail.hostname:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
else:
    # A demonstration's people have no mailboxes: `manage.py show_codes` reads these files.
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_HOST = _mail.hostname or "localhost"
EMAIL_PORT = _mail.port or {"smtp+tls": 587, "smtp+ssl": 465}.get(_mail.scheme, 25)
EMAIL_HOST_USER = unquote(_mail.username or "")
EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
EMAIL_USE_TLS = _mail.scheme == "smtp+tls"
EMAIL_USE_SSL = _mail.scheme == "smtp+ssl"
EMAIL_FILE_PATH = STATE_DIR / "mail"
EMAIL_TIMEOUT = 20
MAIL_DOMAIN = env.text("PATCHWORK_MAIL_DOMAIN")
DEFAULT_FROM_EMAIL = f"Patchwork <no-reply@{MAIL_DOMAIN}>"
