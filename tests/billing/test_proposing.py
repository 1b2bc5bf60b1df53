"""What is due and what it comes to, without a database: nothing twice and nothing lost, whatever comes when."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.periods import add_months
from billing.pricing import Book, ChargeTerms, CouncilTerms, DiscountTerms, Terms, charge_lines, month_lines
from billing.proposing import Correction, Cover, Material, WorkedOut, due, due_months, keys_of, work_out
from billing.queries.terms import Books, ReadingRef

JAN = date(2026, 1, 1)
MONTHS = [add_months(JAN, number) for number in range(4)]
BOOK = Book(
    uuid4(),
    {"platform": ((0, Decimal("6000.00")),), "practitioner": ((0, Decimal("3.27")), (20, Decimal("2.61"))),
     "setup": ((0, Decimal("4500.00")),)},
    ((2, Decimal("5.00")),),
)  # fmt: skip
BOOKS = Books((date(2020, 1, 1),), (BOOK,))
COUNCILS = [uuid4(), uuid4()]


def terms(charges=()) -> Terms:
    councils = (
        CouncilTerms(uuid4(), COUNCILS[0], "Ashby", 90_000, False, JAN, date(2026, 4, 30)),
        CouncilTerms(uuid4(), COUNCILS[1], "Burley", 4_000, False, date(2026, 2, 11), date(2026, 4, 30)),
    )
    discounts = (DiscountTerms("", Decimal("12.50"), date(2026, 3, 10), None, "Agreed"),)
    return Terms(uuid4(), JAN, date(2026, 4, 30), councils, discounts, tuple(charges))


@dataclass
class Document:
    """An invoice, or the credit note of another: what practitioners came to on it, and what it covers."""

    net: Decimal
    credits: UUID | None
    practitioners: dict
    covers: tuple[tuple[str, UUID | None], ...]


@dataclass
class Ledger:
    """What the tables would hold, and billing done by what they say."""

    terms: Terms
    every: int
    readings: dict[tuple[UUID, date], ReadingRef] = field(default_factory=dict)
    corrections: list[Correction] = field(default_factory=list)
    covered: dict[str, Cover] = field(default_factory=dict)
    documents: dict[UUID, Document] = field(default_factory=dict)
    reopened: set[date] = field(default_factory=set)

    def read(self, council: UUID, month: date, count: int) -> None:
        """A first reading, or a correction of the one that is in force."""
        before = self.readings.get((council, month))
        new = ReadingRef(uuid4(), count)
        if before:
            self.corrections = [
                Correction(c.reading_id, c.council_id, c.month, c.count, c.before, c.is_in_force and c.reading_id != before.id)
                for c in self.corrections
            ] + [Correction(new.id, council, month, count, before.count, is_in_force=True)]  # fmt: skip
        self.readings[council, month] = new

    def left(self) -> dict[UUID, Decimal]:
        """What is left of each invoice, oldest first."""
        left = {one: made.net for one, made in self.documents.items() if not made.credits}
        for made in self.documents.values():
            if made.credits:
                left[made.credits] -= made.net
        return left

    def material(self) -> Material:
        billed = defaultdict(Decimal)
        for made in self.documents.values():
            for key, net in made.practitioners.items():
                billed[key] += -net if made.credits else net
        creditable = tuple((one, left) for one, left in reversed(self.left().items()) if left > 0)
        return Material(
            self.terms, self.every, BOOKS, self.readings, tuple(self.corrections), self.covered, billed, creditable,
            frozenset(), frozenset(self.reopened),
        )  # fmt: skip

    def bill(self, until: date) -> bool:
        """Draft and issue what is due. Returns whether there was anything."""
        keys = due(self.material(), until)
        worked = work_out(self.material(), keys)
        if worked.lines:
            self.issue(worked)
        if worked.beside:
            assert worked.beside.net < 0 <= worked.net
            self.issue(worked.beside)
        return bool(worked.lines)

    def issue(self, worked: WorkedOut) -> None:
        """What was worked out becomes an invoice or a credit note, which has nothing but corrections."""
        assert len({line.key for line in worked.lines}) == len(worked.lines)
        sign = -1 if worked.net < 0 else 1
        if sign < 0:
            assert -worked.net <= self.left()[worked.credits]
            assert all(key.startswith("usage") for key, _ in worked.covers)
        else:
            assert worked.credits is None
        practitioners = defaultdict(Decimal)
        for line in worked.lines:
            if line.kind == "practitioner":
                practitioners[line.council_id, line.month] += sign * line.net
        made = uuid4()
        for key, book in worked.covers:
            assert key not in self.covered
            self.covered[key] = Cover(None, made, book)
        self.documents[made] = Document(sign * worked.net, worked.credits, practitioners, worked.covers)

    def bill_again(self, number: int) -> None:
        """Credit all that is left of an invoice, so that with its credit notes it comes to nothing and is due anew."""
        invoices = list(self.left())
        if not invoices:
            return
        again = invoices[number % len(invoices)]
        for one, made in list(self.documents.items()):
            if again in (one, made.credits):
                del self.documents[one]
                self.reopened |= {month for _, month in made.practitioners} | set(
                    keys_of(key for key, _ in made.covers).months
                )
                self.covered = {key: cover for key, cover in self.covered.items() if cover.invoice_id != one}


STEPS = st.one_of(
    st.tuples(st.just("read"), st.sampled_from(COUNCILS), st.sampled_from(MONTHS), st.integers(0, 60)),
    st.tuples(st.just("bill"), st.sampled_from(MONTHS)),
    st.tuples(st.just("bill_again"), st.integers(0, 5)),
)


def done(ledger: Ledger, steps) -> Ledger:
    for step, *what in steps:
        getattr(ledger, step)(*what)
    return ledger


@given(st.lists(STEPS, max_size=30), st.sampled_from([1, 3, 12]))
@settings(max_examples=200, deadline=None)
def test_readings_corrections_and_runs_in_any_order_come_to_what_is_so_in_the_end(steps, every):
    charge = ChargeTerms(uuid4(), COUNCILS[0], "setup", "Setting up", date(2026, 2, 2), Decimal(1), None)
    ledger = done(Ledger(terms([charge]), every), steps)
    for council in COUNCILS:
        for month in MONTHS:
            if (council, month) not in ledger.readings:
                ledger.read(council, month, 7)
    while ledger.bill(MONTHS[-1]):
        pass
    assert all(left >= 0 for left in ledger.left().values())
    should_be = sum(line.net for line in charge_lines(ledger.terms, charge, BOOK))
    for month in MONTHS:
        counts = {council: ledger.readings[council, month].count for council in COUNCILS}
        should_be += sum(line.net for line in month_lines(ledger.terms, BOOK, month, counts))
    assert sum(ledger.left().values()) == should_be


@given(st.lists(STEPS, max_size=12))
@settings(max_examples=60, deadline=None)
def test_what_a_draft_covers_is_worked_out_again_to_the_same_basis(steps):
    ledger = done(Ledger(terms(), 1), steps)
    found = work_out(ledger.material(), due(ledger.material(), MONTHS[-1]))
    drafts = {uuid4(): one for one in (found, found.beside) if one and one.covers}
    for draft, worked in drafts.items():
        ledger.covered |= {key: Cover(draft, None, book) for key, book in worked.covers}
    assert not work_out(ledger.material(), due(ledger.material(), MONTHS[-1])).lines
    for draft, worked in drafts.items():  # the second, where there is one, after the first was issued
        again = work_out(ledger.material().without(draft), keys_of(key for key, _ in worked.covers))
        assert (again.lines, again.basis) == (worked.lines, worked.basis)
        ledger.covered = {key: one for key, one in ledger.covered.items() if one.draft_id != draft}
        ledger.issue(again)


@pytest.mark.parametrize(
    ("first", "last", "every", "until", "months"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), 1, date(2026, 3, 1), 3),
        (date(2026, 1, 1), date(2026, 12, 31), 3, date(2026, 5, 1), 3),
        (date(2026, 2, 15), date(2027, 2, 14), 3, date(2026, 3, 1), 0),
        (date(2026, 2, 15), date(2027, 2, 14), 3, date(2026, 4, 1), 3),
        (date(2026, 2, 15), date(2027, 2, 14), 12, date(2027, 1, 1), 12),
        (date(2026, 2, 15), date(2027, 2, 14), 12, date(2027, 2, 1), 13),
        (date(2026, 1, 1), date(2026, 2, 10), 12, date(2026, 1, 1), 0),
        (date(2026, 1, 1), date(2026, 2, 10), 12, date(2026, 2, 1), 2),
        (date(2024, 2, 29), date(2024, 2, 29), 3, date(2024, 2, 1), 1),
        (date(2026, 5, 1), date(2026, 12, 31), 1, date(2026, 4, 1), 0),
    ],
)
def test_which_months_fall_due_with_a_month(first, last, every, until, months):
    assert len(due_months(Terms(uuid4(), first, last, ()), every, until)) == months
