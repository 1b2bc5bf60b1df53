"""Which page answers what went wrong: plain, without a trace, without a database and without a council."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from tenants.routing import error_page


def bad_request(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """400: the request could not be read."""
    return error_page(400)


def forbidden(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """403: the role does not reach this page."""
    return error_page(403)


def not_found(_request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  # Django's signature
    """404: not there, or not for this viewer. The two are the same bytes."""
    return error_page(404)


def server_error(_request: HttpRequest) -> HttpResponse:
    """500, or 503 when it was the database that could not be reached. Django calls it while the error is handled."""
    away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    return error_page(503 if away else 500)


def csrf_failed(_request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  # Django's signature
    """403: the form came without its token, as after a long pause or with cookies off."""
    return error_page(403, cause="csrf")
