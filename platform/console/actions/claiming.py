"""One worker at a time asks a deployment the same thing: a slow one keeps one busy, and not all of them in turn.

A claim is a moment in the deployment's row and no lock, for no transaction is open while a deployment is asked. It
runs out by itself where its worker ended before its time.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q

from console.models import Deployment
from core import clock
from tenants.context import shared

ACTOR: Final = "job:console.sync"
LASTS: Final = timedelta(minutes=5)
"""Longer than it takes to hear everything from a deployment that answers slowly to each of some ten questions."""


@contextlib.contextmanager
def claimed(deployment_id: UUID, what: str) -> Iterator[bool]:
    """Yields whether nobody else does `what` (`syncing`, `following`) with this deployment. Outside of every scope."""
    field, now = f"{what}_until", clock.now()
    until = now + LASTS
    own = Deployment.objects.filter(id=deployment_id)
    with shared(actor=ACTOR):
        is_ours = own.filter(Q(**{field: None}) | Q(**{f"{field}__lte": now})).update(**{field: until}) == 1
    try:
        yield is_ours
    finally:
        if is_ours:
            with shared(actor=ACTOR):
                own.filter(**{field: until}).update(**{field: None})
