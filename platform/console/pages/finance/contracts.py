"""Contracts: the list, one of them, making and changing one, its end and notice."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from console.actions.finance import contracts as actions
from console.doors import OperatorRequest
from console.pages.answers import page_number, pages_of
from console.pages.finance.contract_forms import ContractFilterForm, ContractForm, DayForm, TermsForm
from console.pages.finance.doors import GET_AND_POST, carried_out, done_at_once, filled, finance_page
from console.pages.finance.shown import money_form, money_page
from console.queries.finance.choices import customer_choices, entity_choices, today_of
from console.queries.finance.contracts import STATES, ContractFilter, ContractPage, contract_list, contract_page
from console.queries.finance.prices import book_choices
from core import clock
from ui.filters import long_date


@require_safe
@finance_page
def index(request: OperatorRequest) -> HttpResponse:
    """Every contract, 50 a page; narrowed by reference, customer, council and state."""
    form = ContractFilterForm(request.GET or None, states=STATES)
    fits = form.is_bound and form.is_valid()
    wanted = ContractFilter(**form.cleaned_data) if fits else ContractFilter()
    found = contract_list(wanted, on=clock.today(), page=page_number(request))
    kept = {name: value for name, value in request.GET.items() if name != "page"}
    return money_page(
        request, "contracts", form=form, page=found, is_narrowed=wanted != ContractFilter(),
        pages=pages_of(reverse("console:finance_contracts"), kept, found.page, has_next=found.page < found.pages),
        status=422 if form.is_bound and not fits else 200,
    )  # fmt: skip


@require_safe
@finance_page
def show(request: OperatorRequest, contract_id: UUID) -> HttpResponse:
    """One contract: its terms, councils, discounts, charges, purchase orders and invoices."""
    return money_page(request, "contract", page=contract_page(contract_id, on=clock.today()), today=clock.today())


@require_http_methods(GET_AND_POST)
@finance_page
def add(request: OperatorRequest) -> HttpResponse:
    """Make a contract. Councils are put on it next."""
    bills = entity_choices()
    initial: dict[str, Any] = {
        "customer": request.GET.get("customer", ""), "renews_months": 12, "notice_days": 90, "billed_every": 1,
        "entity": bills[0][0] if len(bills) == 1 else "",
    }  # fmt: skip
    form = ContractForm(
        filled(request), customers=customer_choices(), entities=bills, books=book_choices(), initial=initial
    )
    made: list[UUID] = []
    if carried_out(form, lambda said: made.append(actions.create_contract(**said, by=request.operator).id)):
        messages.success(request, _("Made. Now put the councils on it."))
        return redirect("console:finance_contract", made[0])
    back = (_("Back to contracts"), reverse("console:finance_contracts"))
    return money_form(request, "form", form, heading=_("Add a contract"), back=back)


@require_http_methods(GET_AND_POST)
@finance_page
def change(request: OperatorRequest, contract_id: UUID) -> HttpResponse:
    """Change the terms of a contract."""
    page = contract_page(contract_id, on=clock.today())
    initial = {name: getattr(page, name) for name in TermsForm.base_fields if hasattr(page, name)}
    initial["held_book"] = str(page.held_book_id or "")
    form = TermsForm(filled(request), books=book_choices(page.currency), initial=initial)
    if carried_out(form, lambda said: actions.change_contract(contract_id=contract_id, **said, by=request.operator)):
        messages.success(request, _("Changed."))
        return redirect("console:finance_contract", contract_id)
    return money_form(
        request, "form", form, heading=_("Change the terms"), **about(page),
        intro=_("Drafts that were made before are held back until they are drafted again."),
    )  # fmt: skip


@require_http_methods(GET_AND_POST)
@finance_page
def end(request: OperatorRequest, contract_id: UUID) -> HttpResponse:
    """Have a contract end on another day than it says: earlier, or later."""
    page = contract_page(contract_id, on=clock.today())
    form = DayForm(
        filled(request), name="ends_on", label=_("Last day"), day=page.ends_on,
        help_text=_("Its last month is billed by the day. A month that is billed already can't be cut off."),
    )  # fmt: skip

    def act(said: dict[str, Any]) -> object:
        do = actions.extend_contract if said["ends_on"] > page.ends_on else actions.end_contract
        return do(contract_id=contract_id, ends_on=said["ends_on"], by=request.operator)

    if carried_out(form, act):
        messages.success(request, _("It ends on %(day)s.") % {"day": long_date(form.cleaned_data["ends_on"])})
        return redirect("console:finance_contract", contract_id)
    return money_form(
        request, "form", form, heading=_("Change the last day"), **about(page),
        intro=_("An earlier day ends the contract and it does not renew; a later one lets it go on, and makes notice "
                "void. Councils keep their access: that a contract ends takes nothing away by itself."),
    )  # fmt: skip


@require_http_methods(GET_AND_POST)
@finance_page
def notice(request: OperatorRequest, contract_id: UUID) -> HttpResponse:
    """Note that notice was given: the contract ends and does not renew."""
    page = contract_page(contract_id, on=clock.today())
    form = DayForm(
        filled(request), name="given_on", label=_("Day on which notice was given"), day=today_of(page.entity_id),
        help_text=_("By the customer or by us. The contract then does not renew."),
    )  # fmt: skip
    if carried_out(
        form, lambda said: actions.give_notice(contract_id=contract_id, on=said["given_on"], by=request.operator)
    ):
        messages.success(request, _("Noted. It does not renew."))
        return redirect("console:finance_contract", contract_id)
    return money_form(request, "form", form, heading=_("Note that notice was given"), **about(page))


@require_POST
@finance_page
def take_notice_back(request: OperatorRequest, contract_id: UUID) -> HttpResponse:
    """Note that notice was taken back: the contract renews again."""
    return done_at_once(
        request, lambda: actions.take_notice_back(contract_id=contract_id, by=request.operator),
        _("Notice is void: the contract renews again."), "console:finance_contract", contract_id,
    )  # fmt: skip


def about(page: ContractPage) -> dict[str, Any]:
    """What a form about a contract says above itself, and where it leads back to."""
    back = (_("Back to the contract"), reverse("console:finance_contract", args=[page.id]))
    return {"caption": f"{page.reference}, {page.customer}", "back": back}
