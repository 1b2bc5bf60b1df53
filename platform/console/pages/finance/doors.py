"""What finance's pages share: 404 and 403, and every refusal as a sentence beside the form."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from psycopg.errors import LockNotAvailable

from billing.errors import BadValue, BillingError
from billing.errors import ChangedMeanwhile as BillingChanged
from billing.errors import NotThere as NotInBilling
from console.doors import OperatorRequest
from console.errors import ChangedMeanwhile, ConsoleRefused, NotPermitted, NotThere
from tenants.context import SHARED_ALIAS

P = ParamSpec("P")
GET_AND_POST: Final = ["GET", "HEAD", "POST"]
REFUSED: Final = (ConsoleRefused, BillingError)


def finance_page(
    view: Callable[Concatenate[OperatorRequest, P], HttpResponse],
) -> Callable[Concatenate[OperatorRequest, P], HttpResponse]:
    """404 for what is not there, in the console as in billing; 403 for what this operator's roles do not reach."""

    @wraps(view)
    def guarded(request: OperatorRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except (NotThere, NotInBilling) as missing:
            raise Http404 from missing
        except NotPermitted as refused:
            raise PermissionDenied from refused

    return guarded  # type: ignore[return-value]  # functools.wraps hides that the signature is the same


def filled(request: OperatorRequest) -> Any:
    """What a form is made with: what was sent, or nothing."""
    return request.POST if request.method == "POST" else None


def carried_out(form: forms.Form, act: Callable[[dict[str, Any]], object]) -> bool:
    """Whether `act` did what the valid form asks. What is refused stands on the form, at its field where there is one.

    What is not there, or not permitted, is left to `finance_page`.
    """
    if not form.is_bound or not form.is_valid():
        return False
    refused = why_not(lambda: act(dict(form.cleaned_data)))
    if refused is None:
        return True
    at = _field_of(form, refused.field) if isinstance(refused, BadValue) else None
    form.add_error(at, forms.ValidationError(str(refused), code=_code(refused)))
    return False


def why_not(act: Callable[[], object]) -> Exception | None:
    """Do something; the reason for which it was refused, or None. A refusal leaves nothing behind.

    Of two at once, the later one is told so. What is not there, or not permitted, is left to `finance_page`.
    """
    try:
        with transaction.atomic(using=SHARED_ALIAS):
            act()
    except (NotThere, NotInBilling, NotPermitted):
        raise
    except REFUSED as refused:
        return refused
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        busy = _("Somebody else is working on the same just now. Look at it as it is, then try again.")
        return ChangedMeanwhile(busy)
    return None


def refused_words(act: Callable[[], object]) -> str:
    """Do something that has no form: the sentence in which it was refused, or nothing."""
    refused = why_not(act)
    return str(refused) if refused else ""


def done_at_once(
    request: OperatorRequest, act: Callable[[], object], done: str, to: str, /, *args: object
) -> HttpResponse:
    """Do what needs no form, say so or why not, and go on to a page."""
    if refused := refused_words(act):
        messages.error(request, refused)
    else:
        messages.success(request, done)
    return redirect(to, *args)


def form_answer(request: OperatorRequest, template: str, form: forms.Form, **shown: Any) -> HttpResponse:
    """A page with a form: 200 as new; 409 where somebody was quicker, else 422, with what was typed."""
    status = 200
    if form.is_bound:
        codes = {error.code for error in form.non_field_errors().as_data()}
        status = 409 if "changed" in codes else 422
    return render(request, template, {"form": form, **shown}, status=status)


def _field_of(form: forms.Form, name: str) -> str | None:
    """The form's field that a refused value stands in: where it asks for one thing alone, that one."""
    if name in form.fields:
        return name
    return next(iter(form.fields)) if len(form.fields) == 1 else None


def _code(refused: Exception) -> str:
    return "changed" if isinstance(refused, ChangedMeanwhile | BillingChanged) else "refused"
