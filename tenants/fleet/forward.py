"""One council brought forward: its statements, its grants, its line in the registry and in the ledger, all or nothing.

The ledger's line changes in the transaction that does the work, so a process that is killed leaves the council as it
was and its line to do. What can't run in a transaction is done piece by piece, each noted by Django as it ends.
"""

from __future__ import annotations

import time
from typing import Any, Final

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import transaction
from django.db.migrations.executor import MigrationExecutor

from tenants import grants, schemas
from tenants.fleet import faults
from tenants.fleet.compiling import Part, Recipe
from tenants.fleet.ledger import StepHere
from tenants.fleet.reference import key_of
from tenants.names import EXTENSIONS_SCHEMA, require_council_schema
from tenants.schemas import MigrationKey

LOCK_TIMEOUT: Final = "2s"
STATEMENT_TIMEOUT: Final = "60s"
SLOW_LOCK_TIMEOUT: Final = "30s"
"""An index built concurrently waits for every transaction that was there before it."""

LOCKS: Final = 0x50570001
"""The class of the advisory locks that stand for one council's schema each."""

GONE: Final = "the council is no longer there"
AHEAD: Final = "the council knows migrations that this release does not"


class MovedMeanwhile(Exception):  # named as what happened, as all our errors
    """The council stands at other migrations than when the run looked."""


class HeldElsewhere(Exception):  # as above
    """Another process works on this council's schema now."""


class MigrationsUnreadable(Exception):  # as above
    """The council's schema is there, but the table that says how far it is is missing, or can't be read."""


def bring_forward(step: StepHere, recipe: Recipe, *, mark: str, all_grants: bool) -> str:
    """Do one line of the ledger, trying again where that may help. Returns the line's state after it; never raises for
    a council's own failure, but for a database that is away."""
    begun = time.monotonic()
    for attempt in range(1, faults.TRIES + 1):
        try:
            return _through(step, recipe, mark=mark, all_grants=all_grants, begun=begun, tries=attempt)
        except Exception as problem:  # whatever a migration raises is this council's failure alone
            schemas.connection().close_if_unusable_or_obsolete()
            retry = faults.is_passing(problem) or isinstance(problem, HeldElsewhere)
            if retry and attempt < faults.TRIES:
                faults.pause(attempt)
                continue
            if faults.is_away(problem):
                raise
            return _note_failure(step, problem, begun=begun, attempts=attempt)
    raise AssertionError("The last try returns or raises.")


def _through(step: StepHere, recipe: Recipe, *, mark: str, all_grants: bool, begun: float, tries: int) -> str:
    link = schemas.connection()
    while True:
        with transaction.atomic(durable=True), link.cursor() as cursor:
            _open(cursor, step)
            settled = _settled(cursor, step, tries)
            if settled:
                return settled
            todo = recipe.left(_applied(cursor))
            if todo is None:
                raise MovedMeanwhile
            alone = next((part for part in todo if not part.is_atomic), None)
            for part in todo[: todo.index(alone)] if alone else todo:
                _run_part(cursor, step, part)
            if alone is None:
                _grant(link, step, recipe, all_grants=all_grants)
                return _finish(cursor, step, mark=mark, begun=begun)
            cursor.execute("UPDATE shared.tenants_fleetstep SET state = 'running' WHERE id = %s", (step.id,))
        _run_alone(step, alone)
        tries = 0


def _open(cursor: Any, step: StepHere) -> None:
    """Limits and path of this transaction, and the lock that keeps everyone else off this council's schema."""
    schema = require_council_schema(step.schema_name)
    cursor.execute(
        "SELECT set_config('lock_timeout', %s, true), set_config('statement_timeout', %s, true),"
        " set_config('search_path', %s, true), pg_try_advisory_xact_lock(%s, hashtext(%s))",
        (LOCK_TIMEOUT, STATEMENT_TIMEOUT, f"{schema},{EXTENSIONS_SCHEMA}", LOCKS, schema),
    )
    if not cursor.fetchone()[-1]:
        raise HeldElsewhere


def _settled(cursor: Any, step: StepHere, tries: int) -> str:
    """Take the line, and hold the council's place in the registry against deletion. Says why there is nothing to do."""
    cursor.execute(
        "UPDATE shared.tenants_fleetstep SET attempts = attempts + %s, started_at = now()"
        " WHERE id = %s AND state IN ('pending', 'running') RETURNING id",
        (tries, step.id),
    )
    if cursor.fetchone() is None:
        return "taken"
    cursor.execute(
        "SELECT 1 FROM shared.tenants_council c JOIN pg_namespace n ON n.nspname = c.schema_name"
        " WHERE c.id = %s AND c.schema_name = %s FOR KEY SHARE OF c",
        (step.council_id, step.schema_name),
    )
    if cursor.fetchone() is None:
        return skip(cursor, step, GONE)
    return ""


def skip(cursor: Any, step: StepHere, why: str) -> str:
    """Note that there is nothing to do for this council, and why."""
    cursor.execute(
        "UPDATE shared.tenants_fleetstep SET state = 'skipped', error = %s"
        " WHERE id = %s AND state IN ('pending', 'running')",
        (why, step.id),
    )
    return "skipped"


def without_a_way(step: StepHere) -> str:
    """Do a line for which the run found no way: the council is gone, or its schema is damaged, which is a failure."""
    return _note_failure(step, MigrationsUnreadable(), begun=time.monotonic(), attempts=1)


def _applied(cursor: Any) -> frozenset[MigrationKey]:
    cursor.execute("SELECT app, name FROM django_migrations")
    return frozenset((app, name) for app, name in cursor.fetchall() if schemas.is_council_app(app))


def _run_part(cursor: Any, step: StepHere, part: Part) -> None:
    if part.sql is not None:
        cursor.execute(part.sql)
        return
    _by_django(step.schema_name, part.keys)
    cursor.execute("SELECT set_config('search_path', %s, true)", (f"{step.schema_name},{EXTENSIONS_SCHEMA}",))


def _by_django(schema_name: str, keys: tuple[MigrationKey, ...]) -> None:
    with schemas.in_schema(schema_name) as link:
        executor = MigrationExecutor(link)
        executor.migrate([], plan=[(executor.loader.graph.nodes[key], False) for key in keys])


def _run_alone(step: StepHere, part: Part) -> None:
    """A migration outside of a transaction: by Django, after what an earlier try left half-built is gone."""
    link = schemas.connection()
    with schemas.in_schema(step.schema_name), link.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", (LOCKS, step.schema_name))
        if not cursor.fetchone()[0]:
            raise HeldElsewhere
        try:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", (SLOW_LOCK_TIMEOUT,))
            executor = MigrationExecutor(link)
            migrations = [executor.loader.graph.nodes[key] for key in part.keys]
            for migration in migrations:
                _clear_unfinished_indexes(cursor, migration)
                if key_of(migration) not in executor.loader.applied_migrations:
                    executor.migrate([], plan=[(migration, False)])
        finally:
            if not link.closed_in_transaction and link.is_usable():
                cursor.execute("SELECT set_config('lock_timeout', '0', false)")
                cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", (LOCKS, step.schema_name))


def _clear_unfinished_indexes(cursor: Any, migration: Any) -> None:
    """An index that this migration builds and that is there already: the try that made it never got to say so."""
    for operation in migration.operations:
        if isinstance(operation, AddIndexConcurrently):
            cursor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{operation.index.name}"')


def _grant(link: Any, step: StepHere, recipe: Recipe, *, all_grants: bool) -> None:
    if all_grants or recipe.new_tables is None:
        grants.apply(link, grants.council_grants(step.schema_name))
    elif recipe.new_tables:
        grants.apply(link, grants.table_grants(step.schema_name, recipe.new_tables))


def _finish(cursor: Any, step: StepHere, *, mark: str, begun: float) -> str:
    cursor.execute(
        """
        UPDATE shared.tenants_fleetstep step
           SET state = 'done', error = '', milliseconds = %s, fingerprint_after = %s, fingerprint_before =
               coalesce((SELECT fingerprint FROM shared.tenants_schemastatus WHERE council_id = %s), '')
         WHERE step.id = %s;
        INSERT INTO shared.tenants_schemastatus (council_id, fingerprint, migrated_at, error, is_canary)
        VALUES (%s, %s, now(), '', false)
        ON CONFLICT (council_id) DO UPDATE SET fingerprint = excluded.fingerprint, migrated_at = now(), error = ''
        """,
        (_since(begun), mark, step.council_id, step.id, step.council_id, mark),
    )
    return "done"


def _note_failure(step: StepHere, problem: BaseException, *, begun: float, attempts: int) -> str:
    """The line failed: unless the council went away meanwhile, which is nobody's failure."""
    kind = faults.kind_of(problem)
    with transaction.atomic(durable=True), schemas.connection().cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM shared.tenants_council c JOIN pg_namespace n ON n.nspname = c.schema_name WHERE c.id = %s",
            (step.council_id,),
        )
        if cursor.fetchone() is None:
            return skip(cursor, step, GONE)
        cursor.execute(
            """
            UPDATE shared.tenants_fleetstep
               SET state = 'failed', error = %s, milliseconds = %s, attempts = attempts + %s, started_at = now(),
                   fingerprint_before =
                   coalesce((SELECT fingerprint FROM shared.tenants_schemastatus WHERE council_id = %s), '')
             WHERE id = %s AND state IN ('pending', 'running');
            UPDATE shared.tenants_schemastatus SET error = %s WHERE council_id = %s
            """,
            (kind, _since(begun), attempts, step.council_id, step.id, kind, step.council_id),
        )
    return "failed"


def _since(begun: float) -> int:
    return round((time.monotonic() - begun) * 1000)
