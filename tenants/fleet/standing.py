"""How far the councils have come: what the registry says, in one query, and what the schemas themselves say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from tenants.models import Council, SchemaStatus
from tenants.names import require_council_schema
from tenants.schemas import MigrationKey

AT_ONCE: Final = 200
"""Schemas in one statement: each takes a lock or two, and a transaction has only so many."""


def behind(mark: str) -> list[Council]:
    """The councils whose schema is not at the code's fingerprint `mark`, oldest first: one query for all of them."""
    done = SchemaStatus.objects.filter(fingerprint=mark, error="").values("council_id")
    return list(Council.objects.exclude(id__in=done).order_by("created_at", "id"))


def applied(cursor: Any, names: Sequence[str]) -> dict[str, frozenset[MigrationKey]]:
    """What each schema's own `django_migrations` holds. Left out: a schema that is gone, and one without
    such a table or whose rights keep us out, which must not keep the others from being looked at."""
    found: dict[str, frozenset[MigrationKey]] = {}
    for chunk in _chunks(names):
        there = _with_migrations(cursor, chunk)
        if there:
            cursor.execute(" UNION ALL ".join(_question(name) for name in there))
            found |= {name: _keys(pairs) for name, pairs in cursor.fetchall()}
    return found


def there(cursor: Any, names: Sequence[str]) -> frozenset[str]:
    """The schemas that are there, whatever is in them."""
    cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname = ANY(%s)", (list(names),))
    return frozenset(name for (name,) in cursor.fetchall())


def _question(name: str) -> str:
    schema = require_council_schema(name)
    return f"SELECT '{schema}', array_agg(app || ' ' || name) FROM \"{schema}\".django_migrations"  # noqa: S608  # a validated name


def _keys(pairs: Iterable[str] | None) -> frozenset[MigrationKey]:
    split = (pair.partition(" ") for pair in pairs or ())
    return frozenset((app, name) for app, _space, name in split)


def _with_migrations(cursor: Any, names: Sequence[str]) -> list[str]:
    cursor.execute(
        "SELECT n.nspname FROM pg_namespace n JOIN pg_class c ON c.relnamespace = n.oid"
        " WHERE c.relname = 'django_migrations' AND n.nspname = ANY(%s)"
        " AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')",
        (list(names),),
    )
    return [name for (name,) in cursor.fetchall()]


def _chunks(names: Sequence[str]) -> Iterator[Sequence[str]]:
    yield from (names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE))
