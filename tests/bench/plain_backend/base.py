"""The plain wrapper, with the attributes that our pages expect of a connection and none of the guards."""

from __future__ import annotations

from typing import Any

from django_tenants.postgresql_backend.base import DatabaseWrapper as PlainWrapper


class DatabaseWrapper(PlainWrapper):
    """Sets the path before the first statement of every cursor, as django-tenants does."""

    scope: Any = None
