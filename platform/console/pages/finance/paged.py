"""One page of a list that was read whole: its rows, where they stand among all, and the way to the pages beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from console.doors import OperatorRequest
from console.pages.answers import page_number, pages_of

Row = TypeVar("Row")

SIZE: Final = 50


@dataclass(frozen=True, slots=True)
class Part(Generic[Row]):
    """Rows `first` to `last` of `count`, counted from 1; `links` are the pages before and after."""

    rows: tuple[Row, ...]
    first: int
    last: int
    count: int
    links: Mapping[str, Any]


def part_of(
    request: OperatorRequest, rows: Sequence[Row], address: str, query: Mapping[str, Any] | None = None, *,
    size: int = SIZE,
) -> Part[Row]:  # fmt: skip
    """The page asked for of rows; the last one for a page that is not there."""
    pages = max(1, -(-len(rows) // size))
    page = min(max(page_number(request), 1), pages)
    start = (page - 1) * size
    shown = tuple(rows[start : start + size])
    links = pages_of(address, query or {}, page, has_next=page < pages)
    return Part(shown, start + 1, start + len(shown), len(rows), links)
