"""What finance looks at and takes out: who owes for how long, whom to ring, and files for accounting."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from billing.periods import add_months, month_of
from billing.queries import reminders
from billing.queries.ageing import Ageing, ageing
from billing.queries.exports import (
    INVOICES,
    JOURNAL,
    PAYMENTS,
    Row,
    ageing_headings,
    ageing_rows,
    invoice_rows,
    journal_rows,
    payment_rows,
)
from console.actions.finance.exports import note_export
from console.doors import OperatorRequest
from console.pages.answers import with_query
from console.pages.csv_file import csv_file
from console.pages.finance.doors import finance_page
from console.pages.finance.paged import SIZE, part_of
from console.pages.finance.payment_forms import AgeingForm, JournalForm
from console.pages.finance.shown import money_page
from console.queries.finance.choices import entities, entity_choices
from console.queries.finance.names import names_of_operators
from core import clock

FILES: Final[dict[str, tuple[Row, Callable[[UUID, date, date], Iterable[Row]]]]] = {
    "invoices": (INVOICES, invoice_rows),
    "payments": (PAYMENTS, payment_rows),
    "journal": (JOURNAL, journal_rows),
}
"""The files of a company from a day to a day: their headings, and what reads their rows."""


def _of_a_company(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What to do first, where no company of ours bills yet."""

    @wraps(view)
    def shown(request: OperatorRequest, /, **given: str) -> HttpResponse:
        return view(request, **given) if entity_choices() else money_page(request, "no_company")

    return shown


@require_safe
@finance_page
@_of_a_company
def ages(request: OperatorRequest) -> HttpResponse:
    """Who owes how much for how long, at the end of a day."""
    form, found = _ageing(request.GET or None)
    query = {"entity": str(found.entity_id), "on": found.on.isoformat()}
    kept = {name: value for name, value in request.GET.items() if name != "page"}
    part = part_of(request, found.rows, reverse("console:finance_ageing"), kept)
    return money_page(
        request, "ageing", form=form, page=found, part=part, file_href=with_query(reverse("console:ageing_csv"), query),
        status=422 if form.is_bound and form.errors else 200,
    )  # fmt: skip


@require_safe
@finance_page
@_of_a_company
def ages_csv(request: OperatorRequest) -> HttpResponse:
    """The same as a file."""
    form, found = _ageing(request.GET or None)
    if form.is_bound and form.errors:
        return redirect(with_query(reverse("console:finance_ageing"), request.GET.dict()))
    rows = list(ageing_rows(found))
    about = {"entity": str(found.entity_id), "on": found.on.isoformat()}
    note_export(name="ageing", rows=len(rows), about=about, by=request.operator)
    return csv_file(f"ageing-{found.on.isoformat()}.csv", ageing_headings(found), rows)


@require_safe
@finance_page
def calls(request: OperatorRequest) -> HttpResponse:
    """Whom to ring. Nobody's access ever hangs on it."""
    today = clock.today()
    found = reminders.calls(today)
    part = part_of(request, found.now, reverse("console:finance_calls"))
    return money_page(
        request, "calls", part=part, rows=part.rows, later=found.later, unsent=reminders.never_sent(today),
        most=SIZE, who=names_of_operators(),
    )  # fmt: skip


@require_safe
@finance_page
@_of_a_company
def files(request: OperatorRequest) -> HttpResponse:
    """Which company and days the files for accounting are about: last month, unless another time is said."""
    form, asked = _asked(request.GET or None)
    links = [(name, with_query(reverse(f"console:{name}_csv"), asked.query)) for name in FILES]
    status = 422 if form.is_bound and form.errors else 200
    return money_page(request, "files", form=form, asked=asked, links=links, status=status)


@require_safe
@finance_page
@_of_a_company
def file(request: OperatorRequest, name: str) -> HttpResponse:
    """One of the files. That it was taken out is recorded."""
    form, asked = _asked(request.GET or None)
    if form.is_bound and form.errors:
        return redirect(with_query(reverse("console:finance_files"), request.GET.dict()))
    headings, rows_of = FILES[name]
    rows = list(rows_of(asked.entity_id, asked.first, asked.last))
    note_export(name=name, rows=len(rows), about=asked.query, by=request.operator)
    return csv_file(f"{name}-{asked.first.isoformat()}-{asked.last.isoformat()}.csv", headings, rows)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which company and days."""

    entity_id: UUID
    first: date
    last: date

    @property
    def query(self) -> dict[str, str]:
        """The same, as it stands in an address and in the log."""
        return {"entity": str(self.entity_id), "first": self.first.isoformat(), "last": self.last.isoformat()}


def _asked(data: QueryDict | None) -> tuple[JournalForm, _Asked]:
    offered, mine = entity_choices(), entities()[0]
    last_month = month_of(add_months(mine.today, -1))
    usual = _Asked(mine.id, last_month.first, last_month.last)
    initial: dict[str, Any] = {"entity": str(mine.id), "first": usual.first, "last": usual.last}
    form = JournalForm(data, entities=offered, initial=initial)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        return form, _Asked(said["entity"], said["first"], said["last"])
    return form, usual


def _ageing(data: QueryDict | None) -> tuple[AgeingForm, Ageing]:
    offered = entities()
    first = offered[0]
    form = AgeingForm(data, entities=offered, initial={"entity": str(first.id), "on": first.today})
    if form.is_bound and form.is_valid():
        return form, ageing(form.cleaned_data["entity"], form.cleaned_data["on"])
    return form, ageing(first.id, first.today)
