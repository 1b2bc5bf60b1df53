"""Health and use: numbers and trends of one council and over all, with a table beside each, and as a file."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console.doors import OperatorRequest
from console.pages.csv_file import csv_file
from console.pages.found import or_not_found
from console.queries.charts import MEASURES
from console.queries.health import PERIODS, HealthPage, health_of, health_over_all
from core.audit.actions import record_sight
from ui.charts import line_chart


@require_safe
@or_not_found
def index(request: OperatorRequest) -> HttpResponse:
    """Over all councils."""
    return _page(request, health_over_all(days_asked(request)))


@require_safe
@or_not_found
def show(request: OperatorRequest, council_id: UUID) -> HttpResponse:
    """One council."""
    page = health_of(council_id, days_asked(request))
    record_sight("console.council.numbers_seen", by=request.operator, detail={"council": str(council_id)})
    return _page(request, page)


@require_safe
@or_not_found
def export(request: OperatorRequest) -> HttpResponse:
    """The days over all councils as a file."""
    return _file(health_over_all(days_asked(request)), "health.csv")


@require_safe
@or_not_found
def export_council(request: OperatorRequest, council_id: UUID) -> HttpResponse:
    """The days of one council as a file. Its name holds no council's name."""
    page = health_of(council_id, days_asked(request))
    record_sight("console.council.numbers_seen", by=request.operator, detail={"council": str(council_id)})
    return _file(page, f"health-{council_id}.csv")


def days_asked(request: OperatorRequest) -> int:
    """The period asked for; 30 days for anything that is none."""
    typed = request.GET.get("days", "")
    return int(typed) if typed in {str(days) for days in PERIODS} else PERIODS[0]


def _page(request: OperatorRequest, page: HealthPage) -> HttpResponse:
    charts = [
        (one, line_chart(title=str(one.measure.title), values=one.values, first=one.first, last=one.last,
                         suffix=one.measure.suffix))
        for one in page.series
    ]  # fmt: skip
    shown = {"page": page, "charts": charts, "periods": PERIODS, "measures": MEASURES}
    return render(request, "console/health.html", shown)


def _file(page: HealthPage, name: str) -> HttpResponse:
    by_day: dict[date, list[str]] = {}
    for number, one in enumerate(page.series):
        for value in one.values:
            cells = by_day.setdefault(value.on, [""] * len(page.series))
            cells[number] = "" if value.value is None else str(value.value)
    heading = [_("Day"), *(f"{measure.title}{measure.suffix}" for measure in MEASURES)]
    return csv_file(name, heading, ([on.isoformat(), *cells] for on, cells in sorted(by_day.items())))
