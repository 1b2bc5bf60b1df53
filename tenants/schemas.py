"""Building and migrating one schema: what `actions.create_council` and `fleet` have in common. The migrator's alone.

The first council built at a state of the migrations is built by Django, and its statements are recorded; the next ones
replay them, which takes a fraction of the time and gives the same schema.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import connections, transaction
from django.db.migrations import AddIndex, RemoveIndex
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tenants import grants
from tenants.context import COUNCIL_ALIAS
from tenants.errors import NotTheMigrator
from tenants.names import APP_ROLE, OWNER_ROLE, SHARED_SCHEMA, require_council_schema
from tenants.process import is_migrator

MigrationKey = tuple[str, str]
"""A migration's app and name, as Django's loader keeps it."""

BUILDS: Final = re.compile(r"\s*(CREATE|ALTER|INSERT|UPDATE|DELETE|DROP|COMMENT|DO|SET CONSTRAINTS)\b", re.IGNORECASE)
"""What a recipe keeps. Django drops a foreign key by `SET CONSTRAINTS …; ALTER TABLE …` in one go."""

_READS: Final = re.compile(r"\s*(SELECT|SAVEPOINT|RELEASE|ROLLBACK)\b", re.IGNORECASE)
"""What Django asks on its way, and a recipe does not need."""


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
    """What the code amounts to for a council: equal fingerprints, equal schemas and equal rights in them."""
    rights = sorted(f"{table} {','.join(held)}" for table, held in grants.council_privileges().items())
    return hashlib.sha256("\n".join([mark_of(council_migrations(loader)), *rights]).encode()).hexdigest()


def council_migrations(loader: MigrationLoader) -> list[MigrationKey]:
    """The code's migrations of a council's apps, app and name, in one order for all."""
    return sorted((key for key in loader.disk_migrations if is_council_app(key[0])), key=".".join)


def mark_of(keys: Iterable[MigrationKey]) -> str:
    """One name for a set of applied migrations: what a recipe of statements is kept under."""
    return hashlib.sha256("\n".join(sorted(f"{app}.{name}" for app, name in keys)).encode()).hexdigest()


def is_council_app(label: str) -> bool:
    """Whether the app of this label has tables in a council's schema. An app that is not installed has none."""
    from django.apps import apps

    try:
        config = apps.get_app_config(label)
    except LookupError:
        return False
    return config.name in settings.TENANT_APPS or f"{config.__module__}.{type(config).__name__}" in settings.TENANT_APPS


def migrate(name: str, report: Callable[[str], None] = lambda _line: None) -> int:
    """Bring schema `name` to the newest migration and apply its grants. Returns how many migrations ran."""
    with in_schema(name) as link:
        MigrationRecorder(link).ensure_schema()
        executor = MigrationExecutor(
            link, progress_callback=lambda action, migration=None, _fake=False: _tell(report, action, migration)
        )
        if link.in_atomic_block:
            put_in_one_transaction(executor.loader)
        targets = executor.loader.graph.leaf_nodes()
        # A council's schema knows nothing of the shared world, not even that its migrations passed by.
        plan = [
            step
            for step in executor.migration_plan(targets)
            if name == SHARED_SCHEMA or is_council_app(step[0].app_label)
        ]
        if plan:
            executor.migrate(targets, plan=plan)
        grants.apply(link, grants.shared_grants() if name == SHARED_SCHEMA else grants.council_grants(name))
        return len(plan)


def put_in_one_transaction(loader: MigrationLoader) -> None:
    """Have migrations that run outside of a transaction, to spare a table's users, run inside one: it has none yet."""
    for key, migration in loader.graph.nodes.items():
        if not migration.atomic:
            together = type(migration)(migration.name, migration.app_label)
            together.atomic, together.operations = True, [_together(one) for one in migration.operations]
            loader.graph.nodes[key] = together


def _together(operation: Any) -> Any:
    if isinstance(operation, AddIndexConcurrently):
        return AddIndex(operation.model_name, operation.index)
    if isinstance(operation, RemoveIndexConcurrently):
        return RemoveIndex(operation.model_name, operation.name)
    return operation


def _tell(report: Callable[[str], None], action: str, migration: Any) -> None:
    if action == "apply_start":
        report(str(migration))


def create(name: str, recipe: list[str] | None) -> list[str]:
    """Make a council's role and schema, build its tables, and return the statements that built them.

    `recipe` is what an earlier call returned at the same migrations, or None. Call it inside a transaction: PostgreSQL
    takes roles and schemas back as well, so a failure leaves nothing.
    """
    make_empty(name)
    if recipe is None:
        with recording() as statements:
            migrate(name)
        return statements
    with in_schema(name) as link, link.cursor() as cursor:
        cursor.execute(";\n".join(recipe))
        grants.apply(link, grants.council_grants(name))
    return recipe


def make_empty(name: str) -> None:
    """Make a council's role and its schema with nothing in it. Call it inside a transaction, as `create`."""
    require_council_schema(name)
    with connection().cursor() as cursor:
        # The migrator's own right, which the owner does not have: SET LOCAL ROLE goes back below.
        cursor.execute("SET LOCAL ROLE NONE")
        cursor.execute(f'CREATE ROLE "{name}" NOLOGIN NOINHERIT')
        cursor.execute(f'GRANT "{name}" TO {APP_ROLE}')
        cursor.execute(f"SET LOCAL ROLE {OWNER_ROLE}")
        cursor.execute(f'CREATE SCHEMA "{name}"')


@contextlib.contextmanager
def recording(others: list[str] | None = None) -> Iterator[list[str]]:
    """Note every building statement, with its values in place; what neither builds nor only reads goes to `others`."""
    statements: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  # Django's signature
        if BUILDS.match(sql):
            cursor = context["cursor"].cursor
            rows = params if many else [params]
            statements.extend(cursor.mogrify(sql, row or None) if row else sql for row in rows)
        elif others is not None and not _READS.match(sql):
            others.append(sql)
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
