"""What became of every row, as the import answers it and as the result file says it.

The file goes to whoever sent the exports. It holds no client's name: a row is named by its file and number, a client
by their reference here. A cell that a spreadsheet would run as a formula is written so that it shows as text.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from core.exchange.roster.planning import DirectoryPlan, RowOutcome

COLUMNS: Final = ("source file", "row number", "outcome", "sentence", "client reference")
_RUN_BY_SPREADSHEETS: Final = ("=", "+", "-", "@")


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One row of a source file with its outcome; a file that can't be read is one row without a number."""

    file: str
    number: int | None
    outcome: RowOutcome
    sentence: str
    client: str = ""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """Every row in the order of files and rows; `written` counts what was created, by kind."""

    rows: tuple[ResultRow, ...]
    plan: DirectoryPlan
    written: Mapping[str, int] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, Counter[RowOutcome]]:
        """How many rows of each file had each outcome."""
        counted: dict[str, Counter[RowOutcome]] = defaultdict(Counter)
        for row in self.rows:
            counted[row.file][row.outcome] += 1
        return dict(counted)

    @property
    def read_nothing(self) -> bool:
        """Whether no file held a row that could be read."""
        return all(row.number is None for row in self.rows)


def write_result(path: Path, rows: Iterable[ResultRow]) -> None:
    """Write the result file as CSV in UTF-8, with a mark by which spreadsheets know that."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows:
            number = "" if row.number is None else str(row.number)
            writer.writerow(_safe(cell) for cell in (row.file, number, row.outcome.value, row.sentence, row.client))


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.lstrip().startswith(_RUN_BY_SPREADSHEETS) else cell


def summary(result: ImportResult) -> str:
    """A table by file and outcome, and what was created."""
    files = sorted(result.counts)
    width = max((len(file) for file in files), default=4) + 2
    lines = ["File".ljust(width) + "".join(outcome.value.rjust(18) for outcome in RowOutcome) + "rows".rjust(10)]
    everything: Counter[RowOutcome] = Counter()
    for file in files:
        counted = result.counts[file]
        everything += counted
        lines.append(_line(file.ljust(width), counted))
    lines.append(_line("all".ljust(width), everything))
    made = ", ".join(f"{count:,} {what}" for what, count in result.written.items() if count)
    lines.append(f"Written: {made}." if made else "Nothing was written: everything was here already.")
    return "\n".join(lines)


def _line(title: str, counted: Counter[RowOutcome]) -> str:
    return (
        title + "".join(f"{counted[outcome]:,}".rjust(18) for outcome in RowOutcome) + f"{counted.total():,}".rjust(10)
    )
