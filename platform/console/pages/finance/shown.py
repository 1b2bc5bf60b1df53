"""What pages about money are shown with: amounts as people read them, and whether this operator may change things."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from billing.money import written
from console.choices import Permission
from console.doors import OperatorRequest
from console.pages.finance.doors import form_answer, refused_words


def money_page(request: OperatorRequest, name: str, *, status: int = 200, **shown: Any) -> HttpResponse:
    """A page of `console/finance`."""
    return render(request, f"console/finance/{name}.html", {**_more(request), **shown}, status=status)


def money_form(request: OperatorRequest, name: str, form: forms.Form, **shown: Any) -> HttpResponse:
    """A page of `console/finance` with a form: as new, or with what was typed and what is wrong with it."""
    return form_answer(request, f"console/finance/{name}.html", form, **{**_more(request), **shown})


def done_and_back(request: OperatorRequest, act: Callable[[], object], done: str, otherwise: str) -> HttpResponse:
    """Do what needs no form, say so or why not, and go back to the page of ours whose button it was."""
    refused = refused_words(act)
    if refused:
        messages.error(request, refused)
    else:
        messages.success(request, done)
    back = request.POST.get("back", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if is_ours else reverse(f"console:{otherwise}"))


def _more(request: OperatorRequest) -> dict[str, Any]:
    return {"money": written, "may_bill": request.operator.may(Permission.FINANCE)}
