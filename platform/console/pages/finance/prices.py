"""Price books: the list, one of them beside the one before, and publishing another."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from billing.choices import Currency
from console.actions.finance import prices as actions
from console.doors import OperatorRequest
from console.pages.finance.doors import GET_AND_POST, carried_out, filled, finance_page
from console.pages.finance.price_forms import SINGLE, BookForm
from console.pages.finance.setting_fields import bands_text
from console.pages.finance.shown import money_form, money_page
from console.queries.finance.prices import book_lines, book_page, newest_prices
from core import clock


@require_safe
@finance_page
def index(request: OperatorRequest) -> HttpResponse:
    """Every price book, by currency, newest first."""
    return money_page(request, "books", lines=book_lines(clock.today()), currencies=Currency.choices)


@require_safe
@finance_page
def show(request: OperatorRequest, book_id: UUID) -> HttpResponse:
    """One price book."""
    return money_page(request, "book", page=book_page(book_id, clock.today()))


@require_http_methods(GET_AND_POST)
@finance_page
def add(request: OperatorRequest, currency: str) -> HttpResponse:
    """Publish a price book in a currency, beginning with what holds now."""
    if currency not in Currency.values:
        raise Http404
    form = BookForm(filled(request), currency=currency, initial=_as_now(currency))
    made: list[UUID] = []

    def act(said: dict[str, Any]) -> None:
        book = actions.publish_book(
            currency=currency, name=said["name"], valid_from=said["valid_from"], prices=form.prices,
            group_discounts=said["group_discounts"], note=said["note"], by=request.operator,
        )  # fmt: skip
        made.append(book.id)

    if carried_out(form, act):
        messages.success(request, _("Published."))
        return redirect("console:finance_book", made[0])
    return money_form(
        request, "form", form, heading=_("Publish a price book"), caption=Currency(currency).label,
        back=(_("Back to prices"), reverse("console:finance_books")), button=_("Publish it"),
        intro=_("A book is published whole and never changed: another takes its place from a day on. The boxes hold "
                "what the newest book says. It holds from today or a later day: no month that has begun changes."),
    )  # fmt: skip


def _as_now(currency: str) -> dict[str, Any]:
    """The newest book's prices, as they are typed."""
    found = newest_prices(currency)
    if found is None:
        return {}
    initial: dict[str, Any] = {kind: bands_text(found.prices.get(kind, {})) for kind in ("platform", "practitioner")}
    initial["group_discounts"] = bands_text(found.group_discounts)
    for kind in SINGLE:
        amount = found.prices.get(kind.value, {}).get(0)
        initial[kind.value] = "" if amount is None else f"{amount:,}"
    return initial
