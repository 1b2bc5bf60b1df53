"""A customer's statement: as a page, as a PDF, and sent to whoever gets their invoices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from billing.documents.pdf import statement_html
from billing.errors import NotThere
from billing.periods import add_months
from billing.queries.deliveries import of_customer
from billing.queries.statements import Statement, statement
from console.actions.finance import delivery as actions
from console.doors import OperatorRequest
from console.pages.answers import with_query
from console.pages.finance.doors import finance_page, refused_words
from console.pages.finance.payment_forms import StatementForm
from console.pages.finance.shown import money_page
from console.queries.finance.choices import entity_choices, entity_of, today_of
from ui.pdf import PdfResponse


@dataclass(frozen=True, slots=True)
class Asked:
    """Which statement is asked for."""

    entity_id: UUID
    first: date
    last: date

    @property
    def query(self) -> dict[str, str]:
        """The same, as it stands in an address."""
        return {"entity": str(self.entity_id), "first": self.first.isoformat(), "last": self.last.isoformat()}


@require_safe
@finance_page
def show(request: OperatorRequest, customer_id: UUID) -> HttpResponse:
    """What was owed, billed and paid since, and is owed now: of the last three months, unless other days are said."""
    form, asked = _asked(request.GET or None, customer_id)
    found = statement(customer_id, asked.entity_id, asked.first, asked.last)
    return money_page(
        request, "statement", form=form, page=found, query=asked.query, sendings=of_customer(customer_id),
        pdf_href=with_query(reverse("console:statement_pdf", args=[customer_id]), asked.query),
        status=422 if form.is_bound and form.errors else 200,
    )  # fmt: skip


@require_safe
@finance_page
def pdf(request: OperatorRequest, customer_id: UUID) -> HttpResponse:
    """The same, to print or to send by hand."""
    _form, asked = _asked(request.GET or None, customer_id)
    found: Statement = statement(customer_id, asked.entity_id, asked.first, asked.last)
    return PdfResponse(statement_html(found), filename=f"statement-{asked.last.isoformat()}.pdf")


@require_POST
@finance_page
def send(request: OperatorRequest, customer_id: UUID) -> HttpResponse:
    """Send the statement that was looked at."""
    form, asked = _asked(request.POST, customer_id)
    sent: list[int] = []

    def act() -> None:
        sent.append(
            actions.send_statement(
                customer_id=customer_id, entity_id=asked.entity_id, first=asked.first, last=asked.last,
                by=request.operator,
            )
        )  # fmt: skip

    refused = _("Choose the days of the statement first.") if form.errors else refused_words(act)
    if refused:
        messages.error(request, refused)
    else:
        words = ngettext("On its way to %(count)d address.", "On its way to %(count)d addresses.", sent[0])
        messages.success(request, words % {"count": sent[0]})
    return redirect(with_query(reverse("console:finance_statement", args=[customer_id]), asked.query))


def _asked(data: QueryDict | None, customer_id: UUID) -> tuple[StatementForm, Asked]:
    """The form and what it asks for: the last three months with whom their newest contract is, unless said."""
    offered = entity_choices()
    if not offered:
        raise NotThere("No company of ours bills yet.")
    with_whom = entity_of(customer_id) or UUID(offered[0][0])
    today = today_of(with_whom)
    usual = Asked(with_whom, add_months(today.replace(day=1), -3), today)
    form = StatementForm(data, entities=offered, initial={**usual.query, "first": usual.first, "last": usual.last})
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        return form, Asked(said["entity"], said["first"], said["last"])
    return form, usual
