"""Usage: a month's readings over all councils under contract, entering one, and putting one right."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from billing.periods import add_months
from console.actions.finance import usage as actions
from console.doors import OperatorRequest
from console.pages.answers import with_query
from console.pages.csv_file import csv_file
from console.pages.finance.doors import GET_AND_POST, carried_out, filled, finance_page
from console.pages.finance.paged import part_of
from console.pages.finance.price_forms import CorrectionForm, ReadingForm
from console.pages.finance.setting_fields import read_month
from console.pages.finance.shown import money_form, money_page
from console.queries.finance.choices import newest_today
from console.queries.finance.usage import contracted_councils, reading_of, usage_page
from core.audit.actions import record_sight
from ui.filters import month_name


@require_safe
@finance_page
def index(request: OperatorRequest) -> HttpResponse:
    """A month's readings: the last month that is over, or the one asked for."""
    month = _month(request)
    page = usage_page(month)
    last = newest_today().replace(day=1)
    shown: dict[str, Any] = {
        "before": with_query(reverse("console:finance_usage"), {"month": add_months(month, -1).strftime("%Y-%m")}),
        "after": with_query(reverse("console:finance_usage"), {"month": add_months(month, 1).strftime("%Y-%m")})
        if add_months(month, 1) <= last else "",
        "file": with_query(reverse("console:usage_csv"), {"month": month.strftime("%Y-%m")}),
    }  # fmt: skip
    part = part_of(request, page.lines, reverse("console:finance_usage"), {"month": month.strftime("%Y-%m")})
    return money_page(request, "usage", page=page, part=part, **shown)


@require_safe
@finance_page
def export(request: OperatorRequest) -> HttpResponse:
    """A month's readings as a file."""
    month = _month(request)
    record_sight("console.usage.exported", by=request.operator, detail={"month": month.isoformat()})
    heading = [
        _("Council"), _("Contract"), _("Month"), _("Active practitioners"), _("How it was counted"), _("Counted on"),
        _("Taken"),
    ]  # fmt: skip
    return csv_file(f"usage-{month:%Y-%m}.csv", heading, (
        [one.council, one.contract, month.isoformat(), "" if one.count is None else str(one.count), one.how,
         one.counted_on.isoformat() if one.counted_on else "", one.taken_at.isoformat() if one.taken_at else ""]
        for one in usage_page(month).lines
    ))  # fmt: skip


@require_http_methods(GET_AND_POST)
@finance_page
def add(request: OperatorRequest) -> HttpResponse:
    """Enter a council's number for a month by hand."""
    initial = {"council_id": request.GET.get("council", ""), "month": _month(request).isoformat()}
    form = ReadingForm(filled(request), councils=contracted_councils(), today=newest_today(), initial=initial)
    if carried_out(form, lambda said: actions.enter_reading(**said, by=request.operator)):
        messages.success(request, _("Entered."))
        return _to_month(form.cleaned_data["month"])
    back = (_("Back to usage"), reverse("console:finance_usage"))
    return money_form(
        request, "form", form, heading=_("Enter a reading"), back=back,
        intro=_("Where a council's deployment reports its numbers they are taken by themselves. A reading is kept for "
                "ever, and the council sees it with how it was counted."),
    )  # fmt: skip


@require_http_methods(GET_AND_POST)
@finance_page
def correct(request: OperatorRequest, reading_id: UUID) -> HttpResponse:
    """Put a reading right by another. Both are kept."""
    found = reading_of(reading_id)
    form = CorrectionForm(filled(request))
    if carried_out(form, lambda said: actions.correct_reading(reading_id=reading_id, **said, by=request.operator)):
        messages.success(request, _("Corrected. Where the month is billed, the next run bills the difference."))
        return _to_month(found.month)
    address = with_query(reverse("console:finance_usage"), {"month": found.month.strftime("%Y-%m")})
    return money_form(
        request, "form", form, heading=_("Correct a reading"), back=(_("Back to usage"), address),
        caption=f"{found.council}, {month_name(found.month)}",
        intro=_("It says %(count)s. %(how)s") % {"count": f"{found.count:,}", "how": found.how},
    )  # fmt: skip


def _month(request: OperatorRequest) -> date:
    """The month asked for; the last one that is over for anything that is none."""
    this = newest_today().replace(day=1)
    asked = read_month(request.GET.get("month", ""))
    return asked if asked and asked <= this else add_months(this, -1)


def _to_month(month: date) -> HttpResponse:
    return redirect(with_query(reverse("console:finance_usage"), {"month": month.strftime("%Y-%m")}))
