"""What pages about money are shown with: amounts as people read them, and whether this operator may change things."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from billing.money import written
from console.choices import Permission
from console.doors import OperatorRequest
from console.pages.finance.doors import form_answer


def money_page(request: OperatorRequest, name: str, *, status: int = 200, **shown: Any) -> HttpResponse:
    """A page of `console/finance`."""
    return render(request, f"console/finance/{name}.html", {**_more(request), **shown}, status=status)


def money_form(request: OperatorRequest, name: str, form: forms.Form, **shown: Any) -> HttpResponse:
    """A page of `console/finance` with a form: as new, or with what was typed and what is wrong with it."""
    return form_answer(request, f"console/finance/{name}.html", form, **{**_more(request), **shown})


def _more(request: OperatorRequest) -> dict[str, Any]:
    return {"money": written, "may_bill": request.operator.may(Permission.FINANCE)}
