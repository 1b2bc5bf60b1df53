"""The guard before every page: who is asked to sign in, how far, and with which role. `config.access` is its table.

It also ends sessions at their limits, and keeps what someone had typed when theirs ended.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.module_loading import import_string

from core.accounts.access import Access
from core.accounts.models import User
from core.accounts.sessions import WAS, is_over, note_activity
from core.audit.actions import refuse
from tenants.context import in_shared

REFUSED: Final = "accounts.page.refused"
FULLY: Final = 2


@cache
def rules() -> Mapping[str, Access]:
    """The table of addresses, as the setting ACCESS_RULES names it."""
    table: Mapping[str, Access] = import_string(settings.ACCESS_RULES)
    return table


def is_verified(request: HttpRequest) -> bool:
    """Whether both factors were given in this session."""
    return getattr(request.user, "otp_device", None) is not None


class SignedInMiddleware:
    """Lets a request through when its address's rule does; without a rule, nobody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not in_shared() and SESSION_KEY in request.session:
            self._keep_time(request)
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., HttpResponse], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        """Answer in the view's place when the rule says so."""
        if in_shared():
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        rule = rules().get(name)
        user = request.user if isinstance(request.user, User) else None
        if rule is None:
            refuse(REFUSED, by=user, reason="no_rule", detail={"page": name})
            raise Http404
        if rule.level == 0:
            return None
        if user is None:
            return self._ask_to_sign_in(request)
        if rule.level >= FULLY and not is_verified(request):
            return _to("accounts:second_factor", request)
        if rule.any_role is not None and not rule.any_role & set(user.roles):
            refuse(REFUSED, by=user, reason="wrong_role", detail={"page": name})
            raise PermissionDenied
        return None

    def _keep_time(self, request: HttpRequest) -> None:
        session = request.session
        if not request.user.is_authenticated:
            # The account was closed or its password changed since.
            session.flush()
        elif is_over(session):
            was = session[SESSION_KEY]
            session.flush()
            session[WAS] = was
            request.user = AnonymousUser()
        else:
            note_activity(session)

    def _ask_to_sign_in(self, request: HttpRequest) -> HttpResponse:
        return _to("accounts:sign_in", request)


def _to(view_name: str, request: HttpRequest) -> HttpResponse:
    """A redirect that brings the person back afterwards. Addresses hold no one's name, so they may stand in another."""
    back = request.get_full_path() if request.method == "GET" else ""
    query = f"?{urlencode({'next': back})}" if back and back != "/" else ""
    return HttpResponseRedirect(reverse(view_name) + query)
