"""What one draft of a contract would bill: pure, from terms, prices, readings and what is billed already.

First what is due (`due`), then what it comes to (`work_out`). Issuing works the same keys out again: when that gives
another `basis`, prices, terms or usage have changed since, and the draft is not what it says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Protocol
from uuid import UUID

from billing.choices import PriceKind
from billing.errors import NoReading
from billing.money import total
from billing.periods import Period, add_months, month_of
from billing.pricing import Book, Line, Terms, charge_lines, month_lines, practitioner_lines

if TYPE_CHECKING:
    from billing.queries.terms import Books

CORRECTION: Final = "correction"
CHARGE: Final = "charge "
USAGE: Final = "usage "
ONE: Final = Decimal(1)


class Reading(Protocol):
    """A reading in force."""

    @property
    def id(self) -> UUID:
        """Its id."""

    @property
    def count(self) -> int:
        """How many practitioners."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A reading that corrects another one, which counted `before`."""

    reading_id: UUID
    council_id: UUID
    month: date
    count: int
    before: int
    is_in_force: bool


@dataclass(frozen=True, slots=True)
class Cover:
    """That something is billed: in a draft, or by what was issued. `book_id` is whose prices a month was billed at."""

    draft_id: UUID | None
    invoice_id: UUID | None
    book_id: UUID | None


@dataclass(frozen=True, slots=True)
class Material:
    """All that a contract's drafts are worked out from.

    `billed` is what a council's practitioners of a month came to where the month was billed, `adjusted` what later
    corrections added to it. `creditable` is what is left of the contract's invoices before tax, newest first; `waived`
    are those that were credited whole: what they billed is not asked for any more, and so is no correction of it.
    """

    terms: Terms
    billed_every: int
    books: Books
    readings: Mapping[tuple[UUID, date], Reading]
    corrections: tuple[Correction, ...] = ()
    covered: Mapping[str, Cover] = field(default_factory=dict)
    billed: Mapping[tuple[UUID, date], Decimal] = field(default_factory=dict)
    adjusted: Mapping[tuple[UUID, date], Decimal] = field(default_factory=dict)
    creditable: tuple[tuple[UUID, Decimal], ...] = ()
    waived: frozenset[UUID] = frozenset()

    def without(self, draft_id: UUID) -> Material:
        """As if a draft were not there: what it is worked out from again."""
        return replace(self, covered={key: one for key, one in self.covered.items() if one.draft_id != draft_id})


@dataclass(frozen=True, slots=True)
class Keys:
    """What a draft bills: months by their first day, charges and corrections by id."""

    months: tuple[date, ...] = ()
    charges: tuple[UUID, ...] = ()
    corrections: tuple[UUID, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.months or self.charges or self.corrections)


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """What keys come to. `covers` is what is billed with them, with the book of a month.

    `waiting` names the councils whose usage of a month is not counted yet. `left_over` counts the corrections that no
    invoice is large enough to credit now; `credits` is the invoice to credit where the net is below zero.
    """

    lines: tuple[Line, ...]
    covers: tuple[tuple[str, UUID | None], ...]
    waiting: Mapping[date, tuple[str, ...]]
    basis: str
    left_over: int = 0
    credits: UUID | None = None

    @property
    def net(self) -> Decimal:
        """The sum of the lines."""
        return total(line.net for line in self.lines)


def month_key(month: date) -> str:
    """How a month is called among what is billed."""
    return f"{month:%Y-%m}"


def charge_key(charge_id: UUID) -> str:
    """How a charge is called among what is billed."""
    return f"{CHARGE}{charge_id}"


def usage_key(reading_id: UUID) -> str:
    """How a correction is called among what is billed."""
    return f"{USAGE}{reading_id}"


def keys_of(covers: Iterable[str]) -> Keys:
    """The keys that a draft covers, read back."""
    months, charges, corrections = [], [], []
    for key in sorted(covers):
        if key.startswith(CHARGE):
            charges.append(UUID(key.removeprefix(CHARGE)))
        elif key.startswith(USAGE):
            corrections.append(UUID(key.removeprefix(USAGE)))
        else:
            months.append(date.fromisoformat(f"{key}-01"))
    return Keys(tuple(months), tuple(charges), tuple(corrections))


def due_months(terms: Terms, billed_every: int, until: date) -> tuple[date, ...]:
    """The months of a contract that fall due with the month `until` or before it, billed already or not.

    Every so many months counted from its start make a block, which is due with its last month; the last block is due
    with the contract's end.
    """
    if terms.first > month_of(until).last:
        return ()
    start, end = terms.first.replace(day=1), terms.last.replace(day=1)
    due = []
    for number, month in enumerate(Period(terms.first, min(terms.last, month_of(until).last)).months()):
        block_end = add_months(start, (number // billed_every + 1) * billed_every - 1)
        if min(block_end, end) <= until:
            due.append(month)
    return tuple(due)


def due(material: Material, until: date) -> Keys:
    """What a contract is to be billed for with the month `until`, and is not yet."""
    covered, terms = material.covered, material.terms
    waits = {
        (one.council_id, one.month)
        for one in material.corrections
        if usage_key(one.reading_id) in covered and covered[usage_key(one.reading_id)].draft_id
    }
    corrections = [
        one
        for one in material.corrections
        if one.is_in_force
        and usage_key(one.reading_id) not in covered
        and (one.council_id, one.month) not in waits  # its draft is drafted again with it
        and _is_issued(covered.get(month_key(one.month)))
        and any(c.council_id == one.council_id and terms.in_force(c, one.month) for c in terms.councils)
    ]
    return Keys(
        tuple(m for m in due_months(terms, material.billed_every, until) if month_key(m) not in covered),
        tuple(c.id for c in terms.charges if c.on <= month_of(until).last and charge_key(c.id) not in covered),
        tuple(one.reading_id for one in sorted(corrections, key=lambda one: (one.month, str(one.reading_id)))),
    )


def work_out(material: Material, keys: Keys) -> WorkedOut:
    """What these keys come to, line by line. A month not counted yet waits as a whole. Raises NoPrice."""
    work = _Work(material)
    for month in keys.months:
        work.add_month(month)
    for charge in material.terms.charges:
        if charge.id in keys.charges:
            book = material.books.for_day(material.terms, charge.on)
            work.lines += charge_lines(material.terms, charge, book)
            work.covers[charge_key(charge.id)] = None
            work.rests_on.append(["charge", str(charge.id), str(book and book.id)])
    wanted = {one.reading_id: one for one in material.corrections if one.is_in_force}
    # what is in force when its month is billed comes with the month, and is no correction of it
    own = [key for key in keys.corrections if key in wanted and wanted[key].month not in keys.months]
    found = [_correction(material, wanted[key]) for key in own]
    before = total(line.net for line in work.lines)
    kept, left_over, credited = _as_much_as_fits(found, before, material.creditable)
    for key, line in kept:
        work.covers[usage_key(key)] = None
        work.lines += [line] if line else []
        work.rests_on.append(["correction", str(key)])
    return WorkedOut(tuple(work.lines), tuple(work.covers.items()), work.waiting, work.basis(), left_over, credited)


class _Work:
    """Lines and what they cover, while they are gathered."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self.lines: list[Line] = []
        self.covers: dict[str, UUID | None] = {}
        self.waiting: dict[date, tuple[str, ...]] = {}
        self.rests_on: list[list[str]] = []

    def add_month(self, month: date) -> None:
        """A month's lines, less what corrections billed of it before it was credited and is billed again."""
        terms, readings = self.material.terms, self.material.readings
        book = self.material.books.for_month(terms, month)
        councils = {council.council_id for council in terms.billed_in(month)}
        used = {council_id: readings[council_id, month] for council_id in councils if (council_id, month) in readings}
        try:
            lines = month_lines(terms, book, month, {council_id: one.count for council_id, one in used.items()})
        except NoReading as missing:
            self.waiting[month] = missing.councils
            return
        if book is None or not lines:
            return
        self.lines += lines
        for council in terms.billed_in(month):
            adjusted = self.material.adjusted.get((council.council_id, month), Decimal(0))
            key = f"{month_key(month)} corrected {council.council_id}"
            if adjusted and key not in {line.key for line in self.lines}:
                words = f"{council.name}: corrections of {month:%B %Y} billed already"
                self.lines.append(_one_line(key, council.council_id, month, month_of(month), words, -adjusted))
        self.covers[month_key(month)] = book.id
        corrections = {one.reading_id for one in self.material.corrections}
        for council_id, reading in sorted(used.items()):
            self.rests_on.append(["reading", str(council_id), str(reading.id), str(reading.count)])
            if reading.id in corrections and usage_key(reading.id) not in self.material.covered:
                self.covers[usage_key(reading.id)] = None
        self.rests_on.append(["month", month_key(month), str(book.id)])

    def basis(self) -> str:
        """A hash of every line and of what it rests on."""
        lines = [
            [
                line.key, line.kind, str(line.council_id), str(line.month), str(line.first), str(line.last),
                line.description, f"{line.quantity:.2f}", line.unit, f"{line.unit_price:.4f}", f"{line.net:.2f}",
            ]
            for line in self.lines
        ]  # fmt: skip
        said = json.dumps([lines, sorted(self.covers), sorted(self.rests_on)])
        return hashlib.sha256(said.encode()).hexdigest()


def _is_issued(cover: Cover | None) -> bool:
    return cover is not None and cover.invoice_id is not None


def _correction(material: Material, correction: Correction) -> tuple[UUID, Line | None]:
    """A correction's line: what the month's practitioners come to now, less what is billed. None if that is nothing."""
    terms, month, council_id = material.terms, correction.month, correction.council_id
    places = [one for one in terms.billed_in(month) if one.council_id == council_id]
    cover = material.covered.get(month_key(month))
    book: Book | None = material.books.of(cover.book_id) if cover and cover.book_id else None
    book = book or material.books.for_month(terms, month)
    if not places or book is None or (cover and cover.invoice_id in material.waived):
        return correction.reading_id, None
    now = total(
        line.net for place in places for line in practitioner_lines(terms, book, month, place, correction.count)
    )
    key = (council_id, month)
    difference = now - material.billed.get(key, Decimal(0)) - material.adjusted.get(key, Decimal(0))
    if not difference:
        return correction.reading_id, None
    words = (
        f"{places[0].name}: correction of active practitioners, {month:%B %Y}, to {correction.count:,}"
        f" from {correction.before:,}"
    )
    period = terms.in_force(places[0], month) or month_of(month)
    return correction.reading_id, _one_line(
        usage_key(correction.reading_id), council_id, month, period, words, difference
    )


def _one_line(key: str, council_id: UUID, month: date, period: Period, words: str, net: Decimal) -> Line:
    """A line of one correction: what lowers the sum has a quantity of -1, as discounts have."""
    return Line(
        key, PriceKind.PRACTITIONER, council_id, None, month, period.first, period.last, words,
        ONE if net >= 0 else -ONE, CORRECTION, abs(net), net,
    )  # fmt: skip


def _as_much_as_fits(
    found: list[tuple[UUID, Line | None]], before: Decimal, creditable: tuple[tuple[UUID, Decimal], ...]
) -> tuple[list[tuple[UUID, Line | None]], int, UUID | None]:
    """The corrections that can be billed at once, how many can't, and the invoice to credit, if any.

    What comes to less than nothing credits one invoice, and no more than is left of it: the rest waits its turn.
    """
    kept, left_over = list(found), 0
    most = max((left for _, left in creditable), default=Decimal(0))
    while True:
        net = before + total(line.net for _, line in kept if line)
        if net >= 0:
            return kept, left_over, None
        if -net <= most:
            return kept, left_over, next(one for one, left in creditable if left >= -net)
        lowering = [number for number, (_, line) in enumerate(kept) if line and line.net < 0]
        if not lowering:
            return kept, left_over, None
        del kept[lowering[-1]]
        left_over += 1
