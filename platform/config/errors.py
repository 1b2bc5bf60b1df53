"""The pages for what went wrong: a plain sentence, what to do next, no trace and no database."""

from __future__ import annotations

import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


def _page(status: int, **context: Any) -> HttpResponse:
    return HttpResponse(render_to_string("ui/error.html", {"status": status, **context}), status=status)


def bad_request(_request: HttpRequest, _exception: Exception | None = None) -> HttpResponse:
    """400: the request could not be read."""
    return _page(400)


def forbidden(_request: HttpRequest, _exception: Exception | None = None) -> HttpResponse:
    """403: the role does not reach this page."""
    return _page(403)


def not_found(_request: HttpRequest, _exception: Exception | None = None) -> HttpResponse:
    """404: not there, or not for this viewer. The two are the same bytes."""
    return _page(404)


def server_error(_request: HttpRequest) -> HttpResponse:
    """500, or 503 when it was the database that could not be reached."""
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    return _page(503 if away else 500)


def csrf_failed(_request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  # Django's signature
    """403: the form came without its token, as after a long pause or with cookies off."""
    return _page(403, cause="csrf")
