"""What an operation would say to PostgreSQL, without one. Where that takes a look at a real schema, nothing is known:
such operations have a rule of their own in `gate_rules`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from django.db import DatabaseError, connections, router
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.migrations.state import ProjectState
from psycopg.sql import Literal

from tenants.context import COUNCIL_ALIAS


class _NobodyThere(DatabaseError):
    """The operation wants to look at a database."""


class _DryOperations(DatabaseOperations):
    """Puts values into statements without a connection."""

    def compose_sql(self, sql: Any, params: Any) -> str:
        return str(sql) % tuple(Literal(value).as_string(None) for value in params or ())


class _Dry(DatabaseWrapper):
    """Speaks PostgreSQL's dialect and connects to none."""

    ops_class = _DryOperations
    pg_version = 150000

    def ensure_connection(self) -> None:
        raise _NobodyThere("No database is asked.")

    def __init__(self) -> None:
        super().__init__({**connections.settings[COUNCIL_ALIAS], "OPTIONS": {}}, COUNCIL_ALIAS)


def column_type(field: Any) -> str | None:
    """The type of a field's column, as PostgreSQL is told it."""
    kind: str | None = field.db_type(_Dry())
    return kind


def sql_of(app: str, operation: Any, before: ProjectState, after: ProjectState) -> list[str]:
    """The statements of an operation; none for Python code, and for what depends on the schema that is there."""
    if not operation.reduces_to_sql:
        return []
    with _every_table_is_here():
        editor = _Dry().schema_editor(collect_sql=True, atomic=False)
        try:
            with editor:
                operation.database_forwards(app, editor, before, after)
        except (_NobodyThere, AttributeError):
            return []
    return [statement for statement in editor.collected_sql if not statement.startswith("--")]


@contextlib.contextmanager
def _every_table_is_here() -> Iterator[None]:
    """Let no router keep an app's statements back for being of another world."""
    kept = router.routers
    router.routers = []
    try:
        yield
    finally:
        router.routers = kept
