"""What the API answers when it does not do what was asked: a code and a sentence, never a trace and never the token."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils import timezone
from rest_framework.exceptions import APIException, ErrorDetail
from rest_framework.response import Response

from tenants.errors import AccountRefused, NoCouncil
from tenants.orders.errors import NoOrder, OrderRefused

logger = logging.getLogger(__name__)


def answer_for(error: Exception, _context: dict[str, Any]) -> Response:
    """The answer to an error, as `{"code", "detail", "clock"}`: the clock tells a console that its own is wrong."""
    status, code, detail = _of(error)
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    words = {"code": code, "detail": detail, "clock": timezone.now().isoformat()}
    return Response(words, status=status, headers=headers)


def _of(error: Exception) -> tuple[int, str, str]:
    if isinstance(error, OrderRefused | AccountRefused):
        return 409, "refused", str(error)
    if isinstance(error, NoOrder | NoCouncil):
        return 404, "not_here", str(error)
    if isinstance(error, RequestDataTooBig):
        return 413, "too_big", "The request holds more than this deployment takes."
    if isinstance(error, OperationalError | InterfaceError):
        logger.error("database_unreachable", exc_info=error)
        return 503, "database_away", "The deployment's database can't be reached just now."
    if isinstance(error, APIException):
        return error.status_code, _code(error), _sentence(error)
    if isinstance(error, Http404):
        return 404, "not_found", "There is no such address."
    logger.error("operator_api_failed", exc_info=error)
    return 500, "failed", "Something went wrong. The deployment's log says what."


def _code(error: Exception) -> str:
    own = getattr(error, "code", None) or getattr(error, "default_code", "failed")
    return str(own)


def _sentence(error: Exception) -> str:
    detail = getattr(error, "detail", "")
    return str(detail) if isinstance(detail, ErrorDetail) else "The request can't be read as this address wants it."
