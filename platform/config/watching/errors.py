"""Error reports to a Sentry server: what kind of error rose, and where. An allow-list makes each report anew.

Of an event are kept: its time and level, the error's type and module, and of each frame module, function, file and
line; our own tags; a message only if it is one of our slugs. No text of an error, no local variable, no statement, no
header, cookie, address, form or argument leaves the process, whatever a library of theirs learns to collect next.
"""

from __future__ import annotations

import logging
import re
from pathlib import PurePath
from typing import Any, Final

import sentry_sdk
import structlog
from django.conf import settings
from sentry_sdk.envelope import Envelope
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.integrations.logging import LoggingIntegration
from sentry_sdk.transport import HttpTransport

from config.logs import known
from config.watching import process
from tenants.context import current, in_shared
from tenants.names import SHARED_SCHEMA

TAGS: Final = ("council", "request_id", "view", "task")
LEVELS: Final = frozenset({"fatal", "error", "warning", "info"})
_SLUG: Final = re.compile(r"[a-z][a-z0-9_]{0,79}\Z")
_NAME: Final = re.compile(r"[A-Za-z_<][\w.<>]{0,199}\Z")
_HEX: Final = re.compile(r"[0-9a-f]{32}\Z")
_FOLDERS_SHOWN: Final = 4


class EventsOnly(HttpTransport):
    """Sends events and nothing else, under an envelope header of our own: theirs repeats headers of the request."""

    def capture_envelope(self, envelope: Envelope) -> None:
        """Send the envelope's event alone."""
        events = [item for item in envelope.items if item.type == "event"]
        if not events:
            return
        plain = Envelope(headers={"event_id": envelope.headers.get("event_id")}, items=events)
        super().capture_envelope(plain)


def start() -> None:
    """Have this process report its errors, where PATCHWORK_SENTRY_DSN says to whom."""
    if settings.SENTRY_DSN:
        sentry_sdk.init(**options(settings.SENTRY_DSN))


def options(dsn: str) -> dict[str, Any]:
    """What the SDK is told: collect little; the scrubber then lets through what is listed."""
    return {
        "dsn": dsn,
        "release": settings.RELEASE,
        "environment": settings.MODE,
        "server_name": "",
        "send_default_pii": False,
        "include_local_variables": False,
        "include_source_context": False,
        "max_request_body_size": "never",
        "max_breadcrumbs": 0,
        "auto_session_tracking": False,
        "send_client_reports": False,
        "traces_sample_rate": None,
        "propagate_traces": False,
        "default_integrations": False,
        "auto_enabling_integrations": False,
        "integrations": [
            DjangoIntegration(transaction_style="function_name", middleware_spans=False),
            CeleryIntegration(propagate_traces=False),
            ExcepthookIntegration(),
            LoggingIntegration(level=None, event_level=logging.ERROR),
        ],
        "before_send": scrubbed,
        "before_send_transaction": lambda _event, _hint: None,
        "before_breadcrumb": lambda _crumb, _hint: None,
        "transport": EventsOnly,
        "shutdown_timeout": 2,
    }


def scrubbed(event: dict[str, Any], _hint: dict[str, Any]) -> dict[str, Any]:
    """A new event with what is listed here of `event`. Should this fail, the SDK sends nothing."""
    level = event.get("level")
    clean: dict[str, Any] = {
        "event_id": _matching(_HEX, event.get("event_id")),
        "timestamp": event.get("timestamp"),
        "platform": "python",
        "level": level if level in LEVELS else "error",
        "release": settings.RELEASE,
        "environment": settings.MODE,
        "server_name": "",
        "sdk": {"name": "sentry.python", "version": sentry_sdk.VERSION},
        "tags": tags(),
        "logger": _matching(_NAME, event.get("logger")),
    }
    said = (event.get("logentry") or {}).get("message") or event.get("message")
    if _matching(_SLUG, said):
        clean["message"] = said
    raised = (event.get("exception") or {}).get("values") or []
    if raised:
        clean["exception"] = {"values": [_error(one) for one in raised]}
    return {key: value for key, value in clean.items() if value not in (None, "")}


def tags() -> dict[str, str]:
    """What is known of where it happened: opaque ids, the view or the task, and the kind of process."""
    bound = structlog.contextvars.get_contextvars()
    council = current()
    if council is not None:
        bound = {**bound, "council": council.schema_name}
    elif in_shared():
        bound = {**bound, "council": SHARED_SCHEMA}
    found = {key: str(value) for key, value in known(bound).items() if key in TAGS and value}
    return {**found, "process": process.kind()}


def _error(raised: dict[str, Any]) -> dict[str, Any]:
    frames = ((raised.get("stacktrace") or {}).get("frames")) or []
    return {
        "type": _matching(_NAME, raised.get("type")),
        "module": _matching(_NAME, raised.get("module")),
        "stacktrace": {"frames": [_frame(one) for one in frames]},
    }


def _frame(frame: dict[str, Any]) -> dict[str, Any]:
    line = frame.get("lineno")
    return {
        "module": _matching(_NAME, frame.get("module")),
        "function": _matching(_NAME, frame.get("function")),
        "filename": "/".join(PurePath(str(frame.get("filename") or "")).parts[-_FOLDERS_SHOWN:]),
        "lineno": line if isinstance(line, int) else None,
        "in_app": bool(frame.get("in_app")),
    }


def _matching(form: re.Pattern[str], value: Any) -> str | None:
    return value if isinstance(value, str) and form.match(value) else None
