"""Which invoices a bank's line pays: pure. Sure is only what needs nobody's eye: the number and the amount agree."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
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


_BETWEEN: Final = r"[\s\-./_]*"


def numbers_in(text: str, code: str) -> tuple[str, ...]:
    """The invoice numbers of an entity (by its `code`) that stand in a text, each once, with or without signs.

    `PWUK-2026-000012` is found in `pwuk 2026/000012` and, as banks that drop signs write it, in `PWUK2026000012`; not
    in a longer number.
    """
    return _numbers(text, code, between=_BETWEEN, figure=r"\d")


def almost_numbers_in(text: str, code: str) -> tuple[str, ...]:
    """The numbers that stand there written right, or with the letter O for a nought."""
    return _numbers(text, code, between=_BETWEEN, figure=r"[\dO]")


def _numbers(text: str, code: str, *, between: str, figure: str) -> tuple[str, ...]:
    pattern = rf"(?<![A-Z0-9]){re.escape(code.upper())}{between}({figure}{{4}}){between}({figure}{{6}})(?!{figure})"
    found = (f"{code}-" + f"{one[1]}-{one[2]}".replace("O", "0") for one in re.finditer(pattern, text.upper()))
    return tuple(dict.fromkeys(found))


class Pool:
    """Open invoices, so held that many lines are matched against many of them without going through all each time."""

    def __init__(self, invoices: Iterable[Payable]) -> None:
        self._held: dict[UUID, Payable] = {}
        self._by_number: dict[str, UUID] = {}
        self._by_open: dict[Decimal, set[UUID]] = {}
        self._by_name: dict[str, tuple[frozenset[str], set[UUID]]] = {}
        for one in invoices:
            self.put(one)

    def put(self, one: Payable) -> None:
        """Hold an invoice as it is now: with less open than before, or anew."""
        before = self._held.get(one.id)
        if before is not None:
            self._by_open[before.open].discard(one.id)
        self._held[one.id] = one
        self._by_number[one.number] = one.id
        self._by_open.setdefault(one.open, set()).add(one.id)
        self._by_name.setdefault(one.customer_name, (_words(one.customer_name), set()))[1].add(one.id)

    def numbered(self, numbers: Iterable[str]) -> list[Payable]:
        """Those of which something is open with one of these numbers, the longest due first."""
        return self._open(self._by_number[number] for number in numbers if number in self._by_number)

    def of_amount(self, amount: Decimal) -> list[Payable]:
        """Those of which exactly so much is open, the longest due first."""
        return self._open(self._by_open.get(amount, ()))

    def of_payer(self, line: Line) -> list[Payable]:
        """Those of customers whose name stands in the line, the longest due first."""
        said = _words(f"{line.payer} {line.reference}")
        return self._open(one for words, ids in self._by_name.values() if words and words <= said for one in ids)

    def _open(self, ids: Iterable[UUID]) -> list[Payable]:
        found = (self._held[one] for one in ids)
        return sorted((one for one in found if one.open > 0), key=lambda one: (one.due_on, one.number))


def match(line: Line, invoices: Pool, *, code: str) -> Match:
    """What a line pays, of the open invoices of the entity with this `code`."""
    numbers = {*numbers_in(line.reference, code), *numbers_in(line.payer, code)}
    almost = {*almost_numbers_in(line.reference, code), *almost_numbers_in(line.payer, code)} - numbers
    named = invoices.numbered(numbers | almost)
    if named:
        found = _by_number(line, named, is_all=len(named) == len(numbers | almost))
        return _doubted(found, almost) if almost else found
    if numbers | almost:
        settled = ", ".join(sorted(numbers | almost))
        why = f"{settled} is settled, or was never issued: this may have been paid twice."
        return Match(why, others=_likely(line, invoices))
    return _by_likeness(line, invoices)


def _by_number(line: Line, named: list[Payable], *, is_all: bool) -> Match:
    """Invoices whose numbers stand in the reference: sure where they are one customer's and add up to the amount."""
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


def _doubted(found: Match, almost: set[str]) -> Match:
    """A match by a number that stands there only almost as it is."""
    return replace(found, is_sure=False, why=f"{', '.join(sorted(almost))} is only almost written so. {found.why}")


def _by_likeness(line: Line, invoices: Pool) -> Match:
    """Without a number nothing is sure: the one invoice of that amount, or the payer's own, are offered."""
    same = invoices.of_amount(line.amount)
    payers = invoices.of_payer(line)
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


def _likely(line: Line, invoices: Pool) -> tuple[Allotted, ...]:
    payers = invoices.of_payer(line)[:MOST_SHOWN]
    return tuple(_allot(one, min(one.open, line.amount), "Of this payer.") for one in payers)


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
