"""Paying back what is left of a credit note, in one step."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from console.actions.finance import payments as actions
from console.doors import OperatorRequest
from console.pages.finance.doors import GET_AND_POST, carried_out, filled, finance_page
from console.pages.finance.money_fields import AmountField, DayField, until_today
from console.pages.finance.run_forms import reason_field
from console.pages.finance.shown import money_form
from console.queries.finance.choices import today_of
from console.queries.finance.invoices import invoice_page
from core import clock


class PayBackForm(forms.Form):
    """How much of a credit note went back to the customer, and when."""

    on = DayField(label=gettext_lazy("Paid back on"))
    reason = reason_field(gettext_lazy("Why"), gettext_lazy("Kept with the payment that went back."), most=200)

    def __init__(self, data: Any = None, *, currency: str, left: Decimal, today: date) -> None:
        super().__init__(data, initial={"on": today, "amount": left})
        until_today(self, "on", today)
        self.fields["amount"] = AmountField(label=_("Amount paid back"), currency=currency, most=left)
        self.order_fields(["amount", "on", "reason"])


@require_http_methods(GET_AND_POST)
@finance_page
def pay_back(request: OperatorRequest, invoice_id: UUID) -> HttpResponse:
    """Enter that what is left of a credit note was paid back: it settles what a payment did, and that goes back."""
    page = invoice_page(invoice_id, on=clock.today())
    if not page.row.is_credit_note:
        raise Http404
    form = PayBackForm(filled(request), currency=page.row.currency, left=page.row.open, today=today_of(page.entity_id))

    def act(said: dict[str, Any]) -> object:
        return actions.pay_back_credit(
            credit_note_id=invoice_id, amount=said["amount"], on=said["on"], note=said["reason"], by=request.operator
        )

    if carried_out(form, act):
        messages.success(request, _("Kept: it stands with the payment that went back."))
        return redirect("console:finance_invoice", invoice_id)
    return money_form(request, "credit_pay_back", form, page=page)
