"""The bank: taking a file in, the lines that somebody has to look at, and saying whose money a line is."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from billing.bank import MOST_BYTES, BadBankFile
from billing.errors import BadValue
from billing.queries.balances import open_invoices
from console.actions.finance import bank as actions
from console.doors import OperatorRequest
from console.pages.answers import page_number, pages_of
from console.pages.finance.doors import GET_AND_POST, carried_out, filled, finance_page
from console.pages.finance.payment_forms import BankFileForm, IgnoreForm, SettleForm
from console.pages.finance.shown import done_and_back, money_form, money_page
from console.pages.finance.upload import at_most
from console.queries.finance.bank import BankLineShown, Suggestion, bank_page, line_page
from console.queries.finance.choices import customer_choices, entity_choices
from core import clock

LONGEST_NAME: Final = 120


@require_safe
@finance_page
def index(request: OperatorRequest) -> HttpResponse:
    """What has to be looked at, and the files that came last."""
    page = bank_page(page=page_number(request))
    pages = pages_of(reverse("console:finance_bank"), {}, page.page, has_next=page.page < page.pages)
    return money_page(request, "bank", page=page, pages=pages)


def _too_big(request: OperatorRequest) -> HttpResponse:
    """The page of the form, which says that the file is too big. Nothing of it was read."""
    form = BankFileForm(entities=entity_choices())
    return money_page(request, "bank_import", form=form, is_too_big=True, most=MOST_BYTES // 1_000_000, status=413)


@require_http_methods(GET_AND_POST)
@at_most(MOST_BYTES, _too_big)
@finance_page
def take(request: OperatorRequest) -> HttpResponse:
    """Take a file in: what is sure is matched, and the rest waits to be looked at."""
    offered = entity_choices()
    initial = {"entity": offered[0][0]} if len(offered) == 1 else {}
    form = BankFileForm(filled(request), request.FILES or None, entities=offered, initial=initial)
    made: list[Any] = []
    problems: list[str] = []

    def act(said: dict[str, Any]) -> None:
        name, content = said["file"].name[-LONGEST_NAME:], said["file"].read()
        try:
            made.append(actions.import_file(entity_id=said["entity"], name=name, content=content, by=request.operator))
        except BadBankFile as bad:
            problems.extend(bad.problems)
            words = _("Nothing of this file was taken in: see below what is wrong with it")
            raise BadValue("file", words if len(problems) > 1 else problems[0]) from bad

    if carried_out(form, act):
        messages.success(
            request,
            ngettext("%(count)d payment was read.", "%(count)d payments were read.", made[0].rows)
            % {"count": made[0].rows},
        )
        return redirect("console:finance_bank")
    return money_form(request, "bank_import", form, problems=problems, most=MOST_BYTES // 1_000_000)


class WhoseForm(forms.Form):
    """Which customer a line's money is from."""

    customer = forms.TypedChoiceField(label=gettext_lazy("Whose money is it"), coerce=UUID)

    def __init__(self, data: Any = None, *, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.fields["customer"].choices = [("", _("Choose a customer")), *customer_choices()]  # type: ignore[attr-defined]  # a field with choices


@require_http_methods(GET_AND_POST)
@finance_page
def line(request: OperatorRequest, line_id: UUID) -> HttpResponse:
    """One line: whose money it is and what it pays; or, with `ignore`, that it is no customer's payment."""
    shown, suggestions = line_page(line_id)
    customer_id = _chosen(request, suggestions)
    settle = _settle_form(request, shown, suggestions, customer_id)
    ignore = IgnoreForm(request.POST if request.method == "POST" and "ignore" in request.POST else None)

    def take_it(_said: dict[str, Any]) -> None:
        if customer_id is not None:  # the form is filled only where it is known whose money it is
            actions.settle_line(
                line_id=line_id, allocations=settle.allocations, customer_id=customer_id, by=request.operator
            )

    def leave_it(said: dict[str, Any]) -> object:
        return actions.ignore_line(line_id=line_id, note=said["note"], by=request.operator)

    if carried_out(settle, take_it):
        messages.success(request, _("Taken as a payment."))
        return redirect("console:finance_bank")
    if carried_out(ignore, leave_it):
        messages.success(request, _("Left out: it is no customer's payment."))
        return redirect("console:finance_bank")
    if request.method == "POST":
        shown, suggestions = line_page(line_id)
    is_nobodys = request.method == "POST" and customer_id is None and not ignore.is_bound
    whose = WhoseForm(request.POST if is_nobodys else None, initial={"customer": customer_id})
    asked = next((form for form in (ignore, whose) if form.is_bound), settle)
    return money_form(
        request, "bank_line", asked, line=shown, suggestions=suggestions, settle=settle, ignore=ignore, whose=whose,
        customer_id=customer_id,
    )  # fmt: skip


@require_POST
@finance_page
def look_again(request: OperatorRequest, line_id: UUID) -> HttpResponse:
    """Work out anew what a line may be for: invoices were issued and paid since."""

    def act() -> object:
        return actions.look_again(line_id=line_id, by=request.operator)

    return done_and_back(request, act, _("Looked at again."), "finance_bank")


def _chosen(request: OperatorRequest, suggestions: tuple[Suggestion, ...]) -> UUID | None:
    """The customer asked for, else whom the first suggestion names."""
    said = request.POST if request.method == "POST" else request.GET
    try:
        return UUID(said.get("customer", ""))
    except ValueError:
        return suggestions[0].customer_id if suggestions else None


def _settle_form(
    request: OperatorRequest, shown: BankLineShown, suggestions: tuple[Suggestion, ...], customer_id: UUID | None
) -> SettleForm:
    opened = open_invoices(on=clock.today(), customer_id=customer_id, entity_id=shown.entity_id) if customer_id else ()
    typed = request.POST if request.method == "POST" and "ignore" not in request.POST else None
    return SettleForm(
        typed if customer_id else None, invoices=opened, currency=shown.currency, left=shown.amount,
        suggested={one.invoice_id: one.amount for one in suggestions if one.is_sure},
    )  # fmt: skip
