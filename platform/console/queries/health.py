"""Reads of health and use: every council's newest numbers, and one council's trend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _

from console import reports
from console.choices import CouncilState
from console.errors import NotThere
from console.models import Council
from console.queries.charts import MEASURES, Series, first_day, latest_totals, series_of, series_over_all
from console.reports import CouncilReading
from core import clock

PERIODS: Final = (30, 90, 365)


@dataclass(frozen=True, slots=True)
class CouncilNumbers:
    """One council's newest numbers, in words, by measure; `on` is None where it never reported."""

    id: UUID
    name: str
    deployment: str
    on: date | None
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HealthPage:
    """Numbers and trends, of one council or over all."""

    council_id: UUID | None
    name: str
    days: int
    series: tuple[Series, ...]
    counted_at: datetime | None
    last_on: date | None
    councils: tuple[CouncilNumbers, ...] = ()
    totals: tuple[str, ...] = ()


def health_over_all(days: int) -> HealthPage:
    """Every council's newest numbers, and the trend over all. Three statements."""
    last = clock.today()
    first = first_day(last, days)
    councils = Council.objects.select_related("deployment").exclude(state=CouncilState.DELETED).order_by("name")
    latest = reports.latest_readings()
    readings = reports.readings_of_all(first)
    shown = {council.id for council in councils}
    latest = {council_id: one for council_id, one in latest.items() if council_id in shown}
    totals = latest_totals(latest)
    return HealthPage(
        council_id=None,
        name="",
        days=days,
        series=tuple(series_over_all(measure, readings, first=first, last=last) for measure in MEASURES),
        counted_at=max((one.counted_at for one in latest.values()), default=None),
        last_on=max((one.on for one in latest.values()), default=None),
        councils=tuple(_numbers(council, latest.get(council.id)) for council in councils),
        totals=tuple(totals[measure.slug] for measure in MEASURES),
    )


def health_of(council_id: UUID, days: int) -> HealthPage:
    """One council's trend. Two statements. Raises NotThere."""
    council = Council.objects.filter(id=council_id).first()
    if council is None:
        raise NotThere(_("There is no such council."))
    last = clock.today()
    first = first_day(last, days)
    readings = reports.readings_for(council_id, first)
    return HealthPage(
        council_id=council.id,
        name=council.name,
        days=days,
        series=tuple(series_of(measure, readings, first=first, last=last) for measure in MEASURES),
        counted_at=readings[-1].counted_at if readings else None,
        last_on=readings[-1].on if readings else None,
    )


def _numbers(council: Council, reading: CouncilReading | None) -> CouncilNumbers:
    return CouncilNumbers(
        id=council.id,
        name=council.name,
        deployment=council.deployment.name,
        on=reading.on if reading else None,
        numbers=tuple(measure.said(reading.number(measure.slug) if reading else None) for measure in MEASURES),
    )
