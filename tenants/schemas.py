"""Building and migrating one schema: what `actions.create_council` and `fleet` have in common. The migrator's alone.

The first council built at a state of the migrations is built by Django, and its statements are recorded; the next ones
replay them, which takes a fraction of the time and gives the same schema.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from django.conf import settings
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tenants import grants
from tenants.context import COUNCIL_ALIAS
from tenants.errors import NotTheMigrator
from tenants.names import APP_ROLE, OWNER_ROLE, SHARED_SCHEMA, require_council_schema
from tenants.process import is_migrator

_BUILDS: Final = re.compile(r"\s*(CREATE|ALTER|INSERT|UPDATE|DELETE|DROP|COMMENT|DO|SET CONSTRAINTS)\b", re.IGNORECASE)
"""What a recipe keeps. Django drops a foreign key by `SET CONSTRAINTS …; ALTER TABLE …` in one go."""


def require_migrator() -> None:
    """Raise NotTheMigrator in a process that logs in as anyone else."""
    if not is_migrator():
        raise NotTheMigrator("Schemas are made and altered by the migrator: use the management command.")


def connection() -> Any:
    """The migrator's connection."""
    require_migrator()
    return connections[COUNCIL_ALIAS]


@contextlib.contextmanager
def in_schema(name: str) -> Iterator[Any]:
    """Work in schema `name` with the migrator's session path, and go back to the shared schema after."""
    link = connection()
    link.set_schema(name, include_public=False)
    try:
        yield link
    finally:
        link.set_schema(SHARED_SCHEMA, include_public=False)


def fingerprint(loader: MigrationLoader) -> str:
    """What the code's migrations amount to for a council: equal fingerprints, equal schemas."""
    names = [f"{app}.{name}" for app, name in council_migrations(loader)]
    return hashlib.sha256("\n".join(names).encode()).hexdigest()


def council_migrations(loader: MigrationLoader) -> list[tuple[str, str]]:
    """The code's migrations of a council's apps, app and name, in one order for all."""
    return sorted((key for key in loader.disk_migrations if _is_council_app(key[0])), key=".".join)


def _is_council_app(label: str) -> bool:
    from django.apps import apps

    config = apps.get_app_config(label)
    return config.name in settings.TENANT_APPS or f"{config.__module__}.{type(config).__name__}" in settings.TENANT_APPS


def migrate(name: str, report: Callable[[str], None] = lambda _line: None) -> int:
    """Bring schema `name` to the newest migration and apply its grants. Returns how many migrations ran."""
    with in_schema(name) as link:
        MigrationRecorder(link).ensure_schema()
        executor = MigrationExecutor(
            link, progress_callback=lambda action, migration=None, _fake=False: _tell(report, action, migration)
        )
        targets = executor.loader.graph.leaf_nodes()
        plan = executor.migration_plan(targets)
        if plan:
            executor.migrate(targets, plan=plan)
        grants.apply(link, grants.shared_grants() if name == SHARED_SCHEMA else grants.council_grants(name))
        return len(plan)


def _tell(report: Callable[[str], None], action: str, migration: Any) -> None:
    if action == "apply_start":
        report(str(migration))


def create(name: str, recipe: list[str] | None) -> list[str]:
    """Make a council's role and schema, build its tables, and return the statements that built them.

    `recipe` is what an earlier call returned at the same fingerprint, or None. Call it inside a transaction: PostgreSQL
    takes roles and schemas back as well, so a failure leaves nothing.
    """
    link = connection()
    require_council_schema(name)
    with link.cursor() as cursor:
        # The migrator's own right, which the owner does not have: SET LOCAL ROLE goes back below.
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute(f'CREATE ROLE "{name}" NOLOGIN NOINHERIT')
        cursor.execute(f'GRANT "{name}" TO {APP_ROLE}')
        cursor.execute(f"SET LOCAL ROLE {OWNER_ROLE}")
        cursor.execute(f'CREATE SCHEMA "{name}"')
    if recipe is None:
        with _recording() as statements:
            migrate(name)
        return statements
    with in_schema(name), link.cursor() as cursor:
        cursor.execute(";\n".join(recipe))
        grants.apply(link, grants.council_grants(name))
    return recipe


@contextlib.contextmanager
def _recording() -> Iterator[list[str]]:
    """Note every building statement, with its values in place."""
    statements: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  # Django's signature
        if _BUILDS.match(sql):
            cursor = context["cursor"].cursor
            rows = params if many else [params]
            statements.extend(cursor.mogrify(sql, row or None) if row else sql for row in rows)
        return execute(sql, params, many, context)

    with connection().execute_wrapper(note):
        yield statements


def drop(name: str) -> None:
    """Take a council's schema and role away again: for a creation that failed half-way, and for tests."""
    link = connection()
    require_council_schema(name)
    with transaction.atomic(using=COUNCIL_ALIAS), link.cursor() as cursor:
        cursor.execute(f'DROP SCHEMA IF EXISTS "{name}" CASCADE')
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute(f'DROP ROLE IF EXISTS "{name}"')
        cursor.execute(f"SET LOCAL ROLE {OWNER_ROLE}")
