"""The product's pages on plain django-tenants: one role for all, a path set for each cursor, the host asked each time."""

from __future__ import annotations

from config.settings import *  # noqa: F403

DATABASES = {alias: dict(database) for alias, database in DATABASES.items()}  # noqa: F405
DATABASES["default"] |= {"ENGINE": "tests.bench.plain_backend", "USER": "postgres", "PASSWORD": ""}
PG_EXTRA_SEARCH_PATHS = ["extensions"]
MIDDLEWARE = [
    "tests.bench.plain.PlainMiddleware" if name == "tenants.routing.CouncilMiddleware" else name
    for name in MIDDLEWARE  # noqa: F405
]


class PlainMiddleware:
    """As django-tenants' own: finds the tenant by a query for each request and sets the schema on the connection."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        from django.db import connection

        from tenants.context import Scope
        from tenants.queries import council_at

        connection.set_schema_to_public()
        council = council_at(request.get_host().split(":")[0])
        connection.set_tenant(council)
        request.council = council
        connection.scope = Scope(council, "visitor")
        try:
            return self.get_response(request)
        finally:
            connection.scope = None


def application(environ, start_response):
    """The site on these settings; made on first use, since the variable that names them is read before this file is."""
    from django.core.wsgi import get_wsgi_application

    if "site" not in _made:
        _made["site"] = get_wsgi_application()
    return _made["site"](environ, start_response)


_made: dict = {}
