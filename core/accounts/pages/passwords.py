"""Choosing another password: one that is known, or one that was forgotten."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from core.accounts.actions import passwords
from core.accounts.doors import AccountRequest, for_own_factors, keep_session, place_of, to
from core.accounts.errors import LinkNotUsable, TooManyTries
from core.accounts.pages.answers import form_page, page, slow_down
from core.accounts.pages.forms import ChangePasswordForm, EmailForm, NewPasswordForm
from core.accounts.pages.joining import link_not_usable

ASK = "accounts/reset_password.html"
CHOOSE = "accounts/choose_password.html"
CHANGE = "accounts/change_password.html"


@require_http_methods(["GET", "HEAD", "POST"])
def ask_for_reset(request: HttpRequest) -> HttpResponse:
    """Ask for a link by mail. The answer is the same for every address."""
    if request.method != "POST":
        return page(request, ASK, form=EmailForm())
    form = EmailForm(request.POST)
    if not form.is_valid():
        return form_page(request, ASK, form)
    passwords.ask_for_reset(form.cleaned_data["email"])
    return page(request, "accounts/reset_sent.html")


@require_http_methods(["GET", "HEAD", "POST"])
def choose_password(request: HttpRequest, user_id: UUID, token: str) -> HttpResponse:
    """Choose a new password by a mailed link. It signs nobody in: the second factor is still asked for."""
    try:
        user = passwords.user_of_reset(user_id, token)
    except LinkNotUsable:
        return link_not_usable(request)
    if request.method != "POST":
        return page(request, CHOOSE, form=NewPasswordForm(), email=user.email)
    form = NewPasswordForm(request.POST)
    if not form.is_valid():
        return form_page(request, CHOOSE, form, email=user.email)
    try:
        passwords.change_password(user=user, password=form.cleaned_data["password"], keep_session=None)
    except ValidationError as error:
        form.add_error("password", error)
        return form_page(request, CHOOSE, form, email=user.email)
    messages.success(request, gettext("Your password was changed. Sign in with the new one."))
    return to("accounts:sign_in")


@require_http_methods(["GET", "HEAD", "POST"])
@for_own_factors
def change_password(request: AccountRequest) -> HttpResponse:
    """Change one's own password. The other sessions end."""
    if request.method != "POST":
        return page(request, CHANGE, form=ChangePasswordForm())
    form = ChangePasswordForm(request.POST)
    if not form.is_valid():
        return form_page(request, CHANGE, form)
    given = form.cleaned_data
    try:
        if not passwords.is_own_password(
            user=request.user, password=given["present_password"], place=place_of(request)
        ):
            form.add_error("present_password", gettext("That is not your present password."))
            return form_page(request, CHANGE, form)
        key = request.session.session_key
        passwords.change_password(user=request.user, password=given["password"], keep_session=key)
    except TooManyTries as error:
        return slow_down(request, CHANGE, form, error)
    except ValidationError as error:
        form.add_error("password", error)
        return form_page(request, CHANGE, form)
    keep_session(request)
    messages.success(request, gettext("Your password was changed. You were signed out everywhere else."))
    return to("accounts:my_sign_in")
