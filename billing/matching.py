"""Which invoices a bank's line pays: pure. Sure is only what needs nobody's eye: the number and the amount agree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Protocol
from uuid import UUID

from billing.money import total, written

MOST_SHOWN: Final = 5
_SHORTEST_NAME: Final = 4
_COMMON: Final = frozenset({"council", "county", "city", "borough", "district", "shire", "the", "of", "and"})


class Line(Protocol):
    """What is asked of a bank's line."""

    @property
    def amount(self) -> Decimal: ...
    @property
    def reference(self) -> str: ...
    @property
    def payer(self) -> str: ...


class Payable(Protocol):
    """What is asked of an open invoice."""

    @property
    def id(self) -> UUID: ...
    @property
    def number(self) -> str: ...
    @property
    def customer_id(self) -> UUID: ...
    @property
    def customer_name(self) -> str: ...
    @property
    def due_on(self) -> date: ...
    @property
    def currency(self) -> str: ...
    @property
    def open(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Allotted:
    """So much of the line for one invoice, and why."""

    invoice_id: UUID
    customer_id: UUID
    amount: Decimal
    why: str


@dataclass(frozen=True, slots=True)
class Match:
    """What a line is taken for. `allocations` are of one customer, and never more than the line or than is open.

    `others` are invoices that it might be for instead: nothing is allocated to them.
    """

    why: str
    allocations: tuple[Allotted, ...] = ()
    others: tuple[Allotted, ...] = ()
    is_sure: bool = False

    @property
    def customer_id(self) -> UUID | None:
        """Whose money it is taken for."""
        return self.allocations[0].customer_id if self.allocations else None


def numbers_in(text: str, code: str) -> tuple[str, ...]:
    """The invoice numbers of an entity (by its `code`) that stand in a text, each once, however they are written.

    `PWUK-2026-000012` is found in `pwuk 2026/000012` and `PWUK2026000012`, and not in a longer number.
    """
    between = r"[\s\-./_]*"
    pattern = rf"(?<![A-Z0-9]){re.escape(code.upper())}{between}(\d{{4}}){between}(\d{{6}})(?!\d)"
    found = (f"{code}-{one[1]}-{one[2]}" for one in re.finditer(pattern, text.upper()))
    return tuple(dict.fromkeys(found))


def match(line: Line, invoices: Sequence[Payable], *, code: str) -> Match:
    """What a line pays, of the open invoices of the entity with this `code`."""
    numbers = set(numbers_in(line.reference, code)) | set(numbers_in(line.payer, code))
    named = [one for one in invoices if one.number in numbers and one.open > 0]
    if named:
        return _by_number(line, named, is_all=len(named) == len(numbers))
    if numbers:
        settled = ", ".join(sorted(numbers))
        why = f"{settled} is settled, or was never issued: this may have been paid twice."
        return Match(why, others=_likely(line, invoices))
    return _by_likeness(line, invoices)


def _by_number(line: Line, named: list[Payable], *, is_all: bool) -> Match:
    """Invoices whose numbers stand in the reference: sure where they are one customer's and add up to the amount."""
    named = sorted(named, key=lambda one: (one.due_on, one.number))
    customers = {one.customer_id for one in named}
    if len(customers) > 1:
        others = tuple(_allot(one, min(one.open, line.amount), "The number agrees.") for one in named)
        return Match("The reference names invoices of more than one customer.", others=others)
    opened = total(one.open for one in named)
    allocations = tuple(_spread(line.amount, named, "The number agrees."))
    if not is_all:
        return Match("The reference also names an invoice that is settled, or was never issued.", allocations)
    if opened == line.amount:
        return Match("Number and amount agree.", allocations, is_sure=True)
    gap, currency = abs(opened - line.amount), named[0].currency
    less = f"The number agrees, and this is {written(gap, currency)} less than what is open."
    more = f"The number agrees, and this is {written(gap, currency)} more than what is open."
    return Match(less if line.amount < opened else more, allocations)


def _by_likeness(line: Line, invoices: Sequence[Payable]) -> Match:
    """Without a number nothing is sure: the one invoice of that amount, or the payer's own, are offered."""
    same = [one for one in invoices if one.open == line.amount]
    payers = _of_payer(line, invoices)
    both = [one for one in same if one in payers]
    only = both or same
    if len(only) == 1:
        why = "Amount and payer agree, and no number is given." if both else "Only the amount agrees."
        return Match(why, (_allot(only[0], line.amount, why),))
    if len(only) > 1:
        others = tuple(_allot(one, line.amount, "The amount agrees.") for one in only[:MOST_SHOWN])
        return Match("Several open invoices are of this amount.", others=others)
    if payers and len({one.customer_id for one in payers}) == 1:
        allocations = tuple(_spread(line.amount, payers, "Of this payer, the longest due first."))
        return Match("The payer is known, and neither a number nor the amount agrees.", allocations)
    return Match("Neither number nor amount nor payer is known.", others=_likely(line, invoices))


def _likely(line: Line, invoices: Sequence[Payable]) -> tuple[Allotted, ...]:
    payers = _of_payer(line, invoices)[:MOST_SHOWN]
    return tuple(_allot(one, min(one.open, line.amount), "Of this payer.") for one in payers)


def _of_payer(line: Line, invoices: Sequence[Payable]) -> list[Payable]:
    """The open invoices of customers whose name stands in the line, the longest due first."""
    said = _words(f"{line.payer} {line.reference}")
    known = {one.customer_name: _words(one.customer_name) for one in invoices}
    found = [one for one in invoices if one.open > 0 and known[one.customer_name] and known[one.customer_name] <= said]
    return sorted(found, key=lambda one: (one.due_on, one.number))


def _words(text: str) -> frozenset[str]:
    """The words that tell one council from another."""
    words = re.findall(r"[a-z0-9]+", text.casefold())
    return frozenset(one for one in words if len(one) >= _SHORTEST_NAME and one not in _COMMON)


def _spread(amount: Decimal, invoices: Iterable[Payable], why: str) -> Iterable[Allotted]:
    """An amount over invoices in their order, each up to what is open of it."""
    for one in invoices:
        share = min(amount, one.open)
        if share > 0:
            yield _allot(one, share, why)
            amount -= share


def _allot(one: Payable, amount: Decimal, why: str) -> Allotted:
    return Allotted(one.id, one.customer_id, amount, why)
