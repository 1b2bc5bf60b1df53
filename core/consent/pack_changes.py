"""What changes between two versions of a law pack: every leaf that differs, gathered by what it is about.

Pure, as the decision procedure is. The words are the pages' business; nothing that differs is left untold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import Enum
from typing import Any, Final

from core.consent.pack import Pack

UNTOLD: Final = frozenset({"version", "checksum", "_bases_by_code"})
"""What differs between any two files, and says nothing of the law."""

_KEYED: Final = ("code", "slug", "authority")
"""By what the entries of a list are told apart, so that a new one in the middle is one change and not many."""

_AREAS: Final = {
    "bases": "bases", "conversation": "words", "wording": "words", "materials": "words", "terms": "words",
    "standard_consent_days": "periods", "freshness_days": "periods", "retention": "periods", "rights": "periods",
    "breaches": "periods", "residency": "residency", "record": "fields", "identifiers": "fields",
    "sensitive": "sensitive", "shield": "sensitive", "break_glass": "sensitive",
}  # fmt: skip
AREAS: Final = ("bases", "periods", "sensitive", "residency", "fields", "words", "other")


@dataclass(frozen=True, slots=True)
class Change:
    """One leaf that differs: its path in the pack, what it said and what it says. None: it was not there."""

    path: tuple[str, ...]
    before: str | None
    after: str | None

    @property
    def area(self) -> str:
        """What it is about: one of AREAS. A period within a route counts as a period, its evidence as a field."""
        last = self.path[-1]
        if self.path[0] == "bases" and len(self.path) > 2:
            if last.endswith("_days"):
                return "periods"
            if "fields" in self.path:
                return "fields"
        if self.path[0] == "sensitive" and last.endswith("_days"):
            return "periods"
        return _AREAS.get(self.path[0], "other")


@dataclass(frozen=True, slots=True)
class PackChanges:
    """Everything that differs. `bases_added` and `bases_removed` are whole routes, and not in `changes` again."""

    bases_added: tuple[str, ...]
    bases_removed: tuple[str, ...]
    changes: tuple[Change, ...]

    def __bool__(self) -> bool:
        return bool(self.bases_added or self.bases_removed or self.changes)

    def of(self, area: str) -> tuple[Change, ...]:
        """The changes of one area."""
        return tuple(change for change in self.changes if change.area == area)


def pack_changes(before: Pack, after: Pack) -> PackChanges:
    """What is different in `after`. Nothing, for two packs that say the same."""
    old, new = {one.code for one in before.bases}, {one.code for one in after.bases}
    added = tuple(one.code for one in after.bases if one.code not in old)
    removed = tuple(one.code for one in before.bases if one.code not in new)
    whole = {("bases", code) for code in (*added, *removed)}
    first, second = dict(_leaves(before, ())), dict(_leaves(after, ()))
    changes = (
        Change(path, first.get(path), second.get(path))
        for path in dict.fromkeys((*first, *second))
        if first.get(path) != second.get(path) and path[:2] not in whole
    )
    return PackChanges(added, removed, tuple(changes))


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every value that holds no other, by its path."""
    if is_dataclass(value) and not isinstance(value, type):
        for part in fields(value):
            if not (len(path) == 0 and part.name in UNTOLD):
                yield from _leaves(getattr(value, part.name), (*path, part.name))
    elif isinstance(value, Mapping):
        yield from _empty_or(value, path)
        for key in value:
            yield from _leaves(value[key], (*path, str(key)))
    elif isinstance(value, (frozenset, set)):
        yield from _empty_or(value, path)
        for one in sorted(value, key=str):
            yield (*path, _said(one)), _said(one)
    elif isinstance(value, (tuple, list)):
        yield from _empty_or(value, path)
        yield from _entries(value, path)
    else:
        yield path, _said(value)


def _entries(values: tuple[Any, ...] | list[Any], path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """The entries of a list, by what tells them apart, else by their place; and their order, which may matter."""
    keys = [_key(one, number) for number, one in enumerate(values, start=1)]
    if len(set(keys)) < len(keys):
        keys = [str(number) for number in range(1, len(values) + 1)]
    if len(keys) > 1:
        yield (*path, "(order)"), ", ".join(keys)
    for key, one in zip(keys, values, strict=True):
        yield from _leaves(one, (*path, key))


def _empty_or(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """A list or table without anything in it is a leaf of its own: nothing is something that can be said."""
    if not value:
        yield path, ""


def _key(one: Any, number: int) -> str:
    for name in _KEYED:
        found = getattr(one, name, None)
        if isinstance(found, str) and found:
            return found
    return _said(one) if isinstance(one, (str, int, Enum)) else str(number)


def _said(value: Any) -> str:
    if value is None:
        return "not set"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
