"""The console's one window on councils: the numbers that their deployments reported. Counts, never names.

A count of people under 5 comes as None: it is hidden where it was counted, and stays so here. Nothing else of the
console reads the stored readings, and no request of the console ever enters a council.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from console.models import Reading

Number = int | float

GREATEST: Final = 2**53 - 1
"""More of anything than a council can have; a greater number was never counted."""

COUNTS: Final = (
    "active_practitioners", "clients", "involvements", "fresh_share", "requests", "errors", "p95_ms", "backlog",
    "storage_bytes",
)  # fmt: skip
"""What is counted a day and council. `fresh_share`: lines confirmed in time, from 0 to 1."""

HIDDEN: Final = frozenset({"active_practitioners", "clients", "involvements", "fresh_share"})
"""What counts people: None is fewer than 5. Elsewhere None is not counted."""


@dataclass(frozen=True, slots=True)
class CouncilReading:
    """One council's numbers of one day, as its deployment counted them."""

    council_id: UUID
    on: date
    counted_at: datetime
    active_practitioners: Number | None = None
    clients: Number | None = None
    involvements: Number | None = None
    fresh_share: Number | None = None
    requests: Number | None = None
    errors: Number | None = None
    p95_ms: Number | None = None
    backlog: Number | None = None
    storage_bytes: Number | None = None

    @property
    def numbers(self) -> dict[str, Number | None]:
        """Every count by its name."""
        return {name: self.number(name) for name in COUNTS}

    def number(self, name: str) -> Number | None:
        """One of the counts by its name."""
        value: Number | None = getattr(self, name)
        return value


def latest_reading(council_id: UUID) -> CouncilReading | None:
    """A council's newest reading, or None where it never had one. One statement."""
    row = Reading.objects.filter(council_id=council_id).order_by("-on").first()
    return _reading(row) if row else None


def readings_for(council_id: UUID, since: date) -> tuple[CouncilReading, ...]:
    """A council's readings from a day on, oldest first. One statement."""
    rows = Reading.objects.filter(council_id=council_id, on__gte=since).order_by("on")
    return tuple(_reading(row) for row in rows)


def readings_of_all(since: date) -> tuple[CouncilReading, ...]:
    """Every council's readings from a day on, oldest first. One statement."""
    return tuple(_reading(row) for row in Reading.objects.filter(on__gte=since).order_by("on", "council_id"))


def latest_readings() -> dict[UUID, CouncilReading]:
    """The newest reading of each council that ever had one. One statement."""
    rows = Reading.objects.order_by("council_id", "-on").distinct("council_id")
    return {row.council_id: _reading(row) for row in rows}


@dataclass(frozen=True, slots=True)
class PractitionersCounted:
    """How many practitioners a council had on a day; None is fewer than 5."""

    on: date
    count: int | None


def practitioners_of_month(council_ids: Iterable[UUID], first: date, last: date) -> dict[UUID, PractitionersCounted]:
    """The newest number of active practitioners from a day to a day, by council. One statement.

    A number is hidden where they were fewer than 5, but also where all practitioners but a few were active. Which it
    was is known where all of them were fewer than 5; else the newest day before counts that has a number. A council
    that has neither is left out: somebody has to ask it.
    """
    rows = Reading.objects.filter(council_id__in=list(council_ids), on__gte=first, on__lte=last)
    found: dict[UUID, PractitionersCounted] = {}
    for council_id, on, numbers in rows.order_by("council_id", "-on").values_list("council_id", "on", "numbers"):
        if council_id in found or not isinstance(numbers, dict) or "active_practitioners" not in numbers:
            continue
        told, count = numbers["active_practitioners"], _number(numbers["active_practitioners"])
        if count is not None and count == int(count):
            found[council_id] = PractitionersCounted(on, int(count))
        elif told is None and numbers.get("practitioners") is None:
            found[council_id] = PractitionersCounted(on, None)
    return found


def days_from(first: date, last: date) -> Iterable[date]:
    """Every day from the first to the last, both included."""
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _reading(row: Reading) -> CouncilReading:
    numbers = row.numbers if isinstance(row.numbers, dict) else {}
    return CouncilReading(
        row.council_id, row.on, row.counted_at, **{name: _number(numbers.get(name)) for name in COUNTS}
    )


def _number(value: Any) -> Number | None:
    """A number that was counted. Anything else is no number: the deployment did not count it, or may not say it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # An int is compared as it is: one that no float can hold would end every page that shows it.
    return value if 0 <= value <= GREATEST else None
