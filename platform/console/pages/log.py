"""The log of what operators did, as pages and as a file."""

from __future__ import annotations

import csv
import io
from typing import Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from console.actions.log import note_export
from console.doors import OperatorRequest
from console.pages.answers import page_number, pages_of, with_query
from console.pages.forms import LogFilterForm
from console.queries.log import MOST_EXPORTED, LogFilter, log_page, log_rows, operator_choices

_FORMULA: Final = tuple("=+-@|\t\r\n\uff1d\uff0b\uff0d\uff20")
"""What a spreadsheet may take for the beginning of a formula, full-width letters too."""


@require_safe
def index(request: OperatorRequest) -> HttpResponse:
    """Newest first, narrowed by operator, council and day."""
    form = LogFilterForm(request.GET or None, operators=operator_choices())
    number = page_number(request)
    wanted = _wanted(form)
    found = log_page(wanted, page=number)
    kept = {name: value for name, value in request.GET.items() if name != "page"}
    here = reverse("console:log")
    shown = {
        "form": form,
        "page": found,
        "pages": pages_of(here, kept, number, has_next=found.has_more),
        "file_href": with_query(reverse("console:log_csv"), kept),
        "most": MOST_EXPORTED,
        "is_narrowed": wanted != LogFilter(),
    }
    return render(request, "console/log.html", shown, status=422 if form.is_bound and not form.is_valid() else 200)


@require_safe
def export(request: OperatorRequest) -> HttpResponse:
    """The same lines as a file; that it was fetched is itself in the log."""
    form = LogFilterForm(request.GET or None, operators=operator_choices())
    if form.is_bound and not form.is_valid():
        return redirect(with_query(reverse("console:log"), request.GET.dict()))
    rows = log_rows(_wanted(form))
    note_export(count=len(rows), by=request.operator)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("When"), _("Who"), _("What"), _("About"), _("Event"), _("Refused because")])
    for one in rows:
        writer.writerow(
            [safe_cell(cell) for cell in (one.at.isoformat(), one.who, one.what, one.about, one.slug, one.why)]
        )
    answer = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="operators-log.csv"'
    return answer


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def _wanted(form: LogFilterForm) -> LogFilter:
    if not form.is_bound or not form.is_valid():
        return LogFilter()
    said = form.cleaned_data
    return LogFilter(operator=said["operator"], council=said["council"], on=said["on"])
