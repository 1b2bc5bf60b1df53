"""Who may ask: a console that signed this very request, and nobody else. No cookie, no session, no user."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final

from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from tenants.api.tokens import Asked, TokenRefused, spend

logger = logging.getLogger(__name__)

MOST_TOKEN: Final = 4_096


@dataclass(frozen=True, slots=True)
class Console:
    """The caller: known by the name of its key alone."""

    key: str
    is_authenticated: bool = True


class Refused(AuthenticationFailed):
    """401 with a code that the console understands."""

    def __init__(self, refused: TokenRefused) -> None:
        super().__init__(str(refused), refused.code)
        self.code = refused.code


class ConsoleToken(BaseAuthentication):
    """`Authorization: Bearer` with a token of the console's, spent by asking."""

    def authenticate(self, request: Request) -> tuple[Console, None] | None:
        """The console, or None for a request without a token. Raises Refused."""
        scheme, _space, token = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        if len(token) > MOST_TOKEN:
            raise Refused(TokenRefused("forged", "The token is not one that the console signed."))
        plain = request._request  # noqa: SLF001  # the framework's own place for Django's request
        try:
            asked = Asked(plain.method or "", plain.get_full_path(), plain.body)
            return Console(spend(token.decode("ascii", "replace"), asked)), None
        except TokenRefused as refused:
            logger.warning("operator_api_refused", extra={"kind": refused.code})
            raise Refused(refused) from refused

    def authenticate_header(self, _request: Request) -> str:
        """What a request without a token is told to bring."""
        return "Bearer"


class SignedByTheConsole(BasePermission):
    """The default for every address, and the only permission there is."""

    def has_permission(self, request: Request, _view: Any) -> bool:
        """Whether a console signed the request."""
        return isinstance(request.user, Console)
