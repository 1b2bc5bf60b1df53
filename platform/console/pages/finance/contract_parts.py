"""What stands on a contract: councils, discounts, charges and purchase orders."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from billing.errors import NotThere
from console.actions.finance import contracts as actions
from console.doors import OperatorRequest
from console.pages.finance.contract_forms import ChargeForm, CouncilForm, DayForm, DiscountForm, OrderForm
from console.pages.finance.contracts import about
from console.pages.finance.doors import GET_AND_POST, carried_out, done_at_once, filled, finance_page
from console.pages.finance.shown import money_form
from console.queries.finance.contracts import ContractPage, contract_page
from console.queries.finance.usage import council_choices
from core import clock


@require_http_methods(GET_AND_POST)
@finance_page
def add_council(request: OperatorRequest, contract_id: UUID) -> HttpResponse:
    """Put a council on a contract."""
    page = _page(contract_id)
    form = CouncilForm(filled(request), councils=council_choices(), initial={"starts_on": page.starts_on})
    return _answer(
        request, page, form, lambda said: actions.add_council(contract_id=page.id, **said, by=request.operator),
        heading=_("Add a council"), done=_("It is on the contract."),
    )  # fmt: skip


@require_http_methods(GET_AND_POST)
@finance_page
def remove_council(request: OperatorRequest, contract_id: UUID, place_id: UUID) -> HttpResponse:
    """Have a council leave a contract before it ends."""
    page = _page(contract_id)
    council = _of(page.councils, place_id)
    form = DayForm(
        filled(request), name="ends_on", label=_("Its last day on the contract"), day=council.ends_on,
        help_text=_("Its last month is billed by the day."),
    )  # fmt: skip
    return _answer(
        request, page, form,
        lambda said: actions.remove_council(contract_council_id=place_id, on=said["ends_on"], by=request.operator),
        heading=_("%(name)s leaves the contract") % {"name": council.name}, done=_("It leaves on that day."),
        intro=_("Its people keep their access: that a council leaves a contract takes nothing away by itself."),
    )  # fmt: skip


@require_http_methods(GET_AND_POST)
@finance_page
def add_discount(request: OperatorRequest, contract_id: UUID) -> HttpResponse:
    """Agree a discount."""
    page = _page(contract_id)
    form = DiscountForm(filled(request))
    return _answer(
        request, page, form, lambda said: actions.add_discount(contract_id=page.id, **said, by=request.operator),
        heading=_("Add a discount"), done=_("Added."),
    )  # fmt: skip


@require_http_methods(GET_AND_POST)
@finance_page
def end_discount(request: OperatorRequest, contract_id: UUID, discount_id: UUID) -> HttpResponse:
    """Have a discount end."""
    page = _page(contract_id)
    discount = _of(page.discounts, discount_id)
    form = DayForm(
        filled(request), name="until_on", label=_("Last day of the discount"), day=discount.until_on,
        help_text=_("A day before it began takes it back whole."),
    )  # fmt: skip
    return _answer(
        request, page, form,
        lambda said: actions.end_discount(discount_id=discount_id, **said, by=request.operator),
        heading=_("End the discount “%(why)s”") % {"why": discount.reason}, done=_("It ends on that day."),
    )  # fmt: skip


@require_http_methods(GET_AND_POST)
@finance_page
def add_charge(request: OperatorRequest, contract_id: UUID) -> HttpResponse:
    """Have something billed once."""
    page = _page(contract_id)
    councils = [(str(one.id), one.name) for one in page.councils]
    form = ChargeForm(
        filled(request), councils=councils, currency=page.currency, initial={"on": clock.today(), "quantity": "1"}
    )
    return _answer(
        request, page, form, lambda said: actions.add_charge(contract_id=page.id, **said, by=request.operator),
        heading=_("Add a charge"), done=_("Added: the next run bills it."),
    )  # fmt: skip


@require_POST
@finance_page
def cancel_charge(request: OperatorRequest, contract_id: UUID, charge_id: UUID) -> HttpResponse:
    """Have a charge billed no more."""
    _of(_page(contract_id).charges, charge_id)
    return done_at_once(
        request, lambda: actions.cancel_charge(charge_id=charge_id, by=request.operator),
        _("Cancelled: it is not billed."), "console:finance_contract", contract_id,
    )  # fmt: skip


@require_http_methods(GET_AND_POST)
@finance_page
def add_order(request: OperatorRequest, contract_id: UUID) -> HttpResponse:
    """Enter a purchase order."""
    page = _page(contract_id)
    form = OrderForm(filled(request), currency=page.currency, initial={"valid_from": clock.today()})
    return _answer(
        request, page, form, lambda said: actions.add_order(contract_id=page.id, **said, by=request.operator),
        heading=_("Add a purchase order"), done=_("Added: drafts use it from now on."),
    )  # fmt: skip


@require_POST
@finance_page
def close_order(request: OperatorRequest, contract_id: UUID, order_id: UUID) -> HttpResponse:
    """Have nothing more billed on a purchase order."""
    _of(_page(contract_id).orders, order_id)
    return done_at_once(
        request, lambda: actions.close_order(order_id=order_id, by=request.operator),
        _("Closed: nothing more is billed on it."), "console:finance_contract", contract_id,
    )  # fmt: skip


def _page(contract_id: UUID) -> ContractPage:
    return contract_page(contract_id, on=clock.today())


def _of(lines: Any, wanted: UUID) -> Any:
    """The one of these that is meant. Raises NotThere for one of another contract, as for none."""
    found = next((one for one in lines if one.id == wanted), None)
    if found is None:
        raise NotThere("There is no such thing on this contract.")
    return found


def _answer(
    request: OperatorRequest, page: ContractPage, form: forms.Form, act: Callable[[dict[str, Any]], object], *,
    heading: str, done: str, intro: str = "",
) -> HttpResponse:  # fmt: skip
    """The form, or back to the contract when it was done."""
    if carried_out(form, act):
        messages.success(request, done)
        return redirect("console:finance_contract", page.id)
    return money_form(request, "form", form, heading=heading, intro=intro, **about(page))
