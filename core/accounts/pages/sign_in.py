"""Signing in with a password, and signing out."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from core.accounts.actions.passwords import check_sign_in
from core.accounts.doors import AccountRequest, enter_half, is_verified, leave, place_of, to, where_next
from core.accounts.errors import SignInRefused, TooManyTries
from core.accounts.pages.answers import demo_hint, form_page, page, slow_down
from core.accounts.pages.forms import SignInForm

TEMPLATE = "accounts/sign_in.html"


def sign_in(request: HttpRequest) -> HttpResponse:
    """The page everyone comes to first."""
    return _try(request) if request.method == "POST" else _show(request)


@require_safe
def _show(request: HttpRequest) -> HttpResponse:
    if is_verified(request):
        return HttpResponseRedirect(where_next(request) or "/")
    return page(request, TEMPLATE, form=SignInForm(), next=where_next(request), demo=demo_hint())


def _try(request: HttpRequest) -> HttpResponse:
    form, after = SignInForm(request.POST), where_next(request)
    more = {"next": after, "demo": demo_hint()}
    if not form.is_valid():
        return form_page(request, TEMPLATE, form, **more)
    given = form.cleaned_data
    try:
        user = check_sign_in(email=given["email"], password=given["password"], place=place_of(request))
    except TooManyTries as error:
        return slow_down(request, TEMPLATE, form, error, **more)
    except SignInRefused:
        form.add_error(None, gettext("The e-mail address or the password is not right. Check both and try again."))
        return form_page(request, TEMPLATE, form, **more)
    enter_half(request, user)
    return to("accounts:second_factor", {"next": after})


@require_POST
def sign_out(request: AccountRequest) -> HttpResponse:
    """End this session on the server."""
    leave(request)
    return page(request, "accounts/signed_out.html")
