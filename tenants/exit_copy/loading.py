"""Makes a council of an exit copy, in one transaction: all of it is there, or nothing. The migrator's alone."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, Final

import psycopg
from django.conf import settings
from django.db import DatabaseError, transaction
from psycopg import sql

from tenants import schemas
from tenants.actions import create_council
from tenants.context import COUNCIL_ALIAS
from tenants.exit_copy import layout
from tenants.exit_copy.checking import Copy, CopyBroken, checked, require_same_state
from tenants.exit_copy.layout import Table
from tenants.files import FilesAway, council_files
from tenants.models import Council, PackSignOff
from tenants.residency import require_kept_here

LOADED_CONTACT: Final = "your operator: this council was loaded from a copy and has not been opened yet"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded: rows of every table by its name, and how many files."""

    host: str
    rows: Mapping[str, int]
    files: int


def load(source: IO[bytes], *, host: str, name: str = "", region: str = "") -> Loaded:
    """Make the council at `host`, read only until an operator resumes it.

    Raises CopyNotPossible (CopyBroken when the file is to blame), NotKeptHere, CouncilExists, InvalidHost, FilesAway.
    """
    schemas.require_migrator()
    copy = checked(source)
    require_same_state(copy.manifest, layout.migrations_here())
    region = region or settings.DEPLOYMENT_REGION
    require_kept_here(pack_id=copy.manifest["council"]["pack_id"], region=region)
    council: Council | None = None
    try:
        with transaction.atomic(using=COUNCIL_ALIAS):
            council = _council(copy, host=host, name=name, region=region)
            rows = _fill(copy, council.schema_name)
            # Last, since nothing takes files back: what can fail has been done.
            files = _files(copy, council)
    except BaseException as error:
        if council is None:
            raise
        with contextlib.suppress(FilesAway):
            council_files(council).delete_all()
        if isinstance(error, DatabaseError | psycopg.Error):
            raise CopyBroken(f"What this exit copy holds does not fit together: {_first_line(error)}") from error
        raise
    return Loaded(host, rows, files)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0][:160] if str(error) else type(error).__name__


def _council(copy: Copy, *, host: str, name: str, region: str) -> Council:
    """The registry's row and an empty schema. It starts suspended, and goes back to what it was when it is resumed."""
    told = copy.manifest["council"]
    theme = told.get("theme")
    made = create_council(
        name=name or told["name"][:100], host=host, pack_id=told["pack_id"][:40], region=region,
        state=Council.State.SUSPENDED, theme=theme if isinstance(theme, dict) else {},
        help_contact=told["help_contact"][:200],
    )  # fmt: skip
    council: Council = Council.objects.get(id=made.id)
    is_signed = PackSignOff.objects.filter(pack_id=council.pack_id).exists()
    was_live = told["state"] == Council.State.LIVE and is_signed
    council.suspended_from = Council.State.LIVE if was_live else Council.State.TRAINING
    council.suspended_contact = LOADED_CONTACT
    council.save(update_fields=["suspended_from", "suspended_contact"])
    return council


def _fill(copy: Copy, schema_name: str) -> dict[str, int]:
    """Empty what the migrations put in, load every table, set the numbering on, and have every reference looked at."""
    rows: dict[str, int] = {}
    with schemas.in_schema(schema_name) as link, link.cursor() as cursor:
        cursor.execute(layout.PLAIN_TEXT)
        here = layout.tables_of(cursor, schema_name)
        _require_same_tables(copy, here)
        # What the migrations wrote waits for its references to be checked, and such tables can't be emptied.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(sql.Identifier(name) for name in here)))
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for told in copy.tables():
            table = here[told["name"]]
            rows[table.name] = _load_table(copy, cursor, table, [column["name"] for column in told["columns"]])
            if rows[table.name] != told["rows"]:
                raise CopyBroken(f"The table {table.name} of this exit copy has not as many rows as its manifest says.")
            _number_on(cursor, table)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return rows


def _require_same_tables(copy: Copy, here: Mapping[str, Table]) -> None:
    """The copy's tables and columns have to be those of the schema. Raises CopyBroken."""
    told = {table["name"]: table for table in copy.tables()}
    expected = set(here) - set(layout.left_out())
    if set(told) != expected:
        raise CopyBroken(f"This exit copy lacks a table, or has one too many: {sorted(set(told) ^ expected)[0]}.")
    for name, table in told.items():
        shape = {one["name"]: (one["type"], one.get("may_be_null")) for one in table["columns"]}
        if shape != here[name].shape():
            raise CopyBroken(f"The columns of {name} in this exit copy are not those of this release.")


def _load_table(copy: Copy, cursor: Any, table: Table, columns: list[str]) -> int:
    statement = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT csv, HEADER MATCH, NULL {})").format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(sql.Identifier(name) for name in columns),
        sql.Literal(layout.NULL),
    )
    with cursor.copy(statement.as_string(cursor.connection)) as into:
        for piece in copy.pieces(f"{layout.TABLES}{table.name}.csv"):
            into.write(piece)
    return int(cursor.rowcount)


def _number_on(cursor: Any, table: Table) -> None:
    """Have a numbered column go on after its highest number."""
    for column in table.columns:
        if column.sequence:
            cursor.execute(
                sql.SQL("SELECT setval(%s::regclass, greatest(max({}), 1), max({}) IS NOT NULL) FROM {}").format(
                    sql.Identifier(column.name), sql.Identifier(column.name), sql.Identifier(table.name)
                ),
                (column.sequence,),
            )


def _files(copy: Copy, council: Council) -> int:
    files, names = council_files(council), copy.files()
    for name in names:
        with tempfile.TemporaryFile() as whole:
            for piece in copy.pieces(name):
                whole.write(piece)
            files.save(name.removeprefix(layout.FILES), whole)
    return len(names)
