"""Invoices and credit notes: the list, one of them, its documents, crediting it, and what its credit settles."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.choices import DocumentKind
from billing.queries.balances import open_invoices
from console.actions.finance import invoices as actions
from console.actions.finance import payments as payment_actions
from console.actions.finance import write_offs
from console.doors import OperatorRequest, freshly_proved
from console.pages.answers import page_number, pages_of, typed
from console.pages.finance.doors import GET_AND_POST, carried_out, filled, finance_page
from console.pages.finance.paged import part_of
from console.pages.finance.payment_forms import AllocateForm, WriteOffForm
from console.pages.finance.run_forms import CreditForm
from console.pages.finance.shown import done_and_back, money_form, money_page
from console.queries.finance.choices import customer_choices, entity_choices
from console.queries.finance.invoices import (
    InvoiceFilter,
    InvoicePage,
    creditable,
    invoice_list,
    invoice_page,
    pdf_of,
    xml_file,
)
from core import clock
from ui.pdf import PdfResponse

BOXES: Final = 100
"""So many lines have a box on one page. A form with more than a thousand boxes is refused before it is read."""


class InvoiceFilterForm(forms.Form):
    """What the list of invoices is narrowed to. Every box may stay empty."""

    q = forms.CharField(
        label=gettext_lazy("Number or customer"), required=False, max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False,
        choices=[("", gettext_lazy("Any")), ("open", gettext_lazy("Open")), ("overdue", gettext_lazy("Overdue")),
                 ("settled", gettext_lazy("Settled"))],
    )  # fmt: skip
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), required=False, choices=[("", gettext_lazy("Any")), *DocumentKind.choices]
    )
    entity = forms.TypedChoiceField(label=gettext_lazy("Who billed"), required=False, coerce=UUID, empty_value=None)
    customer = forms.TypedChoiceField(label=gettext_lazy("Customer"), required=False, coerce=UUID, empty_value=None)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        anybody = ("", _("Any"))
        self.fields["entity"].choices = [anybody, *entity_choices()]  # type: ignore[attr-defined]  # a field with choices
        self.fields["customer"].choices = [anybody, *customer_choices()]  # type: ignore[attr-defined]  # as above

    @property
    def wanted(self) -> InvoiceFilter:
        """The filter; nothing is narrowed where the form does not fit."""
        return InvoiceFilter(**self.cleaned_data) if self.is_bound and self.is_valid() else InvoiceFilter()


@require_safe
@finance_page
def index(request: OperatorRequest) -> HttpResponse:
    """What was issued, newest first, 50 a page."""
    form = InvoiceFilterForm(request.GET or None)
    wanted = form.wanted
    found = invoice_list(wanted, on=clock.today(), page=page_number(request))
    kept = {name: value for name, value in request.GET.items() if name != "page"}
    here = reverse("console:finance_invoices")
    return money_page(
        request, "invoices", form=form, page=found, is_narrowed=wanted != InvoiceFilter(),
        pages=pages_of(here, kept, found.page, has_next=found.page < found.pages),
        status=422 if form.is_bound and form.errors else 200,
    )  # fmt: skip


@require_safe
@finance_page
def show(request: OperatorRequest, invoice_id: UUID) -> HttpResponse:
    """One invoice or credit note, as it was issued, and all that became of it."""
    return money_page(request, "invoice", page=invoice_page(invoice_id, on=clock.today()))


@require_safe
@finance_page
def pdf(_request: OperatorRequest, invoice_id: UUID) -> HttpResponse:
    """The document: the very file that was sent, where it was."""
    name, kept, html = pdf_of(invoice_id)
    if kept is None:
        return PdfResponse(html, filename=name)
    answer = HttpResponse(kept, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


@require_safe
@finance_page
def xml(_request: OperatorRequest, invoice_id: UUID) -> HttpResponse:
    """The electronic invoice, as it is handed to the network."""
    name, content = xml_file(invoice_id)
    answer = HttpResponse(content, content_type="application/xml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_http_methods(GET_AND_POST)
@finance_page
def credit(request: OperatorRequest, invoice_id: UUID) -> HttpResponse:
    """Draft a credit note for all or a part of an invoice. It is reviewed and issued as every draft is.

    The boxes of a long invoice's lines come page by page: all that is left is credited without any of them.
    """
    page = invoice_page(invoice_id, on=clock.today())
    here = reverse("console:credit_invoice", args=[invoice_id])
    part = part_of(request, creditable(invoice_id), here, size=BOXES)
    form = CreditForm(filled(request), lines=part.rows, currency=page.row.currency)
    made: list[UUID] = []

    def act(said: dict[str, Any]) -> None:
        draft = actions.draft_credit(
            invoice_id=invoice_id, amounts=form.amounts, reason=said["reason"], bills_again=said["bills_again"],
            by=request.operator,
        )  # fmt: skip
        made.append(draft.id)

    if carried_out(form, act):
        messages.success(request, _("Drafted: look at the credit note, then issue it."))
        return redirect("console:finance_draft", made[0])
    return money_form(request, "credit", form, page=page, part=part)


@require_POST
@finance_page
def bill_again(request: OperatorRequest, invoice_id: UUID) -> HttpResponse:
    """Have what an invoice billed that was credited whole be due again."""

    def act() -> object:
        return actions.bill_again(invoice_id=invoice_id, by=request.operator)

    done = _("What it billed is due again: the next run drafts it anew.")
    return done_and_back(request, act, done, "finance_invoices")


@require_http_methods(GET_AND_POST)
@finance_page
def allocate(request: OperatorRequest, invoice_id: UUID) -> HttpResponse:
    """Say which other invoices of the customer what is left of a credit note settles."""
    form, page = _allocate_form(request, invoice_id)

    def act(_said: dict[str, Any]) -> object:
        return payment_actions.allocate_credit_note(
            credit_note_id=invoice_id, allocations=form.allocations, by=request.operator
        )

    if carried_out(form, act):
        messages.success(request, _("Kept: the invoices are settled by that much."))
        return redirect("console:finance_invoice", invoice_id)
    return money_form(request, "credit_allocate", form, page=page)


def _allocate_form(request: OperatorRequest, invoice_id: UUID) -> tuple[AllocateForm, InvoicePage]:
    page = invoice_page(invoice_id, on=clock.today())
    row = page.row
    opened = open_invoices(on=clock.today(), customer_id=row.customer_id, entity_id=page.entity_id)
    return AllocateForm(filled(request), invoices=opened, currency=row.currency, left=row.open), page


@require_http_methods(GET_AND_POST)
@freshly_proved
@finance_page
def write_off(request: OperatorRequest, invoice_id: UUID) -> HttpResponse:
    """Propose that what is open of an invoice will not be paid: another operator decides."""
    page = invoice_page(invoice_id, on=clock.today())
    form = WriteOffForm(
        typed(request), currency=page.row.currency, left=page.row.open, initial={"amount": page.row.open}
    )
    made: list[UUID] = []

    def act(said: dict[str, Any]) -> None:
        proposal = write_offs.propose_write_off(
            invoice_id=invoice_id, amount=said["amount"], reason=said["reason"], by=request.operator
        )
        made.append(proposal.id)

    if request.method == "POST" and carried_out(form, act):
        messages.success(request, _("Proposed. Another operator has to decide."))
        return redirect("console:proposal", made[0])
    return money_form(request, "write_off", form, page=page)
