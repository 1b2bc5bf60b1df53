"""What a runner finds out before it touches a council: where each stands, by which recipe it goes, and whether its
role has exactly its rights. A few statements for all of them, and one compilation for all that stand alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenants import grants, schemas
from tenants.fleet import standing
from tenants.fleet.compiling import Recipe, compile_recipe
from tenants.schemas import MigrationKey


@dataclass(frozen=True, slots=True)
class Way:
    """How one council goes forward. `recipe` is None where the release knows less than the council."""

    recipe: Recipe | None
    all_grants: bool


def ways(names: Sequence[str], known: frozenset[MigrationKey]) -> Mapping[str, Way]:
    """The way of each schema that says how far it is. `known` are the migrations of this release."""
    link = schemas.connection()
    with link.cursor() as cursor:
        found = standing.applied(cursor, names)
        rights = _rights(link, cursor, names)
    recipes: dict[frozenset[MigrationKey], Recipe | None] = {}
    for applied in {_of_councils(keys) for keys in found.values()}:
        recipes[applied] = compile_recipe(applied) if applied <= known else None
    return {name: Way(recipes[_of_councils(keys)], not rights.get(name)) for name, keys in found.items()}


def _of_councils(keys: frozenset[MigrationKey]) -> frozenset[MigrationKey]:
    return frozenset(key for key in keys if schemas.is_council_app(key[0]))


def _rights(link: Any, cursor: Any, names: Sequence[str]) -> dict[str, bool]:
    """Whether each council's role has exactly its rights. Those whose lists read alike are looked at once."""
    alike: dict[str, list[str]] = {}
    for start in range(0, len(names), standing.AT_ONCE):
        cursor.execute(
            """
            SELECT n.nspname, md5(string_agg(c.relname || replace(coalesce(c.relacl::text, ''), n.nspname, '~'), ','
                   ORDER BY c.relname))
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE n.nspname = ANY(%s) AND c.relkind IN ('r', 'p') GROUP BY 1
            """,
            (list(names[start : start + standing.AT_ONCE]),),
        )
        for name, digest in cursor.fetchall():
            alike.setdefault(digest, []).append(name)
    return {name: right for group in alike.values() for right in [_is_right(link, group[0])] for name in group}


def _is_right(link: Any, schema_name: str) -> bool:
    wanted = {table: frozenset(privileges) for table, privileges in grants.council_privileges().items()}
    return all(held == wanted.get(table, frozenset()) for table, held in grants.held(link, schema_name).items())
