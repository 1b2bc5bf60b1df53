"""The one clock. Times are aware; a day is a day in the council's own time zone."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return timezone.now()


def today() -> date:
    """Today in the council's time zone (the active one: set for a request and for a task)."""
    return timezone.localdate()
