"""The way into the operator API: past sessions, cookies, forms and scopes, straight to the address.

No scope is open around a request: each address opens the one it needs, so that none is held while a token is checked.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve, set_urlconf

MOST_BYTES = 2_400_000
"""A body's most bytes: an order of the largest payload and a little."""


def answer(request: HttpRequest) -> HttpResponse:
    """The answer to a request at the operator API's host."""
    # For whoever makes an address while it is answered; the handler sets it anew with each request.
    set_urlconf(settings.OPERATOR_API_URLCONF)
    try:
        match = resolve(request.path_info, settings.OPERATOR_API_URLCONF)
    except Resolver404:
        return _refused(404, "not_found", "There is no such address.")
    if not _length(request) <= MOST_BYTES:
        return _refused(413, "too_big", "The request holds more than this deployment takes.")
    request.resolver_match = match
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    if hasattr(response, "render"):
        response = response.render()
    response.headers["Cache-Control"] = "no-store"
    return response


def _length(request: HttpRequest) -> int:
    written = request.META.get("CONTENT_LENGTH") or "0"
    return int(written) if written.isdigit() else MOST_BYTES + 1


def _refused(status: int, code: str, detail: str) -> JsonResponse:
    return JsonResponse({"code": code, "detail": detail}, status=status)
