"""From a host name to a council, and the whole request inside that council.

Stands after security headers, static files and health checks, and before sessions, which are read and saved outside
of the view and need the council too.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.template.loader import render_to_string

from tenants.api import gate
from tenants.context import CouncilRef, inside, shared
from tenants.queries import open_council_at

logger = logging.getLogger(__name__)

HOST_SECONDS: Final = 30.0
"""How long a host's council is remembered: a new or renamed host is served after at most this long."""

HOSTS_KEPT: Final = 5_000
"""How many hosts are remembered: forged ones can't fill the memory."""


class HostTable:
    """Hosts and their councils, remembered for a short while, unknown ones too."""

    def __init__(self, find: Callable[[str], CouncilRef | None] = open_council_at) -> None:
        self._find = find
        self._known: dict[str, tuple[float, CouncilRef | None]] = {}
        self._lock = threading.Lock()

    def council(self, host: str) -> CouncilRef | None:
        """The council at `host`, or None."""
        now = time.monotonic()
        found = self._known.get(host)
        if found and now - found[0] < HOST_SECONDS:
            return found[1]
        council = self._find(host)
        with self._lock:
            if len(self._known) >= HOSTS_KEPT:
                self._known.clear()
            self._known[host] = (now, council)
        return council

    def forget(self) -> None:
        """Read every host anew from now on."""
        with self._lock:
            self._known.clear()


hosts = HostTable()


def host_of(request: HttpRequest) -> str | None:
    """The host name asked for, lower case and without port or final dot; None when it is not a host name at all.

    Only the Host header counts: forwarded headers are a client's to forge.
    """
    try:
        raw = request.get_host()
    except DisallowedHost:
        return None
    name, _port = split_domain_port(raw)
    return name.rstrip(".") or None


def error_page(status: int, *, cause: str = "") -> HttpResponse:
    """The plain page for an error, rendered without a request: no database, no council, nothing of the viewer."""
    words = {"status": status, "cause": cause}
    headers = {"Retry-After": "10"} if status == 503 else None
    return HttpResponse(render_to_string("ui/error.html", words, using="jinja2"), status=status, headers=headers)


class CouncilMiddleware:
    """Opens the council's scope around everything that follows, or answers 404 for a host that is nobody's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            return self._answer(request)
        except (OperationalError, InterfaceError):
            logger.exception("database_unreachable")
            return error_page(503)

    def _answer(self, request: HttpRequest) -> HttpResponse:
        host = host_of(request)
        if host and host == settings.OPERATOR_API_HOST:
            return gate.answer(request)
        if host and host == settings.CONSOLE_HOST:
            request.urlconf = settings.CONSOLE_URLCONF
            with shared(actor="visitor"):
                return self.get_response(request)
        council = hosts.council(host) if host else None
        if council is None:
            return error_page(404)
        request.council = council  # type: ignore[attr-defined]  # typed by ui and core as CouncilRequest
        with inside(council, actor="visitor"):
            return self.get_response(request)
