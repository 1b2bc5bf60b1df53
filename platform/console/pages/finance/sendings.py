"""Sending: an invoice to whoever gets it, what could not be sent, and trying again or giving up."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from billing.queries.deliveries import not_sent
from console.actions.finance import delivery as actions
from console.doors import OperatorRequest
from console.pages.finance.doors import finance_page, refused_words
from console.pages.finance.shown import money_page


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

    return _at_once(request, act, _("On its way: see below how far it is."), "console:finance_invoice", invoice_id)


@require_POST
@finance_page
def again(request: OperatorRequest, delivery_id: UUID) -> HttpResponse:
    """Send the same once more."""
    return _back(
        request, lambda: actions.send_again(delivery_id=delivery_id, by=request.operator), _("It is sent again.")
    )


@require_POST
@finance_page
def stop(request: OperatorRequest, delivery_id: UUID) -> HttpResponse:
    """Give up on it."""
    return _back(
        request, lambda: actions.stop_sending(delivery_id=delivery_id, by=request.operator), _("It is given up.")
    )


def _back(request: OperatorRequest, act: Callable[[], object], done: str) -> HttpResponse:
    """To the page whose button it was, where that is one of ours."""
    back = request.POST.get("back", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return _at_once(request, act, done, back if is_ours else "console:finance_sendings")


def _at_once(request: OperatorRequest, act: Callable[[], object], done: str, to: str, *args: object) -> HttpResponse:
    refused = refused_words(act)
    if refused:
        messages.error(request, refused)
    else:
        messages.success(request, done)
    return redirect(to, *args)
