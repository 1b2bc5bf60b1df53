"""Claiming hosts: one unit of work at a time, on whatever deployment the councils are."""

from __future__ import annotations

from typing import Final

from django.db import connections

from tenants.context import SHARED_ALIAS

_HOSTS_LOCK: Final = 4_021_977


def hold_hosts() -> None:
    """Nobody else claims a host, or a place on a deployment, until this unit of work is over.

    Two councils that ask for one name at once must not both get it, and no row of theirs is common.
    """
    with connections[SHARED_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_HOSTS_LOCK])
