"""Puts the operator on the request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from console.queries.operators import operator_of
from tenants.context import in_shared


class OperatorMiddleware:
    """Sets `request.operator` on the console's host; None for someone who is no operator."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if in_shared():
            request.operator = _read(request)  # type: ignore[attr-defined]  # typed by console.doors.OperatorRequest
        return self.get_response(request)


def _read(request: HttpRequest) -> object:
    user_id = getattr(request.user, "id", None)
    return operator_of(user_id) if user_id else None
