"""What the pages of health and use show of the readings: for one council and over all, as series of days."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from console.reports import HIDDEN, CouncilReading, Number
from ui.charts import DayValue, number

MEGABYTE: Final = 1_000_000
NO_NUMBER: Final = "\u2013"


@dataclass(frozen=True, slots=True)
class Measure:
    """Something counted: how it is called, and how its numbers are said."""

    slug: str
    title: str | Promise
    hint: str | Promise
    suffix: str = ""
    times: float = 1.0
    adds_up: bool = True

    @property
    def hides_people(self) -> bool:
        """Whether a missing number may be a count under 5."""
        return self.slug in HIDDEN

    def shown(self, value: Number | None) -> Number | None:
        """The number as drawn and listed: in percent, in megabytes."""
        if value is None:
            return None
        scaled = value * self.times
        return int(scaled) if isinstance(value, int) and self.times == 1 else round(scaled, 1)

    def said(self, value: Number | None) -> str:
        """The number in words; a dash for none, which the table explains."""
        scaled = self.shown(value)
        return NO_NUMBER if scaled is None else number(scaled) + self.suffix


MEASURES: Final = (
    Measure("active_practitioners", gettext_lazy("Active practitioners"), gettext_lazy("Signed in within 30 days")),
    Measure("clients", gettext_lazy("Clients"), gettext_lazy("With an open record")),
    Measure("involvements", gettext_lazy("Involvements"), gettext_lazy("Lines that have not ended")),
    Measure(
        "fresh_share", gettext_lazy("Freshness"), gettext_lazy("Share of lines confirmed in time"), " %", 100.0,
        adds_up=False,
    ),
    Measure("requests", gettext_lazy("Requests"), gettext_lazy("Pages and forms answered that day")),
    Measure("errors", gettext_lazy("Errors"), gettext_lazy("Answers that failed on our side")),
    Measure("backlog", gettext_lazy("Task backlog"), gettext_lazy("Work that waits for a worker")),
    Measure("storage_bytes", gettext_lazy("Storage"), gettext_lazy("Database and files"), " MB", 1 / MEGABYTE),
    Measure(
        "p95_ms", gettext_lazy("Latency"), gettext_lazy("95 of 100 requests are answered within"), " ms", adds_up=False
    ),
)  # fmt: skip
MEASURE_BY_SLUG: Final = {measure.slug: measure for measure in MEASURES}


@dataclass(frozen=True, slots=True)
class Series:
    """One measure over the days shown. A day without a value is a gap: hidden, or not counted."""

    measure: Measure
    first: date
    last: date
    values: tuple[DayValue, ...]

    @property
    def known(self) -> int:
        """On how many days there is a value."""
        return sum(one.value is not None for one in self.values)

    @property
    def reported_without(self) -> int:
        """On how many days a reading came without this value."""
        return sum(one.value is None for one in self.values)

    @property
    def newest_first(self) -> tuple[DayValue, ...]:
        """The values as the table lists them."""
        return self.values[::-1]


def series_of(measure: Measure, readings: Sequence[CouncilReading], *, first: date, last: date) -> Series:
    """One council's days."""
    values = tuple(
        DayValue(one.on, measure.shown(one.number(measure.slug))) for one in readings if first <= one.on <= last
    )
    return Series(measure, first, last, values)


def series_over_all(measure: Measure, readings: Sequence[CouncilReading], *, first: date, last: date) -> Series:
    """All councils' days: sums, the share by lines, the slowest council's latency.

    A sum is only of numbers that are shown for themselves, so nothing hidden can be taken from it.
    """
    by_day: dict[date, list[CouncilReading]] = {}
    for one in readings:
        by_day.setdefault(one.on, []).append(one)
    days = [on for on in sorted(by_day) if first <= on <= last]
    values = [DayValue(on, measure.shown(total_of(measure, by_day[on]))) for on in days]
    return Series(measure, first, last, tuple(values))


def total_of(measure: Measure, readings: Iterable[CouncilReading]) -> Number | None:
    """What several councils come to: a sum, or for shares a mean by lines, or for latency the slowest."""
    rows = list(readings)
    known = [value for one in rows if (value := one.number(measure.slug)) is not None]
    if not known:
        return None
    if measure.adds_up:
        return sum(known)
    if measure.slug == "fresh_share":
        by_lines = [
            (share, lines) for one in rows if (share := one.fresh_share) is not None and (lines := one.involvements)
        ]
        weight = sum(lines for _share, lines in by_lines)
        return sum(share * lines for share, lines in by_lines) / weight if weight else sum(known) / len(known)
    return max(known)


def latest_totals(latest: Mapping[UUID, CouncilReading]) -> dict[str, str]:
    """Each measure over all councils' newest readings, in words."""
    return {measure.slug: measure.said(total_of(measure, latest.values())) for measure in MEASURES}


def first_day(last: date, days: int) -> date:
    """The first of so many days up to the last."""
    return last - timedelta(days=days - 1)
