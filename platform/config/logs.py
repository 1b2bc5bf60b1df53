"""What a log line may hold: known keys whose values are codes, counts and opaque ids. Everything else is left out."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Final

KNOWN_KEYS: Final = ("council", "task", "method", "status_code", "duration_ms", "count", "kind")
"""Attributes of a record (`logger.info(..., extra={...})`) that are written."""

_SILENCED_ARGS: Final = ("django.request", "django.security.DisallowedHost", "django.security.csrf", "granian.access")
"""Loggers whose messages hold a path or a header: their text is kept, their arguments are not."""


class KeepKnownKeys(logging.Filter):
    """Takes values out of messages of loggers that put request data into them."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record, without its arguments where they might hold what someone typed."""
        if record.name.startswith(_SILENCED_ARGS):
            record.msg, record.args = record.name, ()
        return True


class LineFormatter(logging.Formatter):
    """One JSON object a line. Of an error, its kind and where it rose; never its text, which may quote data."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as a line."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage() if not record.exc_info else str(record.msg),
        }
        line |= {key: getattr(record, key) for key in KNOWN_KEYS if hasattr(record, key)}
        if record.exc_info and record.exc_info[0]:
            trace = record.exc_info[2]
            while trace and trace.tb_next:
                trace = trace.tb_next
            code = trace.tb_frame.f_code if trace else None
            line["error"] = record.exc_info[0].__name__
            line["where"] = f"{code.co_filename.rsplit('/', 2)[-2:]}:{trace.tb_lineno}" if code and trace else ""
        return json.dumps(line, default=str)
