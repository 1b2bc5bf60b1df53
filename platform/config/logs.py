"""What a log line may hold: known keys whose values are codes, counts and opaque ids. Everything else is left out.

Every logger of the process, ours and the libraries', by structlog or without it, comes out of one formatter as one
line of JSON. A value is written only if its key is known and it has the form of that key; a message only if it is a
slug of ours or a library's own template without what was to be filled in. So no line can hold a name, a path or a
forged line.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import structlog

_CODE: Final = re.compile(r"[A-Za-z0-9_.:+-]{0,120}\Z")
_HEX: Final = re.compile(r"[0-9a-f-]{8,40}\Z")
_COUNCIL: Final = re.compile(r"(t_[0-9a-f]{8,32}|shared|[0-9a-f-]{36})?\Z")
_METHOD: Final = re.compile(r"[A-Z]{3,10}\Z")
_ROLES: Final = re.compile(r"[a-z_+]{0,200}\Z")

KNOWN_KEYS: Final[Mapping[str, re.Pattern[str] | type[float]]] = {
    "request_id": _HEX,
    "council": _COUNCIL,
    "view": _CODE,
    "method": _METHOD,
    "status_code": float,
    "duration_ms": float,
    "roles": _ROLES,
    "task": _CODE,
    "part": _CODE,
    "kind": _CODE,
    "outcome": _CODE,
    "count": float,
    "step": _CODE,
    "order": _HEX,
    "run": _HEX,
}
"""Attributes of a record (`logger.info(..., extra={...})`) that are written, and the form that each has to have."""

_OURS: Final = ("tenants", "core", "config", "console", "billing", "infra", "ui")
_SLUG: Final = re.compile(r"[a-z][a-z0-9_]{0,79}\Z")
_TEMPLATE: Final = re.compile(r"%[-+ #0]*(\(\w+\))?[-+ #0]*\d*(\.\d+)?[srdifx]")
_SILENCED: Final = ("django.request", "django.security.DisallowedHost", "django.security.csrf", "granian.access")
"""Loggers whose messages hold a path or a header: their name alone is kept."""


class KeepKnownKeys(logging.Filter):
    """Takes values out of messages of loggers that put request data into them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record, without its arguments where they might hold what someone typed."""
        if record.name.startswith(_SILENCED):
            record.msg, record.args = record.name, ()
        return True


def words_of(record: logging.LogRecord) -> str:
    """What a record says, as far as it is known to be ours or a constant: else an empty text, and its place must do."""
    text = str(record.msg)
    if _SLUG.match(text) or text == record.name:
        return text
    if record.name.split(".")[0] in _OURS:
        return ""
    if record.args or _TEMPLATE.search(text):
        return _TEMPLATE.sub("…", text)[:200]
    return ""


def known(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of `values` that may be written: a known key, and a value of its form."""
    kept: dict[str, Any] = {}
    for key, form in KNOWN_KEYS.items():
        value = values.get(key)
        if value is None:
            continue
        if isinstance(form, re.Pattern):
            text = str(value)
            kept[key] = text if form.match(text) else "(left out)"
        elif isinstance(value, int | float):
            kept[key] = value
    return kept


def line_of(record: logging.LogRecord) -> dict[str, Any]:
    """The whole line, made anew from what is known: whatever else a record or a library carries is not looked at."""
    line: dict[str, Any] = {
        "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": words_of(record),
    }
    line |= known({**structlog.contextvars.get_contextvars(), **record.__dict__})
    if not line["event"]:
        line |= {"event": "(its words are left out)", "where": f"{_file(record.pathname)}:{record.lineno}"}
    if record.exc_info and record.exc_info[0]:
        line |= {"error": record.exc_info[0].__name__, "where": _place(record.exc_info[2])}
    return line


def _place(trace: Any) -> str:
    """Where an error rose: file and line of the innermost frame."""
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{_file(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}" if trace else ""


def _file(path: str) -> str:
    return "/".join(Path(path).parts[-2:])


_as_json: Final = structlog.processors.JSONRenderer(ensure_ascii=True)


class LineFormatter(logging.Formatter):
    """One JSON object a line. Of an error, its kind and where it rose; never its text, which may quote data."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        return str(_as_json(None, record.levelname, line_of(record)))


structlog.configure(
    processors=[structlog.contextvars.merge_contextvars, structlog.stdlib.render_to_log_kwargs],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=False,
)
"""A library that logs by structlog comes out through the same formatter."""
