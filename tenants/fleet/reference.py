"""A council's schema built for a moment, to compile against and to compare with. It is rolled back.

Compiling here, and not on a council, has three reasons: no council's tables are locked while Django plans, the
statements come from what the migrations say and not from a schema that somebody altered, and even the first canary
gets exactly what all others will get.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from tenants import schemas
from tenants.models import SchemaRecipe
from tenants.names import new_schema_name
from tenants.schemas import MigrationKey


@dataclass(frozen=True, slots=True)
class Reference:
    """A schema that stands until the block ends, and the statements that built it."""

    name: str
    statements: tuple[str, ...]


@contextlib.contextmanager
def reference(applied: frozenset[MigrationKey]) -> Iterator[Reference]:
    """A fresh schema without grants at which `applied` have run: replayed where a recipe is kept, else by Django."""
    schemas.require_migrator()
    name = new_schema_name()
    kept = SchemaRecipe.objects.filter(fingerprint=schemas.mark_of(applied)).first()
    with transaction.atomic(durable=True):
        schemas.make_empty(name)
        statements = list(kept.statements) if kept else _by_django(name, applied)
        if kept:
            with schemas.in_schema(name) as link, link.cursor() as cursor:
                cursor.execute(";\n".join(statements))
        yield Reference(name, tuple(statements))
        transaction.set_rollback(True)


def _by_django(name: str, applied: frozenset[MigrationKey]) -> list[str]:
    with schemas.in_schema(name) as link, schemas.recording() as statements:
        MigrationRecorder(link).ensure_schema()
        executor = MigrationExecutor(link)
        plan = [step for step in full_plan(executor) if key_of(step[0]) in applied]
        if plan:
            executor.migrate([], plan=plan)
    return statements


def full_plan(executor: MigrationExecutor) -> list[tuple[Any, bool]]:
    """Every migration of a council's schema, in the order in which a fresh one runs them."""
    everything = executor.migration_plan(executor.loader.graph.leaf_nodes(), clean_start=True)
    return [step for step in everything if schemas.is_council_app(step[0].app_label)]


def key_of(migration: Any) -> MigrationKey:
    """A migration's app and name."""
    return migration.app_label, migration.name
