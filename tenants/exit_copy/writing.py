"""Writes a council's exit copy: one ZIP, written as a stream, in memory that does not grow with the council.

The tables are read in one moment's snapshot under the council's own role, so a copy can hold nothing of another's. The
store of files is asked only after that transaction has ended.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from django.conf import settings
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from psycopg import sql

from tenants.context import COUNCIL_ALIAS, CouncilRef, inside, shared
from tenants.exit_copy import layout, words
from tenants.exit_copy.layout import CopyNotPossible, Table
from tenants.files import council_files
from tenants.models import Domain, SchemaStatus
from tenants.schemas import fingerprint

ACTOR: Final = "task:exit_copy"
LONGEST_STATEMENT: Final = "6h"

Report = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What a copy holds, as its manifest says it."""

    tables: int
    rows: int
    files: int
    made_at: str


def write(council: CouncilRef, sink: IO[bytes], report: Report = lambda _done, _of, _words: None) -> Written:
    """Write everything `council` has to `sink`, which is only ever written on. Raises CopyNotPossible, FilesAway."""
    mark = fingerprint(MigrationLoader(None))
    with shared(actor=ACTOR):
        status = SchemaStatus.objects.filter(council_id=council.id).first()
        hosts = list(Domain.objects.filter(tenant_id=council.id).order_by("-is_primary", "domain"))
    if status is None or status.fingerprint != mark or status.error:
        raise CopyNotPossible("This council's tables are not at this release yet: migrate it first, then ask again.")
    made_at = timezone.now()
    manifest: dict[str, Any] = {
        "format": layout.FORMAT,
        "version": layout.VERSION,
        "product": {"name": "Patchwork", "release": settings.RELEASE},
        "confidential": words.CONFIDENTIAL,
        "council": {
            "id": str(council.id), "name": council.name, "hosts": [str(host.domain) for host in hosts],
            "pack_id": council.pack_id, "state": _worked_as(council), "theme": dict(council.theme),
            "help_contact": council.help_contact,
        },
        "made_at": made_at.isoformat(),
        "schema": mark,
        "migrations": layout.migrations_here(),
        "csv": {"encoding": "UTF-8", "header": True, "delimiter": ",", "quote": '"', "null": layout.NULL},
        "left_out": [{"table": table, "why": why} for table, why in layout.left_out().items()],
    }  # fmt: skip
    with zipfile.ZipFile(sink, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        pack = _Pack(archive, made_at.timetuple()[:6])
        manifest["tables"] = _tables(council, pack, report, manifest)
        manifest["files"] = [_told(pack, file) for file in _files(council, pack)]
        pack.add(layout.MANIFEST, [json.dumps(manifest, ensure_ascii=False, indent=1).encode()])
        pack.add(layout.SUMS, [pack.sums().encode()])
    rows = sum(table["rows"] for table in manifest["tables"])
    return Written(len(manifest["tables"]), rows, len(manifest["files"]), manifest["made_at"])


def _worked_as(council: CouncilRef) -> str:
    """A council that leaves is suspended by now: what it was before is what whoever loads it needs to know."""
    return council.decides_as if council.decides_as in layout.STATES else "training"


class _Pack:
    """The archive being written, and what each of its files came to."""

    def __init__(self, archive: zipfile.ZipFile, moment: tuple[int, ...]) -> None:
        self._archive, self._moment = archive, moment
        self.done: dict[str, tuple[int, str]] = {}

    def add(self, name: str, pieces: Iterable[bytes | memoryview]) -> None:
        """Write one file, piece by piece."""
        info = zipfile.ZipInfo(name, self._moment)  # type: ignore[arg-type]  # six numbers
        info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
        digest, size = hashlib.sha256(), 0
        with self._archive.open(info, "w", force_zip64=True) as file:
            for piece in pieces:
                file.write(piece)
                digest.update(piece)
                size += len(piece)
        self.done[name] = (size, digest.hexdigest())

    def sums(self) -> str:
        """As sha256sum prints it, so that `sha256sum -c` reads it."""
        return "".join(f"{digest}  {name}\n" for name, (_size, digest) in self.done.items())


def _told(pack: _Pack, name: str) -> dict[str, Any]:
    size, digest = pack.done[name]
    return {"path": name, "bytes": size, "sha256": digest}


def _tables(council: CouncilRef, pack: _Pack, report: Report, manifest: dict[str, Any]) -> list[dict[str, Any]]:
    """Write the README, which says how many tables there are, and every table."""
    told: list[dict[str, Any]] = []
    with inside(council, actor=ACTOR, statement_timeout=LONGEST_STATEMENT, snapshot=True):
        link: Any = connections[COUNCIL_ALIAS]
        with link.cursor() as cursor:
            cursor.execute(layout.PLAIN_TEXT)
            tables = layout.tables_of(cursor, council.schema_name)
            held = [table for name, table in tables.items() if name not in layout.left_out()]
            text = words.readme(
                council=council.name, made_at=manifest["made_at"], product=manifest["product"]["release"],
                tables=len(held), left_out=layout.left_out(),
            )  # fmt: skip
            pack.add(layout.README, [text.encode()])
            for number, table in enumerate(held, start=1):
                name = f"{layout.TABLES}{table.name}.csv"
                pack.add(name, _rows(link, cursor, table))
                told.append(_table_told(table, cursor.rowcount) | _told(pack, name))
                report(number, len(held), "Writing tables")
    return told


def _rows(link: Any, cursor: Any, table: Table) -> Iterator[memoryview]:
    """One table as CSV. Afterwards the cursor's `rowcount` is how many rows that were."""
    order = sql.SQL(", ").join(sql.Identifier(name) for name in table.key) if table.key else sql.SQL("1")
    statement = sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT WITH (FORMAT csv, HEADER, NULL {})").format(
        table.names(), sql.Identifier(table.name), order, sql.Literal(layout.NULL)
    )
    text = statement.as_string(cursor.connection)
    link.before_statement(text)  # the guard's look, which a copy does not pass by itself
    with cursor.copy(text) as copy:
        yield from copy


def _table_told(table: Table, rows: int) -> dict[str, Any]:
    columns = [{"name": one.name, "type": one.type, "may_be_null": one.may_be_null} for one in table.columns]
    return {"name": table.name, "columns": columns, "key": list(table.key), "rows": rows}


def _files(council: CouncilRef, pack: _Pack) -> list[str]:
    """Write the council's files, but for its exit copies. Returns their names in the archive."""
    files, names = council_files(council), []
    for path, _size in list(files.paths()):
        if not path.startswith(layout.COPIES):
            pack.add(f"{layout.FILES}{path}", files.pieces(path))
            names.append(f"{layout.FILES}{path}")
    return names
