"""`/healthz`: the process lives. `/readyz`: it can do its work. Before the routing, since no council is asked for.

Ready means: PostgreSQL answers each role that requests need, and the shared schema is as far as this code is. A broker
that is away is told and makes nobody unfit: what has to happen is a row, and a request commits without it. Nor does
mail or object storage, which requests don't wait for. What is told holds no address and no error's text.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.migrations.loader import MigrationLoader
from django.http import HttpRequest, HttpResponse

from tenants.context import COUNCIL_ALIAS, SHARED_ALIAS
from tenants.routers import REGISTRY_ALIAS

OK: Final = "ok"
AWAY: Final = "away"
BEHIND: Final = "behind"


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
    must = {"registry": _registry(), "councils": _councils(), "shared": _shared()}
    must["migrations"] = _migrations() if must["shared"] == OK else AWAY
    ready = all(state == OK for state in must.values())
    told = {"ready": ready, "must": must, "may": {"broker": _broker()}}
    status = 200 if ready else 503
    return HttpResponse(json.dumps(told) + "\n", status=status, content_type="application/json")


def _registry() -> str:
    try:
        with connections[REGISTRY_ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1 FROM tenants_council LIMIT 1")
    except DatabaseError:
        return AWAY
    return OK


def _councils() -> str:
    """Whether the application's role can log in: outside of a council it may ask nothing, not even this wrapper."""
    connection = connections[COUNCIL_ALIAS]
    try:
        connection.ensure_connection()
        raw: Any = connection.connection
        raw.execute("SELECT 1")
    except Exception:  # noqa: BLE001  # the driver's errors come as they are, past Django's own
        connection.close()
        return AWAY
    return OK


def _shared() -> str:
    try:
        with connections[SHARED_ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1 FROM tenants_council LIMIT 1")
    except DatabaseError:
        return AWAY
    return OK


class _Wanted:
    """The migrations of the shared world that this code knows; once they were all there, they stay."""

    names: frozenset[tuple[str, str]] | None = None
    are_there = False


def _migrations() -> str:
    if _Wanted.are_there:
        return OK
    if _Wanted.names is None:
        labels = {name.rsplit(".", 1)[-1] for name in settings.SHARED_APPS}
        known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
        _Wanted.names = frozenset(key for key in known if key[0] in labels)
    try:
        with connections[SHARED_ALIAS].cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations")
            there = {(str(app), str(name)) for app, name in cursor.fetchall()}
    except DatabaseError:
        return AWAY
    _Wanted.are_there = there >= _Wanted.names
    return OK if _Wanted.are_there else BEHIND


def _broker() -> str:
    from config.celery import app

    try:
        with app.connection_for_write() as link:
            link.ensure_connection(max_retries=1, interval_start=0, timeout=1)
    except Exception:  # noqa: BLE001  # each transport has errors of its own
        return AWAY
    return OK
