"""From migrations to statements: what brings a council from one set of applied migrations to the code's own.

Run by Django once, on a schema of its own (`reference`), and written down. What can't be written down is left to
Django, council by council: Python code that looks at rows (unless it is marked `replayable`), and what runs outside of
a transaction, as an index built concurrently.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.migrations import Migration, RunPython, RunSQL
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.operations import SeparateDatabaseAndState

from tenants import grants, schemas
from tenants.fleet.reference import full_plan, key_of, reference
from tenants.models import SchemaRecipe
from tenants.schemas import MigrationKey

logger = logging.getLogger(__name__)

F = TypeVar("F", bound=Callable[..., None])

BETWEEN_MIGRATIONS = "SET CONSTRAINTS ALL IMMEDIATE;\nSET CONSTRAINTS ALL DEFERRED"
"""A table with a deferred check still to come can't be altered. Django commits each migration; we don't."""

_ROW_OF_DJANGO = 'INSERT INTO "django_migrations"'


def replayable(code: F) -> F:
    """Mark a migration's function as one that does the same in every council: its statements may be replayed."""
    code.is_replayable = True  # type: ignore[attr-defined]  # read below, and nowhere else
    return code


@dataclass(frozen=True, slots=True)
class Part:
    """Migrations that run together: as statements, or by Django where `sql` is None."""

    keys: tuple[MigrationKey, ...]
    sql: str | None
    is_atomic: bool = True


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a council at `before` is brought to the code's migrations. `new_tables` is None where nobody knows them."""

    before: frozenset[MigrationKey]
    parts: tuple[Part, ...]
    new_tables: frozenset[str] | None

    @property
    def is_atomic(self) -> bool:
        """Whether all of it fits into one transaction."""
        return all(part.is_atomic for part in self.parts)

    def left(self, applied: frozenset[MigrationKey]) -> tuple[Part, ...] | None:
        """The parts still to do for a council at `applied`; None for one that is somewhere else altogether."""
        todo = tuple(part for part in self.parts if not applied.issuperset(part.keys))
        begun = any(applied.intersection(part.keys) for part in todo)
        return todo if applied >= self.before and not begun else None


def compile_recipe(before: frozenset[MigrationKey]) -> Recipe:
    """The recipe for councils at `before`. A state that Django can't compile for is left to Django altogether."""
    with reference(before) as ground, schemas.in_schema(ground.name) as link:
        executor = MigrationExecutor(link)
        outside = {key for key, migration in executor.loader.graph.nodes.items() if not migration.atomic}
        schemas.put_in_one_transaction(executor.loader)
        todo = [migration for migration, _ in full_plan(executor) if key_of(migration) not in before]
        tables = grants.held(link, ground.name).keys()
        parts, built = _compiled(executor, todo, outside)
        new_tables = frozenset(grants.held(link, ground.name).keys() - tables) if built is not None else None
    if built and todo:
        _keep_for_new_councils(before.union(*(part.keys for part in parts)), [*ground.statements, *built])
    return Recipe(before, tuple(parts), new_tables)


def _compiled(
    executor: MigrationExecutor, todo: list[Migration], outside: set[MigrationKey]
) -> tuple[list[Part], list[str] | None]:
    """The parts, and what builds the same in a new council: None where the reference could not follow."""
    parts: list[Part] = []
    built: list[str] = []
    state = None
    for number, migration in enumerate(todo):
        key = key_of(migration)
        others: list[str] = []
        try:
            with schemas.recording(others) as statements:
                state = executor.migrate([], plan=[(migration, False)], state=state)
        except Exception:  # noqa: BLE001  # Python code may need rows, and there are none here: Django shall do it
            # From here on the reference no longer stands where a council would.
            logger.info("fleet_leaves_to_django", extra={"step": ".".join(key)})
            rest = [key_of(later) for later in todo[number:]]
            return [*parts, *(Part((later,), None, later not in outside) for later in rest)], None
        built += statements
        if key in outside or others or not _is_replayable(migration):
            parts.append(Part((key,), None, key not in outside))
        else:
            _append(parts, key, statements)
    return parts, built


def _append(parts: list[Part], key: MigrationKey, statements: list[str]) -> None:
    app, name = key
    sql = ";\n".join(
        [
            *(statement for statement in statements if not statement.startswith(_ROW_OF_DJANGO)),
            BETWEEN_MIGRATIONS,
            f"INSERT INTO django_migrations (app, name, applied) VALUES ('{app}', '{name}', now())",  # noqa: S608  # names of our own modules
        ]
    )
    if parts and parts[-1].sql is not None:
        last = parts.pop()
        parts.append(Part((*last.keys, (app, name)), f"{last.sql};\n{sql}"))
    else:
        parts.append(Part(((app, name),), sql))


def _is_replayable(migration: Migration) -> bool:
    for operation in _flat(migration.operations):
        if isinstance(operation, RunPython) and not getattr(operation.code, "is_replayable", False):
            return False
        if isinstance(operation, RunSQL) and not all(schemas.BUILDS.match(text) for text in _texts(operation.sql)):
            return False
    return True


def _flat(operations: Any) -> Iterator[Any]:
    for operation in operations:
        if isinstance(operation, SeparateDatabaseAndState):
            yield from _flat(operation.database_operations)
        else:
            yield operation


def _texts(sql: Any) -> Iterator[str]:
    """The statements of a RunSQL, which takes a text, or a list of texts and of pairs of a text and its values."""
    for one in [sql] if isinstance(sql, str) else sql:
        yield one if isinstance(one, str) else one[0]


def _keep_for_new_councils(after: frozenset[MigrationKey], statements: list[str]) -> None:
    SchemaRecipe.objects.get_or_create(fingerprint=schemas.mark_of(after), defaults={"statements": statements})
