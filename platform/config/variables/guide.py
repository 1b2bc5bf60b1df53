"""Writes docs/guides/configuration.md from the table: `python -m config.variables.guide`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from config.variables.table import ALL, ALWAYS, GROUPS, PRODUCTION, Variable

GUIDE: Final = Path(__file__).resolve().parents[3] / "docs" / "guides" / "configuration.md"

_HEAD: Final = """\
# Configuration

There is no settings file for each environment: what differs is a variable, read once when a process starts. What is
missing or wrong stops the start, and every fault is told at once, in a sentence; `python manage.py check_settings`
tells them without starting anything. No sentence shows a secret's value.

A secret may be given as a file: `NAME_FILE` holds its path, as container and systemd secrets do. In production
a variable that begins with `PATCHWORK_` or `DATABASE_` and is not listed here stops the start too: it is a slip of the
pen.

This page is written from `platform/config/variables/table.py` by `python -m config.variables.guide`.
"""

_NEEDED: Final = {ALWAYS: "**always needed**", PRODUCTION: "**needed in production**"}


def page() -> str:
    """The guide, as it has to stand in docs/."""
    parts = [_HEAD]
    for group in GROUPS:
        rows = [_row(variable) for variable in group.variables]
        heading = "| variable | value | without it | read by | what it is for |\n|---|---|---|---|---|"
        parts.append(f"\n## {group.title}\n\n{heading}\n" + "\n".join(rows) + "\n")
    return "".join(parts)


def _row(variable: Variable) -> str:
    without = _NEEDED.get(variable.needed) or (f"`{variable.default}`" if variable.default else "empty")
    readers = "all" if variable.processes == ALL else ", ".join(variable.processes)
    mark = " (secret)" if variable.is_secret else ""
    what = variable.what[0].upper() + variable.what[1:]
    return f"| `{variable.name}`{mark} | {variable.kind.words} | {without} | {readers} | {what}. |"


if __name__ == "__main__":
    GUIDE.write_text(page(), encoding="utf-8")
