"""The guard before every page: who is asked to sign in, how far, and with which role. `config.access` is its table.

It also ends sessions at their limits, and keeps what someone had typed when theirs ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.module_loading import import_string

from core.accounts.access import OPENED_BY_SUPPORT, REFUSED, Access
from core.accounts.actions.drafts import drop_draft, keep_draft
from core.accounts.actions.sessions import forget_session, note_seen, time_session_out
from core.accounts.choices import Role
from core.accounts.doors import is_verified, page_before, signed_in_user, to
from core.accounts.models import User
from core.accounts.sessions import DRAFT, WAS, is_over, last_user_id, note_activity
from core.audit.actions import record_sight, refuse
from tenants.context import in_shared

FULLY: Final = 2


@cache
def rules(setting: str = "ACCESS_RULES") -> Mapping[str, Access]:
    """The table of addresses of one world, as its setting names it."""
    table: Mapping[str, Access] = import_string(getattr(settings, setting))
    return table


class SignedInMiddleware:
    """Lets a request through when its address's rule does; without a rule, nobody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if SESSION_KEY in request.session:
            _keep_time(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., HttpResponse], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Answer in the view's place when the rule says so."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        table = rules("CONSOLE_ACCESS_RULES") if in_shared() else rules()
        rule, user = table.get(name), signed_in_user(request)
        if rule is None:
            refuse(REFUSED, by=user, reason="no_rule", detail={"page": name})
            raise Http404
        if rule.level == 0:
            return None
        if user is None:
            return _ask(request, "accounts:sign_in")
        if rule.level >= FULLY and not is_verified(request):
            return _ask(request, "accounts:second_factor")
        if not _may_enter(rule, request, user):
            refuse(REFUSED, by=user, reason="wrong_role", detail={"page": name})
            raise PermissionDenied
        _forget_sent_draft(request, user)
        if user.has_role(Role.SUPPORT) and not in_shared():
            record_sight(OPENED_BY_SUPPORT, by=user, detail={"page": name})
        return None


def _may_enter(rule: Access, request: HttpRequest, user: User) -> bool:
    """Whether the roles are right: a council's person by their own, an operator by what their roles permit."""
    if in_shared():
        operator = getattr(request, "operator", None)
        return operator is not None and (not rule.permission or rule.permission in operator.permissions)
    if user.has_role(Role.SUPPORT):
        return rule.opens_to_support
    return rule.any_role is None or bool(rule.any_role & set(user.roles))


def _keep_time(request: HttpRequest) -> None:
    """End a session that is over, or push its idle limit back."""
    session, user = request.session, signed_in_user(request)
    if user is None:
        # The account was closed or its password changed since.
        forget_session(session.session_key)
        session.flush()
    elif is_over(session):
        time_session_out(user=user, session_key=session.session_key)
        session.flush()
        session[WAS] = str(user.id)
        request.user = AnonymousUser()
    elif note_activity(session):
        note_seen(session.session_key or "")


def _ask(request: HttpRequest, view_name: str) -> HttpResponse:
    """Send someone to sign in and bring them back afterwards, to what they had typed if they were sending something."""
    if request.headers.get("HX-Request"):
        # A part of a page: the page itself stays, with what is typed in it, and its script offers to sign in.
        return HttpResponse(status=401, headers={"HX-Reswap": "none"})
    if request.method == "GET":
        return to(view_name, {"next": request.get_full_path() if request.path != "/" else ""})
    return to(view_name, {"next": _keep_typed(request)})


def _keep_typed(request: HttpRequest) -> str:
    """Keep what was sent too late for the one who typed it. Returns where they find it, or nothing."""
    user_id = last_user_id(request.session)
    if request.method != "POST" or user_id is None:
        return ""
    draft_id = keep_draft(
        user_id=user_id, path=request.get_full_path(), page=page_before(request), fields=dict(request.POST.lists())
    )
    return reverse("accounts:draft", args=[draft_id]) if draft_id else ""


def _forget_sent_draft(request: HttpRequest, user: User) -> None:
    if request.method == "POST" and request.session.get(DRAFT):
        path, _draft_id = request.session[DRAFT]
        if path == request.get_full_path():
            del request.session[DRAFT]
            drop_draft(user=user, path=path)
