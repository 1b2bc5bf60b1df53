"""Reads the environment by the table, once, and tells every fault at once."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from config.variables.kinds import Wrong
from config.variables.table import ALWAYS, BY_NAME, PRODUCTION, TABLE, Variable

MODE: Final = "PATCHWORK_MODE"


@dataclass(frozen=True, slots=True)
class Values:
    """What the variables say, by their names. A name that is not in the table is a mistake of ours: KeyError."""

    found: Mapping[str, Any]

    def text(self, name: str) -> str:
        """The value of a text, a word, a host or an address; empty where none was given."""
        return str(self._of(name) or "")

    def flag(self, name: str) -> bool:
        """The value of a flag."""
        return bool(self._of(name))

    def number(self, name: str) -> int:
        """The value of a number; 0 where none was given."""
        return int(self._of(name) or 0)

    def names(self, name: str) -> tuple[str, ...]:
        """The parts of a value that is a list."""
        return tuple(self._of(name) or ())

    def folder(self, name: str) -> Path | None:
        """The folder that a value names, or None."""
        value = self._of(name)
        return Path(value) if value else None

    def _of(self, name: str) -> Any:
        if name not in BY_NAME:
            raise KeyError(f"{name} is not in config/variables/table.py: a variable has a line there.")
        return self.found[name]


def read(environment: Mapping[str, str]) -> tuple[Values, list[str]]:
    """Every value, and a sentence for each variable that is missing or wrong. No sentence quotes a secret."""
    found: dict[str, Any] = {}
    problems: list[str] = []
    mode = environment.get(MODE) or BY_NAME[MODE].default
    for variable in TABLE:
        try:
            found[variable.name] = _value(variable, environment, mode)
        except Wrong as wrong:
            found[variable.name] = None
            problems.append(str(wrong))
    values = Values(found)
    return values, [*problems, *_together(values, environment, mode)]


def _value(variable: Variable, environment: Mapping[str, str], mode: str) -> Any:
    written = _written(variable, environment)
    if not written and variable.needed in {ALWAYS, PRODUCTION if mode == PRODUCTION else ALWAYS}:
        raise Wrong(f"The variable {variable.name} is not set: {variable.what}.")
    if not written and (not variable.default or (variable.empty_is_none and variable.name in environment)):
        return None
    if mode != PRODUCTION and variable.name == "PATCHWORK_SECRET_KEY":
        return written  # a developer's own machine may have any
    try:
        return variable.kind.read(written or variable.default)
    except Wrong as wrong:
        shown = "" if variable.is_secret else f" is {written[:60]!r}, and"
        raise Wrong(f"The variable {variable.name}{shown} can't be used: {wrong}.") from None


def _written(variable: Variable, environment: Mapping[str, str]) -> str:
    """What stands in the variable, or in the file that NAME_FILE names where it is a secret."""
    written = environment.get(variable.name, "").strip()
    file = environment.get(f"{variable.name}_FILE", "").strip() if variable.is_secret else ""
    if not file:
        return written
    if written:
        raise Wrong(f"The variables {variable.name} and {variable.name}_FILE are both set: keep one of them.")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError, ValueError):
        raise Wrong(f"The variable {variable.name}_FILE names a file that can't be read: {file[:200]!r}.") from None


def _together(values: Values, environment: Mapping[str, str], mode: str) -> Iterator[str]:
    """What is wrong of several variables at once, and what looks like a slip of the pen."""
    if mode == PRODUCTION and values.flag("PATCHWORK_SHOW_CODES"):
        yield "PATCHWORK_SHOW_CODES prints sign-in codes: it is for the demo, and production does not start with it."
    if values.text("PATCHWORK_METRICS_HOST") and not values.text("PATCHWORK_METRICS_TOKEN"):
        yield "PATCHWORK_METRICS_HOST is set and PATCHWORK_METRICS_TOKEN is not: metrics are told to nobody without it."
    if values.number("SESSION_WARN_SECONDS") >= values.number("SESSION_IDLE_SECONDS") > 0:
        yield "SESSION_WARN_SECONDS has to be less than SESSION_IDLE_SECONDS: the warning comes before the end."
    if mode == PRODUCTION and "endpoint=http:" in unquote(values.text("PATCHWORK_FILES_URL")):
        yield "PATCHWORK_FILES_URL has an endpoint without encryption: in production it has to begin with https://."
    if mode != PRODUCTION:
        return  # a developer's shell may have what it likes
    known = {*BY_NAME, *(f"{name}_FILE" for name, variable in BY_NAME.items() if variable.is_secret), *NOT_OURS}
    for name in sorted(environment):
        if name.startswith(("PATCHWORK_", "DATABASE_")) and name not in known:
            yield f"The variable {name} is not known: is its name misspelt? docs/guides/configuration.md has them all."


NOT_OURS: Final = frozenset({"PATCHWORK_SQL_LEDGER"})
"""Variables of the tests, read by the module that they are for."""


def report(environment: Mapping[str, str]) -> int:
    """Print every fault, or that there is none. Returns the exit status: 0 where the platform can start."""
    _values, problems = read(environment)
    for problem in problems:
        sys.stdout.write(f"- {problem}\n")
    if problems:
        sys.stdout.write(f"{len(problems)} to put right. docs/guides/configuration.md describes each variable.\n")
        return 1
    sys.stdout.write("Every variable can be used.\n")
    return 0
