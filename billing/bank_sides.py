"""Which way money went, where a column of a bank's file says so beside amounts without a sign."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from billing.bank_cells import text_in
from billing.errors import BadValue

SIDES: Final[Mapping[str, bool]] = {
    "c": True, "cr": True, "credit": True, "in": True, "d": False, "dr": False, "debit": False, "out": False,
}  # fmt: skip
"""What such a column says of a movement, and whether that brought money in."""


def side_of(cell: str) -> bool | None:
    """Whether a cell says that money came in; None where it says nothing of that."""
    return SIDES.get(cell.casefold().strip(" ."))


def signed(amount: Decimal, cell: str) -> Decimal:
    """An amount by the side that its row says. Raises BadValue where the two are at odds."""
    is_in = side_of(cell)
    if is_in and amount < 0:
        raise BadValue("file", f"“{text_in(cell, 20)}” says that money came in, and the amount is below zero.")
    return -abs(amount) if is_in is False else amount


def not_said(cell: str) -> str:
    """What is wrong with a row that does not say its side."""
    if not cell:
        return "there is no word for whether money came in or went out."
    return f"“{text_in(cell, 20)}” does not say whether money came in or went out."


def unknown_sides(headings: Sequence[str], rows: Sequence[Sequence[str]], known: frozenset[int]) -> Iterator[str]:
    """Columns under no heading that we know that say which way money went, and nothing else: none is passed over."""
    for place, heading in enumerate(headings):
        said = {row[place] for row in rows if place < len(row) and row[place]}
        if place not in known and said and all(side_of(cell) is not None for cell in said):
            words = " and ".join(f"“{text_in(one, 10)}”" for one in sorted(said)[:2])
            yield (
                f"The column “{text_in(heading, 30)}” seems to say with {words} which way money went, and we don't "
                "know it by this name. Call it “DR/CR”, then choose the file again."
            )
