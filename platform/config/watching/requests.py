"""One line and one count for each request: its view, its status and its time. Outermost, so that it sees all."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable
from typing import Any, Final

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config.watching import metrics
from tenants.names import SHARED_SCHEMA

logger = logging.getLogger(__name__)

HEADER: Final = "X-Request-ID"
_ID: Final = re.compile(r"[0-9a-f]{32}\Z")
QUIET: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked for every few seconds by machines: no line each."""


class WatchMiddleware:
    """Gives the request an id, which its lines and its answer carry, and tells of it when it is answered."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        request_id = _request_id(request)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            response = self.get_response(request)
            response.headers[HEADER] = request_id
            _tell(request, response.status_code, time.perf_counter() - began)
            return response
        finally:
            structlog.contextvars.clear_contextvars()

    def process_view(self, request: HttpRequest, *_view: Any) -> None:
        """Have every line of this request, and a report of its failing, name the council and the view."""
        structlog.contextvars.bind_contextvars(council=council_of(request), view=view_of(request))


def _request_id(request: HttpRequest) -> str:
    """The id that our own proxy gave, or a fresh one: a stranger's may be anything."""
    given = request.headers.get(HEADER, "")
    if settings.SECURE_PROXY_SSL_HEADER and _ID.match(given):
        return given
    return uuid.uuid4().hex


def council_of(request: HttpRequest) -> str:
    """The opaque name of the world that answers: a council's, the shared one's, or nobody's."""
    council = getattr(request, "council", None)
    if council is not None:
        return str(council.schema_name)
    return SHARED_SCHEMA if getattr(request, "urlconf", None) else ""


def view_of(request: HttpRequest) -> str:
    """The name of the view that answered; empty where none did."""
    match = request.resolver_match
    return str(match.view_name or "") if match else ""


def _roles_of(request: HttpRequest) -> str:
    """The roles of who asked, if that was looked up. Never looked up here: the council's scope is closed by now."""
    user = request.__dict__.get("_cached_user")
    return "+".join(sorted(getattr(user, "roles", None) or ()))


def _tell(request: HttpRequest, status: int, seconds: float) -> None:
    if request.path in QUIET:
        return
    council, view = council_of(request), view_of(request)
    metrics.count_request(council=council, view=view, status=status, seconds=seconds)
    words = {
        "council": council, "view": view, "method": request.method, "status_code": status,
        "duration_ms": round(seconds * 1000, 1), "roles": _roles_of(request),
    }  # fmt: skip
    logger.log(logging.ERROR if status >= 500 else logging.INFO, "request_answered", extra=words)
