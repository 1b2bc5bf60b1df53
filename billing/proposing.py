"""What one draft of a contract would bill: pure, from terms, prices, readings and what is billed already.

First what is due (`due`), then what it comes to (`work_out`). Issuing works the same keys out again: when that gives
another `basis`, prices, terms or usage have changed since, and the draft is not what it says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import count
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
ZERO: Final = Decimal("0.00")


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

    `billed` is what a council's practitioners of a month come to in all that was issued and stands: their month, and
    every correction of it. What was credited to be billed again stands no more; `reopened` are the months that this
    concerns. `waived` is what finance credited whole: it is not asked for any more, and so is no correction of it.
    `creditable` is what is left of the contract's invoices before tax, newest first.
    """

    terms: Terms
    billed_every: int
    books: Books
    readings: Mapping[tuple[UUID, date], Reading]
    corrections: tuple[Correction, ...] = ()
    covered: Mapping[str, Cover] = field(default_factory=dict)
    billed: Mapping[tuple[UUID, date], Decimal] = field(default_factory=dict)
    creditable: tuple[tuple[UUID, Decimal], ...] = ()
    waived: frozenset[tuple[UUID, date]] = frozenset()
    reopened: frozenset[date] = frozenset()

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
    invoice is large enough to credit now; `credits` is the invoice to credit where the net is below zero. `beside` is a
    credit note of the corrections alone, where months and charges come to less than these give back: what is supplied
    is billed on an invoice always, so that it can be credited and has the tax of its day.
    """

    lines: tuple[Line, ...]
    covers: tuple[tuple[str, UUID | None], ...]
    waiting: Mapping[date, tuple[str, ...]]
    basis: str
    left_over: int = 0
    credits: UUID | None = None
    beside: WorkedOut | None = None

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


def usage_key(reading_id: UUID, number: int = 1) -> str:
    """How a correction is called among what is billed. One that is billed anew, on top of what stands, has a number."""
    return f"{USAGE}{reading_id}" if number == 1 else f"{USAGE}{reading_id} {number}"


def reading_of(key: str) -> UUID | None:
    """The reading of a correction's key; None of any other."""
    return UUID(key.removeprefix(USAGE).split()[0]) if key.startswith(USAGE) else None


def keys_of(covers: Iterable[str]) -> Keys:
    """The keys that a draft covers, read back."""
    months, charges, corrections = [], [], []
    for key in sorted(covers):
        if key.startswith(CHARGE):
            charges.append(UUID(key.removeprefix(CHARGE)))
        elif reading_id := reading_of(key):
            corrections.append(reading_id)
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
    months = tuple(m for m in due_months(terms, material.billed_every, until) if month_key(m) not in covered)
    corrected = {one.reading_id: (one.council_id, one.month) for one in material.corrections}
    used = {reading_of(key): cover for key, cover in covered.items() if key.startswith(USAGE)}
    waits = {corrected[key] for key, cover in used.items() if key in corrected and cover.draft_id}
    corrections = [
        one
        for one in material.corrections
        if one.is_in_force
        and (one.council_id, one.month) not in waits  # its draft is drafted again with it
        and any(c.council_id == one.council_id and terms.in_force(c, one.month) for c in terms.councils)
        and _is_due(material, one, is_used=one.reading_id in used, is_now=one.month in months)
    ]
    return Keys(
        months,
        tuple(c.id for c in terms.charges if c.on <= month_of(until).last and charge_key(c.id) not in covered),
        tuple(one.reading_id for one in sorted(corrections, key=lambda one: (one.month, str(one.reading_id)))),
    )


def _is_due(material: Material, correction: Correction, *, is_used: bool, is_now: bool) -> bool:
    """Whether a correction may have anything to bill.

    Of a month that was billed once it has until it is used, and again where something of the month was credited to be
    billed again since. Of a month that is being billed again it has where an earlier correction of it still stands.
    """
    cover = material.covered.get(month_key(correction.month))
    if _is_issued(cover):
        return not is_used or correction.month in material.reopened
    return bool((cover or is_now) and material.billed.get((correction.council_id, correction.month)))


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
    due = (wanted[key] for key in keys.corrections if key in wanted and wanted[key].month not in work.waiting)
    own = sorted(due, key=lambda one: (one.month, str(one.reading_id)))  # however they were asked for
    found = [(one.reading_id, line) for one in own if (line := _correction(material, one))]
    supplied, beside = total(line.net for line in work.lines), None
    apart = bool(work.lines) and supplied >= 0 > supplied + total(line.net for _, line in found)
    kept, left_over, credited = _as_much_as_fits(found, ZERO if apart else supplied, material.creditable)
    if apart and credited:
        note = _Work(material)
        note.add_corrections(kept)
        beside = WorkedOut(tuple(note.lines), tuple(note.covers.items()), {}, note.basis(), credits=credited)
        work.use_readings(keys.months, but={key for key, _ in kept})
        credited = None
    else:
        work.use_readings(keys.months, but={key for key, _ in kept})
        work.add_corrections(kept)
    return WorkedOut(
        tuple(work.lines), tuple(work.covers.items()), work.waiting, work.basis(), left_over, credited, beside
    )


class _Work:
    """Lines and what they cover, while they are gathered."""

    def __init__(self, material: Material) -> None:
        self.material = material
        self.lines: list[Line] = []
        self.covers: dict[str, UUID | None] = {}
        self.waiting: dict[date, tuple[str, ...]] = {}
        self.rests_on: list[list[str]] = []

    def add_month(self, month: date) -> None:
        """A month's lines."""
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
        self.covers[month_key(month)] = book.id
        for council_id, reading in sorted(used.items()):
            self.rests_on.append(["reading", str(council_id), str(reading.id), str(reading.count)])
        self.rests_on.append(["month", month_key(month), str(book.id)])

    def use_readings(self, months: Iterable[date], *, but: Collection[UUID]) -> None:
        """What is in force when its month is billed comes with the month, and is no correction of it any more.

        `but` has lines of its own: they take back what an earlier correction of the month billed.
        """
        billed = {month for month in months if month_key(month) in self.covers}
        for one in self.material.corrections:
            key = usage_key(one.reading_id)
            is_new = one.reading_id not in but and key not in self.material.covered
            if one.is_in_force and is_new and one.month in billed and self._is_billed(one):
                self.covers[key] = None

    def add_corrections(self, found: Iterable[tuple[UUID, Line]]) -> None:
        """Corrections' lines, each under its key. One that comes to nothing has no line, and is not used up."""
        for reading_id, line in found:
            self.lines.append(line)
            self.covers[line.key] = None
            self.rests_on.append(["correction", str(reading_id)])

    def _is_billed(self, correction: Correction) -> bool:
        return any(
            place.council_id == correction.council_id for place in self.material.terms.billed_in(correction.month)
        )

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


def _correction(material: Material, correction: Correction) -> Line | None:
    """A correction's line: what the month's practitioners come to now, less what is billed. None if that is nothing.

    A month that is not billed, or is being billed again, comes in full by itself: then all that still stands of it is
    taken back.
    """
    terms, month, council_id = material.terms, correction.month, correction.council_id
    places = [one for one in terms.billed_in(month) if one.council_id == council_id]
    cover = material.covered.get(month_key(month))
    book: Book | None = material.books.of(cover.book_id) if cover and cover.book_id else None
    book = book or material.books.for_month(terms, month)
    if not places or book is None or (council_id, month) in material.waived:
        return None
    now = ZERO
    if _is_issued(cover):
        now = total(
            line.net for place in places for line in practitioner_lines(terms, book, month, place, correction.count)
        )
    difference = now - material.billed.get((council_id, month), ZERO)
    if not difference:
        return None
    if month in material.reopened:
        words = f"difference to what is billed already of {month:%B %Y} (active practitioners: {correction.count:,})"
    else:
        words = f"correction of active practitioners, {month:%B %Y}, to {correction.count:,} from {correction.before:,}"
    period = terms.in_force(places[0], month) or month_of(month)
    number = next(n for n in count(1) if usage_key(correction.reading_id, n) not in material.covered)
    key = usage_key(correction.reading_id, number)
    return _one_line(key, council_id, month, period, f"{places[0].name}: {words}", difference)


def _one_line(key: str, council_id: UUID, month: date, period: Period, words: str, net: Decimal) -> Line:
    """A line of one correction: what lowers the sum has a quantity of -1, as discounts have."""
    return Line(
        key, PriceKind.PRACTITIONER, council_id, None, month, period.first, period.last, words,
        ONE if net >= 0 else -ONE, CORRECTION, abs(net), net,
    )  # fmt: skip


def _as_much_as_fits(
    found: list[tuple[UUID, Line]], before: Decimal, creditable: tuple[tuple[UUID, Decimal], ...]
) -> tuple[list[tuple[UUID, Line]], int, UUID | None]:
    """The corrections that can be billed at once, how many can't, and the invoice to credit, if any.

    What comes to less than nothing credits one invoice, and no more than is left of it: the rest waits its turn.
    """
    kept, left_over = list(found), 0
    most = max((left for _, left in creditable), default=ZERO)
    while True:
        net = before + total(line.net for _, line in kept)
        if net >= 0:
            return kept, left_over, None
        if -net <= most:
            return kept, left_over, next(one for one, left in creditable if left >= -net)
        lowering = [number for number, (_, line) in enumerate(kept) if line.net < 0]
        if not lowering:
            return kept, left_over, None
        del kept[lowering[-1]]
        left_over += 1
