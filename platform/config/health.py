"""`/healthz`: the process lives. `/readyz`: it can do its work. Before the routing, since no council is asked for."""

from __future__ import annotations

from collections.abc import Callable

from django.db import DatabaseError, connections
from django.http import HttpRequest, HttpResponse

from tenants.routers import REGISTRY_ALIAS


class HealthMiddleware:
    """Answers the two health checks on any host, and passes everything else on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return HttpResponse("alive\n", content_type="text/plain")
        if request.path == "/readyz":
            return _ready()
        return self.get_response(request)


def _ready() -> HttpResponse:
    try:
        with connections[REGISTRY_ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1 FROM tenants_council LIMIT 1")
    except DatabaseError:
        return HttpResponse("the database can't be reached\n", status=503, content_type="text/plain")
    return HttpResponse("ready\n", content_type="text/plain")
