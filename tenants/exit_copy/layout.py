"""What an exit copy is made of: its names, its manifest, and what PostgreSQL says of a council's tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

FORMAT: Final = "patchwork-exit-copy"
VERSION: Final = 1

README: Final = "README.txt"
MANIFEST: Final = "manifest.json"
SUMS: Final = "SHA256SUMS"
TABLES: Final = "tables/"
FILES: Final = "files/"

COPIES: Final = "exit-copies/"
"""Where a council's exit copies lie among its files: they hold no other copy."""

STATES: Final = frozenset({"training", "live"})
"""What the manifest may say a council was; a suspended one is told as what it was before."""

MIGRATIONS: Final = "django_migrations"
"""The one table whose content the manifest tells instead: it belongs to the schema, not to the council."""

NULL: Final = r"\N"

TABLE_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")

PLAIN_TEXT: Final = (
    "SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, YMD', true),"
    " set_config('IntervalStyle', 'iso_8601', true), set_config('bytea_output', 'hex', true),"
    " set_config('extra_float_digits', '1', true)"
)
"""Has PostgreSQL write and read every value in one way, whatever the server is set to."""

_COLUMNS: Final = """
    SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull,
           pg_get_serial_sequence(format('%%I.%%I', n.nspname, c.relname), a.attname),
           coalesce(array_position(i.indkey::int2[], a.attnum), -1)
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
    WHERE n.nspname = %s AND c.relkind IN ('r', 'p') AND NOT c.relispartition
    ORDER BY c.relname, a.attnum
"""


class CopyNotPossible(RuntimeError):
    """The copy can't be made or loaded; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column, with the sequence that numbers it, if there is one."""

    name: str
    type: str
    may_be_null: bool
    sequence: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a council's schema, its columns as they stand, and its key in order."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    def names(self) -> sql.Composable:
        """The columns, for a statement."""
        return sql.SQL(", ").join(sql.Identifier(column.name) for column in self.columns)

    def shape(self) -> dict[str, tuple[str, bool]]:
        """What two databases must agree on."""
        return {column.name: (column.type, column.may_be_null) for column in self.columns}


def tables_of(cursor: Any, schema_name: str) -> dict[str, Table]:
    """Every table of the schema by name, but for the migrations' own. Columns that PostgreSQL computes are left out."""
    cursor.execute(_COLUMNS, (schema_name,))
    columns: dict[str, list[Column]] = {}
    keys: dict[str, dict[int, str]] = {}
    for table, name, kind, may_be_null, sequence, place in cursor.fetchall():
        columns.setdefault(table, []).append(Column(name, kind, may_be_null, sequence))
        if place >= 0:
            keys.setdefault(table, {})[place] = name
    return {
        table: Table(table, tuple(found), tuple(name for _place, name in sorted(keys.get(table, {}).items())))
        for table, found in columns.items()
        if table != MIGRATIONS
    }


def left_out() -> Mapping[str, str]:
    """Tables that a copy does not hold, and why."""
    reasons: Mapping[str, str] = settings.EXIT_COPY_LEAVES_OUT
    return reasons


def migrations_here() -> dict[str, list[str]]:
    """The migrations of this release for a council's schema, app by app: equal lists, equal schemas."""
    from tenants.schemas import council_migrations

    found: dict[str, list[str]] = {}
    for app, name in council_migrations(MigrationLoader(None, ignore_no_migrations=True)):
        found.setdefault(app, []).append(name)
    return found
