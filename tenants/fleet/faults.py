"""What went wrong in a council, told by its kind alone: an error's text may quote a row, and is never kept."""

from __future__ import annotations

import random
import threading
from typing import Final

import psycopg

TRIES: Final = 10

_PASSING: Final = frozenset({"55P03", "40P01", "40001"})
"""Lock not available, deadlock, serialization failure: another try may do."""

_AWAY: Final = ("08", "57P", "53300")
"""The server, not the council: no connection, shutting down, too many clients."""


def sqlstate_of(problem: BaseException) -> str:
    """PostgreSQL's code for the problem, or nothing when it is none of PostgreSQL's."""
    cause = problem if isinstance(problem, psycopg.Error) else problem.__cause__
    return (cause.sqlstate or "") if isinstance(cause, psycopg.Error) else ""


def is_passing(problem: BaseException) -> bool:
    """Whether trying again may help."""
    return sqlstate_of(problem) in _PASSING or is_away(problem)


def is_away(problem: BaseException) -> bool:
    """Whether the database itself can't be reached, which is no council's failure."""
    cause = problem if isinstance(problem, psycopg.Error) else problem.__cause__
    if not isinstance(cause, psycopg.Error):
        return False
    state = cause.sqlstate
    return state.startswith(_AWAY) if state else isinstance(cause, psycopg.OperationalError)


def kind_of(problem: BaseException) -> str:
    """The error's kind, and the table, column and constraint it names: parts of the schema, never of a row."""
    cause = problem if isinstance(problem, psycopg.Error) else problem.__cause__
    if not isinstance(cause, psycopg.Error):
        return type(problem).__name__
    parts = {
        "table": cause.diag.table_name, "column": cause.diag.column_name, "constraint": cause.diag.constraint_name,
    }  # fmt: skip
    named = ", ".join(f"{what} {name}" for what, name in parts.items() if name)
    state = f" ({cause.sqlstate})" if cause.sqlstate else ""
    return f"{type(cause).__name__}{state}{f': {named}' if named else ''}"[:300]


def pause(attempt: int) -> None:
    """Wait before the next try: longer each time, and never in step with others who wait for the same lock."""
    longest = min(2.0, 0.05 * 2**attempt)
    threading.Event().wait(random.uniform(longest / 2, longest))  # noqa: S311  # spread, not secrecy
