"""Joining by an invitation: a password, a second factor, recovery codes. No page of client data comes before that."""

from __future__ import annotations

from typing import Any

import segno
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from markupsafe import Markup

from core.accounts.actions.factors import (
    begin_authenticator,
    confirm_authenticator,
    forget_factors,
    make_recovery_codes,
)
from core.accounts.actions.people import accept_invitation, choose_first_password, invitation_of
from core.accounts.browsers import browser_name
from core.accounts.doors import (
    AccountRequest,
    enter_fully,
    enter_half,
    for_own_factors,
    is_verified,
    leave,
    remember_browser,
    to,
)
from core.accounts.errors import CodeNotRight, LinkNotUsable
from core.accounts.pages.answers import demo_code, form_page, page
from core.accounts.pages.forms import CodeForm, NewPasswordForm
from core.accounts.queries import code_in_demonstration, secret_of
from core.accounts.sessions import SETTING_UP

JOIN = "accounts/join.html"
AUTHENTICATOR = "accounts/authenticator.html"


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a password. An unknown, a used and an old link look the same."""
    try:
        invitation = invitation_of(token)
        if request.method != "POST":
            return page(request, JOIN, form=NewPasswordForm(), email=invitation.email)
        form = NewPasswordForm(request.POST)
        if not form.is_valid():
            return form_page(request, JOIN, form, email=invitation.email)
        user = choose_first_password(invitation=invitation, password=form.cleaned_data["password"])
    except LinkNotUsable:
        return link_not_usable(request)
    except ValidationError as error:
        form.add_error("password", error)
        return form_page(request, JOIN, form, email=invitation.email)
    enter_half(request, user)
    request.session[SETTING_UP] = True
    return to("accounts:set_up")


def link_not_usable(request: HttpRequest) -> HttpResponse:
    """The page of every link that does not work, whatever the reason."""
    return page(request, "accounts/link_not_usable.html", status=404)


@require_safe
@for_own_factors
def set_up(request: AccountRequest) -> HttpResponse:
    """Choose which second factor to set up."""
    return page(request, "accounts/set_up.html", is_joining=not is_verified(request))


@require_http_methods(["GET", "HEAD", "POST"])
@for_own_factors
def enrol_authenticator(request: AccountRequest) -> HttpResponse:
    """Show the secret as a QR code and as text; it counts once the app shows a right code."""
    device = begin_authenticator(user=request.user)
    secret = secret_of(device)
    drawing = segno.make(secret.address, error="m", micro=False).svg_inline(scale=4, light="#fff")
    more: dict[str, Any] = {
        "secret": secret,
        "picture": Markup(drawing),  # noqa: S704  # shapes and numbers, drawn by the library: nothing that anyone typed
        "is_joining": not is_verified(request),
        "demo": demo_code(code_in_demonstration(request.user, is_confirmed=False)),
    }
    if request.method != "POST":
        return page(request, AUTHENTICATOR, form=CodeForm(), **more)
    form = CodeForm(request.POST)
    if not form.is_valid():
        return form_page(request, AUTHENTICATOR, form, **more)
    try:
        confirmed = confirm_authenticator(user=request.user, code=form.cleaned_data["code"])
    except CodeNotRight as error:
        form.add_error("code", str(error))
        return form_page(request, AUTHENTICATOR, form, **more)
    return after_enrolment(request, confirmed)


def after_enrolment(request: AccountRequest, device: object) -> HttpResponse:
    """A first factor signs its owner in and uses the invitation up; another one goes back to the list.

    Whose invitation was taken back while they set the factor up has no factor, and is a stranger.
    """
    if is_verified(request):
        return to("accounts:my_sign_in")
    try:
        accept_invitation(user=request.user)
    except LinkNotUsable:
        forget_factors(request.user)
        leave(request)
        return link_not_usable(request)
    enter_fully(request, request.user, device)
    response = to("accounts:recovery_codes")
    remember_browser(request, response, request.user)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@for_own_factors
def recovery_codes(request: AccountRequest) -> HttpResponse:
    """Make new recovery codes and show them, this once."""
    codes = make_recovery_codes(user=request.user) if request.method == "POST" else ()
    return page(request, "accounts/recovery_codes.html", codes=codes)


@require_POST
@for_own_factors
def recovery_codes_file(request: AccountRequest) -> HttpResponse:
    """Give the codes that the page before has just shown as a file: they are stored nowhere to read them from."""
    codes = [line for line in request.POST.get("codes", "").split() if line.replace("-", "").isalnum()][:10]
    text = "\r\n".join([gettext("Recovery codes for Patchwork. Each works once."), *codes, ""])
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="patchwork-recovery-codes.txt"'
    return response


def browser_of(request: HttpRequest) -> str:
    """What a new passkey is called until its owner renames it."""
    return browser_name(request.headers.get("User-Agent", "")) or gettext("Passkey")
