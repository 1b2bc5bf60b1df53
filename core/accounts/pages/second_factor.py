"""The second step of signing in: an authenticator's code, a recovery code, or a passkey."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods
from django_otp.models import Device

from core.accounts.actions.factors import check_code, use_recovery_code
from core.accounts.doors import AccountRequest, enter_fully, is_verified, place_of, remember_browser, to, where_next
from core.accounts.errors import SignInRefused, TooManyTries
from core.accounts.pages.answers import demo_code, form_page, page, slow_down
from core.accounts.pages.forms import CodeForm, RecoveryCodeForm
from core.accounts.queries import code_in_demonstration, ways_of
from core.accounts.sessions import SETTING_UP

CODE = "accounts/code.html"
RECOVERY = "accounts/recovery_code.html"


@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: AccountRequest) -> HttpResponse:
    """Ask for a code; someone with a passkey alone is offered that."""
    if is_verified(request):
        return HttpResponseRedirect(where_next(request) or "/")
    ways = ways_of(request.user)
    if not ways.is_set_up:
        return to("accounts:set_up") if request.session.get(SETTING_UP) else page(request, "accounts/not_set_up.html")
    more: dict[str, Any] = {
        "next": where_next(request),
        "ways": ways,
        "demo": demo_code(code_in_demonstration(request.user)),
    }
    if request.method != "POST":
        return page(request, CODE, form=CodeForm(), **more)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return form_page(request, CODE, form, **more)
    try:
        device = check_code(user=request.user, code=form.cleaned_data["code"], place=place_of(request))
    except TooManyTries as error:
        return slow_down(request, CODE, form, error, **more)
    except SignInRefused:
        return _wrong(
            request,
            CODE,
            form,
            gettext("That code is not right, or it has been used. Enter the code your app shows now."),
            more,
        )
    return signed_in(request, device)


@require_http_methods(["GET", "HEAD", "POST"])
def recovery_code(request: AccountRequest) -> HttpResponse:
    """Ask for one of the codes that were kept for when everything else is lost."""
    if is_verified(request):
        return HttpResponseRedirect(where_next(request) or "/")
    more: dict[str, Any] = {"next": where_next(request), "ways": ways_of(request.user)}
    if request.method != "POST":
        return page(request, RECOVERY, form=RecoveryCodeForm(), **more)
    form = RecoveryCodeForm(request.POST)
    if not form.is_valid():
        return form_page(request, RECOVERY, form, **more)
    try:
        device = use_recovery_code(user=request.user, code=form.cleaned_data["code"], place=place_of(request))
    except TooManyTries as error:
        return slow_down(request, RECOVERY, form, error, **more)
    except SignInRefused:
        return _wrong(request, RECOVERY, form, gettext("That recovery code is not right, or it has been used."), more)
    return signed_in(request, device)


def signed_in(request: AccountRequest, device: Device) -> HttpResponse:
    """Both factors were given: on to where they wanted to go."""
    after = where_next(request) or "/"
    enter_fully(request, request.user, device)
    response = HttpResponseRedirect(after)
    remember_browser(request, response, request.user)
    return response


def _wrong(
    request: AccountRequest, template: str, form: forms.Form, sentence: str, more: dict[str, Any]
) -> HttpResponse:
    form.add_error("code", sentence)
    return form_page(request, template, form, **more)
