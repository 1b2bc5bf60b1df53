"""Sending: an invoice to whoever gets it, what could not be sent, and trying again or giving up."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing.queries.deliveries import not_sent
from console.actions.finance import delivery as actions
from console.doors import OperatorRequest
from console.pages.finance.doors import finance_page
from console.pages.finance.shown import done_and_back, money_page


@require_safe
@finance_page
def index(request: OperatorRequest) -> HttpResponse:
    """What could not be sent so far, or was given up on."""
    return money_page(request, "sendings", rows=not_sent())


@require_POST
@finance_page
def send(request: OperatorRequest, invoice_id: UUID) -> HttpResponse:
    """Send an invoice to everyone who gets it, by mail and over the network where they take it so."""

    def act() -> object:
        return actions.send_invoice(invoice_id=invoice_id, by=request.operator)

    return done_and_back(request, act, _("On its way: see below how far it is."), "finance_invoices")


@require_POST
@finance_page
def again(request: OperatorRequest, delivery_id: UUID) -> HttpResponse:
    """Send the same once more."""

    def act() -> object:
        return actions.send_again(delivery_id=delivery_id, by=request.operator)

    return done_and_back(request, act, _("It is sent once more."), "finance_sendings")


@require_POST
@finance_page
def stop(request: OperatorRequest, delivery_id: UUID) -> HttpResponse:
    """Give up on it."""

    def act() -> object:
        return actions.stop_sending(delivery_id=delivery_id, by=request.operator)

    return done_and_back(request, act, _("It is given up."), "finance_sendings")
