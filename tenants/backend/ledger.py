"""A record of every statement and the database role it ran under, for the tests that prove the walls.

When the variable PATCHWORK_SQL_LEDGER names a folder, each process appends to a file of its own there. Recording only
adds: no guard is looser for it. The role is asked of PostgreSQL itself, so that a guard that is wrong about its own
state can't vouch for itself.
"""

from __future__ import annotations

import atexit
import json
import os
import threading
from pathlib import Path
from typing import Any, Final, TextIO

VARIABLE: Final = "PATCHWORK_SQL_LEDGER"

_lock = threading.Lock()
_files: dict[tuple[int, str], TextIO] = {}


@atexit.register
def _close() -> None:
    for file in _files.values():
        file.close()


def folder() -> str | None:
    """The folder to record into, or None when nothing is recorded."""
    return os.environ.get(VARIABLE) or None


def is_aborted(connection: Any) -> bool:
    """Whether this psycopg connection is in a failed transaction, where nothing can be asked."""
    import psycopg

    return bool(connection.info.transaction_status == psycopg.pq.TransactionStatus.INERROR)


def role_of(connection: Any) -> str:
    """The role that PostgreSQL would check now on this psycopg connection; `aborted` in a failed transaction."""
    if is_aborted(connection):
        return "aborted"
    with connection.cursor() as cursor:
        row = cursor.execute("SELECT current_user").fetchone()
    return str(row[0])


def write(where: str, *, alias: str, role: str, kind: str, statement: str) -> None:
    """Append one record. `statement` has placeholders, never values: no person's data is recorded."""
    line = json.dumps({"alias": alias, "role": role, "kind": kind, "sql": statement[:500]})
    key = (os.getpid(), where)
    with _lock:
        file = _files.get(key)
        if file is None:
            # One file a process, open until it ends: a record is written for every statement.
            file = _files[key] = (Path(where) / f"{os.getpid()}.jsonl").open("a", encoding="utf-8")
        file.write(line + "\n")
        file.flush()
