"""Noting that a customer was rung, and when to ring them again: until then they stand among those to be rung later."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from billing.errors import NotThere
from billing.queries.reminders import calls
from console.actions.finance import reminders as actions
from console.doors import OperatorRequest
from console.pages.finance.doors import GET_AND_POST, carried_out, filled, finance_page
from console.pages.finance.shown import money_form
from console.queries.finance.choices import today_of
from ui.fields import DatePartsField

USUAL: Final = timedelta(days=7)


class CallForm(forms.Form):
    """From which day on a customer who was rung is to be rung again, should they not have paid by then."""

    again_on = DatePartsField(label=gettext_lazy("Ring them again from"))

    def __init__(self, data: Any = None, *, today: date) -> None:
        super().__init__(data, initial={"again_on": today + USUAL})


@require_http_methods(GET_AND_POST)
@finance_page
def rung(request: OperatorRequest, customer_id: UUID, entity_id: UUID) -> HttpResponse:
    """Note that a customer was rung. No words are kept of it: only when, by whom, and when to ring again."""
    today = today_of(entity_id)
    form = CallForm(filled(request), today=today)

    def act(said: dict[str, Any]) -> object:
        return actions.note_call(
            customer_id=customer_id, entity_id=entity_id, again_on=said["again_on"], by=request.operator
        )

    if carried_out(form, act):
        messages.success(request, _("Noted. They stand below until that day."))
        return redirect("console:finance_calls")
    known = calls(today, entity_id=entity_id, customer_id=customer_id)
    if not known.now and not known.later:
        raise NotThere("Nobody there is to be rung.")
    return money_form(request, "call_made", form, one=(known.now or known.later)[0])
