"""Payments: the list, one of them, entering one by hand, what it pays, and taking it back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.queries.balances import open_invoices
from console.actions.finance import payments as actions
from console.doors import OperatorRequest
from console.pages.answers import page_number, pages_of
from console.pages.finance.doors import GET_AND_POST, carried_out, filled, finance_page
from console.pages.finance.payment_forms import AllocateForm, PaymentForm, ReverseForm
from console.pages.finance.shown import done_and_back, money_form, money_page
from console.queries.finance.choices import customer_choices, entities, entity_choices, today_of
from console.queries.finance.payments import PaymentFilter, PaymentPage, payment_list, payment_page
from core import clock


class PaymentFilterForm(forms.Form):
    """What the list of payments is narrowed to. Every box may stay empty."""

    q = forms.CharField(
        label=gettext_lazy("Payer, reference or invoice number"), required=False, max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    entity = forms.TypedChoiceField(label=gettext_lazy("Paid to"), required=False, coerce=UUID, empty_value=None)
    left = forms.BooleanField(label=gettext_lazy("Only where something is left over"), required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["entity"].choices = [("", _("Any")), *entity_choices()]  # type: ignore[attr-defined]  # a field with choices


@require_safe
@finance_page
def index(request: OperatorRequest) -> HttpResponse:
    """Every payment, newest first, 50 a page."""
    form = PaymentFilterForm(request.GET or None)
    fits = form.is_bound and form.is_valid()
    said = form.cleaned_data if fits else {}
    wanted = PaymentFilter(said.get("q", ""), said.get("entity"), has_left=said.get("left", False))
    found = payment_list(wanted, page=page_number(request))
    kept = {name: value for name, value in request.GET.items() if name != "page"}
    return money_page(
        request, "payments", form=form, page=found, is_narrowed=wanted != PaymentFilter(),
        pages=pages_of(reverse("console:finance_payments"), kept, found.page, has_next=found.page < found.pages),
        status=422 if form.is_bound and not fits else 200,
    )  # fmt: skip


@require_http_methods(GET_AND_POST)
@finance_page
def add(request: OperatorRequest) -> HttpResponse:
    """Enter a payment that stands in no file of the bank, then say what it is for."""
    known = entities()
    initial = {"customer": request.GET.get("customer", ""), "received_on": clock.today()}
    if len(known) == 1:
        initial |= {"entity": str(known[0].id), "received_on": known[0].today}
    form = PaymentForm(filled(request), customers=customer_choices(), entities=known, initial=initial)
    made: list[UUID] = []
    if carried_out(form, lambda said: made.append(actions.record_payment(**said, by=request.operator).id)):
        messages.success(request, _("Entered. Now say which invoices it pays."))
        return redirect("console:allocate_payment", made[0])
    return money_form(request, "payment_add", form)


@require_safe
@finance_page
def show(request: OperatorRequest, payment_id: UUID) -> HttpResponse:
    """One payment: what it paid, what is left, and what was taken back."""
    return money_page(request, "payment", page=payment_page(payment_id))


@require_http_methods(GET_AND_POST)
@finance_page
def allocate(request: OperatorRequest, payment_id: UUID) -> HttpResponse:
    """Say which invoices a payment pays."""
    page = payment_page(payment_id)
    form = _allocate_form(request, page)

    def act(_said: dict[str, Any]) -> object:
        return actions.allocate(payment_id=payment_id, allocations=form.allocations, by=request.operator)

    if carried_out(form, act):
        messages.success(request, _("Kept: the invoices are paid by that much."))
        return redirect("console:finance_payment", payment_id)
    return money_form(request, "payment_allocate", form, page=payment_page(payment_id) if form.is_bound else page)


@require_http_methods(GET_AND_POST)
@finance_page
def reverse_one(request: OperatorRequest, payment_id: UUID) -> HttpResponse:
    """Take a payment back that was no payment, or enter that it was paid back."""
    page = payment_page(payment_id)
    line = page.line
    form = ReverseForm(filled(request), currency=line.currency, most=line.amount, today=today_of(line.entity_id))

    def act(said: dict[str, Any]) -> object:
        if said["kind"] == "refund":
            return actions.refund(
                payment_id=payment_id, amount=said["amount"] or page.line.left, on=said["on"], note=said["reason"],
                by=request.operator,
            )  # fmt: skip
        return actions.reverse_payment(payment_id=payment_id, on=said["on"], note=said["reason"], by=request.operator)

    if carried_out(form, act):
        messages.success(request, _("Kept: the payment itself still stands here, and beside it that it went back."))
        return redirect("console:finance_payment", payment_id)
    return money_form(request, "payment_reverse", form, page=page)


@require_POST
@finance_page
def undo(request: OperatorRequest, allocation_id: UUID) -> HttpResponse:
    """Take back what settled an invoice: it is open again by that much, and the money has it left."""

    def act() -> object:
        return actions.undo_allocation(allocation_id=allocation_id, by=request.operator)

    return done_and_back(request, act, _("Taken back: the invoice is open again by that much."), "finance_invoices")


def _allocate_form(request: OperatorRequest, page: PaymentPage) -> AllocateForm:
    line = page.line
    opened = open_invoices(on=clock.today(), customer_id=line.customer_id, entity_id=line.entity_id)
    return AllocateForm(filled(request), invoices=opened, currency=line.currency, left=line.left)
