"""Reads the tables of a pack key by key: types, allowed values, unknown keys. Problems are collected, not raised.

A value that is wrong is noted and replaced by a harmless stand-in, so that one pass finds every mistake in a file. A
pack with a problem is never handed out, so nobody meets a stand-in.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, TypeVar

from core.consent.pack_lines import Key, key_lines, line_of

Choice = TypeVar("Choice", bound=StrEnum)

SLUG = re.compile(r"[a-z][a-z0-9_]*")
CODE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


class Problems:
    """The mistakes of one file, as sentences that begin with file, line and key."""

    def __init__(self, file_name: str, text: str) -> None:
        self._file_name = file_name
        self._lines = key_lines(text)
        self._found: list[tuple[int, str]] = []

    def add(self, key: Key, sentence: str) -> None:
        line = line_of(self._lines, key)
        self._found.append((line, f"{self._file_name}, line {line}, {spelled(key)}: {sentence}"))

    def sentences(self) -> tuple[str, ...]:
        """In the order of the file."""
        return tuple(sentence for _, sentence in sorted(self._found))


def spelled(key: Key) -> str:
    """A key as a reader looks for it: `basis[2].fields`, counted from 0."""
    text = ""
    for part in key:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


class TableReader:
    """One table of a pack. Ask for each key once, then call `finish`, which notes the keys nobody asked for."""

    def __init__(self, data: Mapping[str, Any], key: Key, problems: Problems) -> None:
        self._data = data
        self._key = key
        self._problems = problems
        self._asked: set[str] = set()

    def problem(self, name: str, sentence: str) -> None:
        self._problems.add((*self._key, name), sentence)

    def finish(self) -> None:
        for name in self._data:
            if name not in self._asked:
                self.problem(name, "this key is not known.")

    def names(self) -> Iterator[str]:
        return iter(self._data)

    def has(self, name: str) -> bool:
        return name in self._data

    def _value(self, name: str) -> Any:
        self._asked.add(name)
        if name not in self._data:
            self.problem(name, "this key is missing.")
        return self._data.get(name)

    def text(self, name: str) -> str:
        value = self._value(name)
        if isinstance(value, str) and value.strip():
            return value
        if name in self._data:
            self.problem(name, "must be a text that is not empty.")
        return ""

    def optional_text(self, name: str) -> str | None:
        return self.text(name) if self.has(name) else None

    def matching(self, name: str, pattern: re.Pattern[str], meaning: str) -> str:
        value = self.text(name)
        if value and not pattern.fullmatch(value):
            self.problem(name, f"“{value}” is not {meaning}.")
        return value

    def regex(self, name: str) -> str:
        value = self.text(name)
        try:
            re.compile(value)
        except re.error as error:
            self.problem(name, f"is not a regular expression: {error}.")
        return value

    def optional_regex(self, name: str) -> str | None:
        return self.regex(name) if self.has(name) else None

    def number(self, name: str, *, least: int = 0) -> int:
        value = self._value(name)
        if isinstance(value, int) and not isinstance(value, bool) and value >= least:
            return value
        if name in self._data:
            self.problem(name, f"must be a whole number, {least} or more.")
        return least

    def optional_number(self, name: str, *, least: int = 0) -> int | None:
        return self.number(name, least=least) if self.has(name) else None

    def flag(self, name: str, *, default: bool | None = None) -> bool:
        if default is not None and not self.has(name):
            return default
        value = self._value(name)
        if not isinstance(value, bool) and name in self._data:
            self.problem(name, "must be true or false.")
        return value is True

    def day(self, name: str) -> date:
        value = self._value(name)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if name in self._data:
            self.problem(name, "must be a date, like 2026-11-21 without quotes.")
        return date.min

    def optional_day(self, name: str) -> date | None:
        return self.day(name) if self.has(name) else None

    def choice(self, name: str, choices: type[Choice], *, default: Choice | None = None) -> Choice:
        if default is not None and not self.has(name):
            return default
        return self._one_of(name, self.text(name), choices)

    def optional_choice(self, name: str, choices: type[Choice]) -> Choice | None:
        return self.choice(name, choices) if self.has(name) else None

    def choices(self, name: str, choices: type[Choice]) -> tuple[Choice, ...]:
        return tuple(self._one_of(name, value, choices) for value in self.texts(name, required=False))

    def _one_of(self, name: str, value: str, choices: type[Choice]) -> Choice:
        allowed = [choice.value for choice in choices]
        if value in allowed:
            return choices(value)
        if value:
            self.problem(name, f"“{value}” is not one of {', '.join(allowed)}.")
        return choices(allowed[0])

    def texts(self, name: str, *, required: bool = True) -> tuple[str, ...]:
        """A list of texts, none twice. Absent and not required: empty."""
        if not required and not self.has(name):
            return ()
        value = self._value(name)
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            if name in self._data:
                self.problem(name, "must be a list of texts.")
            return ()
        for item in sorted({item for item in value if value.count(item) > 1}):
            self.problem(name, f"“{item}” is listed twice.")
        return tuple(value)

    def slugs(self, name: str, *, required: bool = True) -> tuple[str, ...]:
        values = self.texts(name, required=required)
        for value in values:
            if not SLUG.fullmatch(value):
                self.problem(name, f"“{value}” must be lower-case letters, digits and underscores.")
        return values

    def numbers(self, name: str) -> tuple[int, ...]:
        value = self._value(name)
        if isinstance(value, list) and all(isinstance(item, int) and not isinstance(item, bool) for item in value):
            return tuple(value)
        if name in self._data:
            self.problem(name, "must be a list of whole numbers.")
        return ()

    def table(self, name: str, *, required: bool = True) -> "TableReader":
        """The table under `name`; an empty one where it is absent, whose keys then count as missing."""
        value = self._value(name) if required else self._data.get(name, {})
        self._asked.add(name)
        if not isinstance(value, dict):
            if name in self._data:
                self.problem(name, "must be a table.")
            value = {}
        return TableReader(value, (*self._key, name), self._problems)

    def tables(self, name: str, *, required: bool = True) -> tuple["TableReader", ...]:
        if not required and not self.has(name):
            return ()
        value = self._value(name)
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            if name in self._data:
                self.problem(name, "must be a list of tables.")
            return ()
        return tuple(TableReader(item, (*self._key, name, number), self._problems) for number, item in enumerate(value))

    def texts_or_tables(self, name: str) -> tuple["str | TableReader", ...]:
        """A list whose items are texts, or tables where more is said of a text. Absent: empty."""
        self._asked.add(name)
        value = self._data.get(name, [])
        if not isinstance(value, list) or not all(item and isinstance(item, str | dict) for item in value):
            self.problem(name, "must be a list of texts, or of tables with a text.")
            return ()
        return tuple(
            item if isinstance(item, str) else TableReader(item, (*self._key, name, number), self._problems)
            for number, item in enumerate(value)
        )

    def text_map(self) -> Mapping[str, str]:
        """The whole table as texts by name."""
        return MappingProxyType({name: self.text(name) for name in self.names()})

    def number_map(self) -> Mapping[str, int]:
        return MappingProxyType({name: self.number(name) for name in self.names()})

    def texts_map(self) -> Mapping[str, tuple[str, ...]]:
        return MappingProxyType({name: self.texts(name) for name in self.names()})
