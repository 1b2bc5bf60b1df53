"""What the doors of sign-in share: entering a session by halves, leaving it, and who may change their own factors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Concatenate, Final, ParamSpec, TypeVar
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_otp import login as otp_login
from django_otp.models import Device

from core.accounts.actions.attempts import Place
from core.accounts.actions.drafts import take_draft
from core.accounts.actions.factors import has_factor
from core.accounts.actions.people import is_joining
from core.accounts.actions.sessions import forget_session, move_session, open_session
from core.accounts.browsers import REMEMBERED_SECONDS, browser_name, cookie_with, read_cookie
from core.accounts.errors import NotFound
from core.accounts.models import User
from core.accounts.networks import network_of
from core.accounts.sessions import (
    DRAFT,
    SETTING_UP,
    WAS,
    is_freshly_proved,
    last_user_id,
    mark_half_signed_in,
    mark_signed_in,
)
from core.audit.actions import record
from tenants.context import CouncilRef

P = ParamSpec("P")
R = TypeVar("R", bound=HttpRequest)

BACKEND: Final = "core.accounts.backends.CouncilBackend"


class AccountRequest(HttpRequest):
    """A request of someone who gave at least their password. `draft` is what they had typed when a session ended."""

    council: CouncilRef
    user: User
    session: SessionBase
    draft: QueryDict | None


def place_of(request: HttpRequest) -> Place:
    """Where this request comes from, for counting failed tries."""
    return Place(network_of(request.META), read_cookie(request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE)))


def is_verified(request: HttpRequest) -> bool:
    """Whether both factors were given in this session."""
    return getattr(request.user, "otp_device", None) is not None


def enter_half(request: HttpRequest, user: User) -> None:
    """Note that `user` gave the password. A new session key; no page but those of the second factor opens yet."""
    csrf_secret = request.META.get("CSRF_COOKIE")
    was_here = last_user_id(request.session) == user.id
    login(request, user, backend=BACKEND)
    if was_here and csrf_secret:
        # The same person in the same browser: forms that they left open in other windows stay good.
        request.META["CSRF_COOKIE"] = csrf_secret
    request.session.pop(WAS, None)
    mark_half_signed_in(request.session)


def enter_fully(request: HttpRequest, user: User, device: Device) -> None:
    """Note that `user` gave a second factor too. Another new session key, and the session is listed for them."""
    forget_session(request.session.session_key)
    otp_login(request, device)
    request.session.cycle_key()
    request.session.pop(SETTING_UP, None)
    mark_signed_in(request.session)
    key = request.session.session_key or ""
    open_session(user=user, session_key=key, browser=browser_name(request.headers.get("User-Agent", "")))


def keep_session(request: HttpRequest) -> None:
    """Keep this session, alone, through a change of password; under a new key."""
    before = request.session.session_key or ""
    update_session_auth_hash(request, request.user)  # type: ignore[arg-type]  # someone signed in
    move_session(before, request.session.session_key or "")


def signed_in_user(request: HttpRequest) -> User | None:
    """Who gave at least their password in this session, or None."""
    return request.user if isinstance(request.user, User) else None


def leave(request: HttpRequest) -> None:
    """End the session on the server."""
    if isinstance(request.user, User) and is_verified(request):
        record("accounts.signed_out", by=request.user, subject=request.user)
    forget_session(request.session.session_key)
    request.session.flush()
    request.user = AnonymousUser()


def remember_browser(request: HttpRequest, response: HttpResponse, user: User) -> None:
    """Let this browser have a counter of its own from now on."""
    name = settings.KNOWN_BROWSER_COOKIE
    value = cookie_with(read_cookie(request.COOKIES.get(name)), user.email)
    response.set_cookie(
        name, value, max_age=REMEMBERED_SECONDS, secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )


def where_next(request: HttpRequest) -> str:
    """Where the person wanted to go, when that is an address of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if is_ours else ""


def page_before(request: HttpRequest) -> str:
    """The page of ours that a form was on, or nothing."""
    parts = urlsplit(request.headers.get("Referer", ""))
    return (parts.path + (f"?{parts.query}" if parts.query else "")) if parts.netloc == request.get_host() else ""


def to(view_name: str, query: Mapping[str, str] | None = None, *args: Any) -> HttpResponse:
    """A redirect to a named page; empty values of `query` are left out."""
    kept = {name: value for name, value in (query or {}).items() if value}
    return HttpResponseRedirect(reverse(view_name, args=args) + (f"?{urlencode(kept)}" if kept else ""))


def for_own_factors(
    view: Callable[Concatenate[AccountRequest, P], HttpResponse],
) -> Callable[Concatenate[AccountRequest, P], HttpResponse]:
    """Let someone in who is setting up their first factor by an invitation, or who proved just now that it is they."""

    @wraps(view)
    def guarded(request: AccountRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if is_verified(request):
            if not is_freshly_proved(request.session):
                back = request.path if request.method == "GET" else reverse("accounts:my_sign_in")
                return to("accounts:confirm", {"next": back})
        elif not request.session.get(SETTING_UP) or has_factor(request.user) or not is_joining(request.user):
            return to("accounts:second_factor")
        return view(request, *args, **kwargs)

    return guarded


def fills_draft(view: Callable[Concatenate[R, P], HttpResponse]) -> Callable[Concatenate[R, P], HttpResponse]:
    """For a page with a form: `request.draft` holds what was typed before the session ended, or None.

    Someone who signs in again comes straight back to such a page; the form is made with
    `Form(request.POST if request.method == "POST" else request.draft)`.
    """

    @wraps(view)
    def filled(request: R, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        request.draft = _draft_of(request)  # type: ignore[attr-defined]  # typed by AccountRequest
        return view(request, *args, **kwargs)

    filled.fills_draft = True  # type: ignore[attr-defined]  # a mark on a function
    return filled


def _draft_of(request: HttpRequest) -> QueryDict | None:
    path, draft_id = request.session.get(DRAFT) or ("", "")
    if request.method != "GET" or path != request.path or not isinstance(request.user, User):
        return None
    try:
        draft = take_draft(user=request.user, draft_id=UUID(draft_id))
    except NotFound:
        return None
    typed = QueryDict(mutable=True)
    for name, values in draft.fields.items():
        typed.setlist(name, values)
    return typed
