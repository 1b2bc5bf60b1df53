"""Passkeys: the JSON between a browser's script and us. Without scripts, the page offers the other factors."""

from __future__ import annotations

import json
from typing import Any, Final

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST
from django_otp_webauthn.exceptions import OTPWebAuthnApiError
from webauthn.helpers.exceptions import WebAuthnException

from core.accounts.actions.factors import note_added, note_passkey_refused
from core.accounts.doors import (
    AccountRequest,
    enter_fully,
    enter_half,
    for_own_factors,
    is_verified,
    remember_browser,
    signed_in_user,
    where_next,
)
from core.accounts.pages.joining import after_enrolment, browser_of
from core.accounts.passkeys import CouncilPasskeys
from core.accounts.sessions import mark_proved

SIGN_IN_STATE: Final = "passkey_sign_in"
ENROL_STATE: Final = "passkey_enrolment"
_NOT_ACCEPTED: Final = (OTPWebAuthnApiError, WebAuthnException, KeyError, TypeError, ValueError)


@require_POST
def begin_sign_in(request: HttpRequest) -> HttpResponse:
    """A challenge. Without a password before it, the passkey must check who holds it: it is both factors then."""
    user = signed_in_user(request)
    must_check_holder = user is None or is_verified(request)
    options, state = CouncilPasskeys(request).authenticate_begin(user=user, require_user_verification=must_check_holder)
    request.session[SIGN_IN_STATE] = state
    return JsonResponse(options)


@require_POST
def complete_sign_in(request: AccountRequest) -> HttpResponse:
    """The passkey's answer to the challenge, which counts once."""
    user = signed_in_user(request)
    try:
        state = _once(request.session, SIGN_IN_STATE)
        device = CouncilPasskeys(request).authenticate_complete(user=user, state=state, data=_body(request))
        if not device.confirmed or not device.user.is_open:
            raise ValueError("not in use")
    except _NOT_ACCEPTED:
        note_passkey_refused(user)
        return _not_accepted(gettext("That passkey was not accepted here. Sign in another way."))
    if is_verified(request):
        mark_proved(request.session)
        return JsonResponse({"next": where_next(request) or reverse("accounts:my_sign_in")})
    if user is None:
        enter_half(request, device.user)
    enter_fully(request, device.user, device)
    response = JsonResponse({"next": where_next(request) or "/"})
    remember_browser(request, response, device.user)
    return response


@require_POST
@for_own_factors
def begin_enrolment(request: AccountRequest) -> HttpResponse:
    """What the browser needs to make a passkey."""
    options, state = CouncilPasskeys(request).register_begin(user=request.user)
    request.session[ENROL_STATE] = state
    return JsonResponse(options)


@require_POST
@for_own_factors
def complete_enrolment(request: AccountRequest) -> HttpResponse:
    """The new passkey's public half."""
    try:
        state = _once(request.session, ENROL_STATE)
        device = CouncilPasskeys(request).register_complete(user=request.user, state=state, data=_body(request))
    except _NOT_ACCEPTED:
        return _not_accepted(gettext("That passkey could not be set up. Try again, or use an authenticator app."))
    device.name = browser_of(request)
    device.save(update_fields=["name"])
    note_added(user=request.user, device=device)
    response = after_enrolment(request, device)
    answer = JsonResponse({"next": response.headers.get("Location") or reverse("accounts:sign_in")})
    answer.cookies.update(response.cookies)
    return answer


def _once(session: SessionBase, name: str) -> dict[str, Any]:
    state: dict[str, Any] = session.pop(name)
    return state


def _body(request: HttpRequest) -> dict[str, Any]:
    given = json.loads(request.body)
    if not isinstance(given, dict):
        raise TypeError("not an object")
    return given


def _not_accepted(sentence: str) -> HttpResponse:
    return JsonResponse({"detail": sentence}, status=422)
