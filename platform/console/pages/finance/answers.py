"""What the pages about money share: amounts as people read them, and every refusal as a sentence beside the form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

from django import forms
from django.contrib import messages
from django.db import OperationalError, transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from billing import errors as billing_errors
from billing.money import written
from console import errors as console_errors
from console.choices import Permission
from console.doors import OperatorRequest
from tenants.context import SHARED_ALIAS

T = TypeVar("T")
REFUSED: Final = (console_errors.ConsoleRefused, billing_errors.BillingError)
NOT_THERE: Final = (console_errors.NotThere, billing_errors.NotThere, console_errors.NotPermitted)
"""These are answered by the doors: 404, and 403."""
MET: Final = (console_errors.ChangedMeanwhile, billing_errors.ChangedMeanwhile)
GET_AND_POST: Final = ["GET", "HEAD", "POST"]


def money_page(request: OperatorRequest, name: str, shown: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page of `console/finance`, which can write amounts and knows whether this operator may change things."""
    more = {"money": written, "may_bill": request.operator.may(Permission.FINANCE)}
    return render(request, f"console/finance/{name}.html", {**more, **shown}, status=status)


def tried(act: Callable[[], T]) -> tuple[T | None, Exception | None]:
    """What was done, or why it was refused; a refusal leaves nothing behind. Two at once: the later one is told so.

    Raises what the doors answer: that something is not there, or not this operator's to do.
    """
    try:
        with transaction.atomic(using=SHARED_ALIAS):
            return act(), None
    except NOT_THERE:
        raise
    except REFUSED as refused:
        return None, refused
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        busy = _("Somebody else is working on the same just now. Look at it as it is, then try again.")
        return None, console_errors.ChangedMeanwhile(busy)


def done_at_once(
    request: OperatorRequest, act: Callable[[], object], done: str, to: str, /, *args: object
) -> HttpResponse:
    """Do what needs no form, say so or why not, and go on to a page."""
    _result, refused = tried(act)
    if refused is None:
        messages.success(request, done)
    else:
        messages.error(request, str(refused))
    return redirect(to, *args)


def form_answer(
    request: OperatorRequest,
    name: str,
    form: forms.Form,
    act: Callable[[dict[str, Any]], T],
    go_on: Callable[[T], HttpResponse],
    *,
    again: Callable[[], dict[str, Any]] | None = None,
    **shown: Any,
) -> HttpResponse:
    """A page with one form, or what comes after it was done. What was typed stays: 422, or 409 when another was first.

    `again` reads anew what the page shows, for when somebody else changed it meanwhile.
    """
    refused: Exception | None = None
    if request.method == "POST" and form.is_valid():
        result, refused = tried(lambda: act(form.cleaned_data))
        if refused is None:
            return go_on(result)  # type: ignore[arg-type]  # without a refusal there is a result
        if isinstance(refused, MET) and again is not None:
            shown |= again()
    status = 200 if request.method != "POST" else 409 if isinstance(refused, MET) else 422
    if isinstance(refused, billing_errors.BadValue) and refused.field in form.fields:
        form.add_error(refused.field, str(refused))
        refused = None
    more = {"form": form, "refused": str(refused) if refused else ""}
    return money_page(request, name, {**shown, **more}, status=status)
