"""Sending: an invoice to whoever gets it, what could not be sent, and trying again or giving up."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from billing.queries.deliveries import MOST, not_sent, not_sent_count
from console.actions.finance import delivery as actions
from console.doors import OperatorRequest
from console.pages.answers import page_number, pages_of
from console.pages.finance.doors import finance_page, refused_words
from console.pages.finance.shown import done_and_back, money_page


@require_safe
@finance_page
def index(request: OperatorRequest) -> HttpResponse:
    """What could not be sent so far, or was given up on, newest first."""
    count = not_sent_count()
    page = max(1, min(page_number(request), -(-count // MOST)))
    pages = pages_of(reverse("console:finance_sendings"), {}, page, has_next=page * MOST < count)
    return money_page(request, "sendings", rows=not_sent(page=page), count=count, pages=pages)


@require_POST
@finance_page
def send(request: OperatorRequest, invoice_id: UUID) -> HttpResponse:
    """Send an invoice to everyone who gets it, by mail and over the network where they take it so."""

    def act() -> object:
        return actions.send_invoice(invoice_id=invoice_id, by=request.operator)

    return done_and_back(request, act, _("On its way: see below how far it is."), "finance_invoices")


@require_POST
@finance_page
def send_run(request: OperatorRequest, run_id: UUID) -> HttpResponse:
    """Send all that was issued of a run and was sent to nobody yet. Whom nobody reaches its page says."""
    sent: list[int] = []

    def act() -> None:
        sent.append(len(actions.send_run(run_id=run_id, by=request.operator).deliveries))

    if refused := refused_words(act):
        messages.error(request, refused)
    elif sent[0]:
        words = ngettext("On its way to %(count)d address.", "On its way to %(count)d addresses.", sent[0])
        messages.success(request, words % {"count": sent[0]})
    else:
        messages.error(request, _("Nothing waited to be sent: it was sent before, or nobody gets it."))
    return redirect("console:finance_run", run_id)


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
