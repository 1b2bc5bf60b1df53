"""One's own sign-in: second factors, recovery codes, password, and where one is signed in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.accounts.actions.factors import check_code, remove_factor, rename_factor, use_recovery_code
from core.accounts.actions.passwords import is_own_password
from core.accounts.actions.sessions import end_session as end_listed_session
from core.accounts.choices import FactorKind
from core.accounts.doors import AccountRequest, for_own_factors, place_of, to, where_next
from core.accounts.errors import LastFactor, NotFound, SignInRefused, TooManyTries
from core.accounts.pages.answers import demo_code, form_page, page, slow_down
from core.accounts.pages.forms import ConfirmForm, FactorNameForm
from core.accounts.queries import code_in_demonstration, my_sign_in, ways_of
from core.accounts.sessions import mark_proved

CONFIRM = "accounts/confirm.html"


@require_safe
def show(request: AccountRequest) -> HttpResponse:
    """What is set up, and where one is signed in."""
    return page(request, "accounts/my_sign_in.html", mine=my_sign_in(request.user, request.session.session_key))


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: AccountRequest) -> HttpResponse:
    """Ask once more who it is, before their sign-in is changed."""
    more: dict[str, Any] = {
        "next": where_next(request),
        "ways": ways_of(request.user),
        "demo": demo_code(code_in_demonstration(request.user)),
        "email": request.user.email,
    }
    if request.method != "POST":
        return page(request, CONFIRM, form=ConfirmForm(), **more)
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return form_page(request, CONFIRM, form, **more)
    try:
        _prove(request, **form.cleaned_data)
    except TooManyTries as error:
        return slow_down(request, CONFIRM, form, error, **more)
    except SignInRefused:
        form.add_error(None, gettext("The password or the code is not right. Check both and try again."))
        return form_page(request, CONFIRM, form, **more)
    mark_proved(request.session)
    return HttpResponseRedirect(where_next(request) or "/my-sign-in")


def _prove(request: AccountRequest, *, password: str, code: str) -> None:
    """Check both factors of someone who is signed in. Raises SignInRefused, TooManyTries."""
    place = place_of(request)
    if not is_own_password(user=request.user, password=password, place=place):
        raise SignInRefused
    is_digits = "".join(code.split()).isdigit()
    (check_code if is_digits else use_recovery_code)(user=request.user, code=code, place=place)


@require_http_methods(["GET", "HEAD", "POST"])
@for_own_factors
def rename(request: AccountRequest, kind: str, factor_id: int) -> HttpResponse:
    """Give a factor a name by which its owner knows it."""
    if kind not in FactorKind.values:
        raise Http404
    factors = my_sign_in(request.user, None).factors
    factor = next((one for one in factors if one.kind == kind and one.id == factor_id), None)
    if factor is None:
        raise Http404
    if request.method != "POST":
        return page(request, "accounts/rename_factor.html", form=FactorNameForm({"name": factor.name}), factor=factor)
    form = FactorNameForm(request.POST)
    if not form.is_valid():
        return form_page(request, "accounts/rename_factor.html", form, factor=factor)
    rename_factor(user=request.user, kind=FactorKind(kind), factor_id=factor_id, name=form.cleaned_data["name"])
    messages.success(request, gettext("The name was changed."))
    return to("accounts:my_sign_in")


@require_POST
@for_own_factors
def remove(request: AccountRequest, kind: str, factor_id: int) -> HttpResponse:
    """Remove a factor; one is always left."""
    if kind not in FactorKind.values:
        raise Http404
    try:
        remove_factor(user=request.user, kind=FactorKind(kind), factor_id=factor_id)
    except NotFound as error:
        raise Http404 from error
    except LastFactor as error:
        messages.error(request, str(error))
    else:
        messages.success(request, gettext("It was removed. You can't sign in with it any more."))
    return to("accounts:my_sign_in")


@require_POST
def end_session(request: AccountRequest, session_id: UUID) -> HttpResponse:
    """Sign out another browser."""
    try:
        end_listed_session(user=request.user, session_id=session_id)
    except NotFound as error:
        raise Http404 from error
    messages.success(request, gettext("You are signed out there."))
    return to("accounts:my_sign_in")
