"""Whatever is counted, corrected, credited, waived and billed again: all that was issued comes to what is so.

What should be is worked out here from the readings in force and from what finance did, with no cover, basis or
correction of the product's own.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from billing.errors import BillingError
from tenants.context import SHARED_ALIAS, shared
from tests.billing.runs import AT, correct, drafted, issued
from tests.factories.billing import make_book, make_contract, make_reading

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

MONTHS = [date(2026, month, 1) for month in (1, 2, 3, 4)]
DISCOUNTED = Decimal("47.50")
"""A council's platform fee of a month, less the discount of two on one contract."""
ZERO = Decimal(0)
Key = tuple[UUID, date]


def price(count: int) -> Decimal:
    """What so many practitioners cost a month: the first 20 at 3.27, every further one at 2.61."""
    return min(count, 20) * Decimal("3.27") + max(count - 20, 0) * Decimal("2.61")


@dataclass
class World:
    """A contract of two councils, what was counted of them, and what finance did with what was issued."""

    contract: object
    councils: list[UUID]
    readings: dict[Key, object] = field(default_factory=dict)
    gone: set[UUID] = field(default_factory=set)
    waived: dict[Key, tuple[UUID, Decimal]] = field(default_factory=dict)

    def read(self, council: int, month: int, count: int) -> None:
        """Count a council's practitioners, or count them again."""
        of = self.councils[council], MONTHS[month]
        before = self.readings.get(of)
        self.readings[of] = correct(before, count) if before else make_reading(*of, count)

    def bill(self, month: int, *, note_first: bool = False) -> bool:
        """Draft what is due and issue it. Returns whether there was anything."""
        found = drafted(self.contract, MONTHS[month])
        drafts = [one.draft for one in (found, found.beside) if one and one.draft]
        for draft in reversed(drafts) if note_first else drafts:
            if draft.kind == "credit_note":
                assert all(line.key.startswith("usage ") for line in draft.lines.all())
            issued(draft)
        return bool(drafts)

    def spare(self, invoice: int, line: int, hundredths: int) -> None:
        """Credit part of one line of an invoice by hand."""
        from billing.queries.credit import creditable_of

        one = self.invoice(invoice)
        left = [row for row in creditable_of(one.id).lines if row.left > 0] if one else []
        if left:
            row = left[line % len(left)]
            self.credit(one, {row.id: (row.left * hundredths / 100).quantize(Decimal("0.01"))}, bills_again=False)

    def waive(self, invoice: int) -> None:
        """Credit all that is left of an invoice by hand."""
        self.credit(self.invoice(invoice), None, bills_again=False)

    def anew(self, invoice: int) -> None:
        """Credit all that is left of an invoice, to bill it again."""
        self.credit(self.invoice(invoice), None, bills_again=True)

    def after_all(self, invoice: int) -> None:
        """Bill again what was credited whole."""
        from billing.actions.crediting import bill_again

        one = self.invoice(invoice)
        try:
            if one:
                bill_again(invoice_id=one.id, at=AT)
                self.forget(one)
        except BillingError:
            pass  # not credited whole

    def lose(self, invoice: int) -> None:
        """Write off all that is open of an invoice."""
        from billing.actions.write_offs import write_off
        from billing.queries.balances import open_of

        one = self.invoice(invoice)
        if one and (amount := open_of([one.id])[one.id]) > 0:
            write_off(
                proposal_id=uuid4(), invoice_id=one.id, amount=amount, reason="Gone", proposed_by=uuid4(),
                approved_by=uuid4(), at=AT,
            )  # fmt: skip

    def invoice(self, number: int):
        """One of the invoices issued so far."""
        found = list(self.issued("invoice"))
        return found[number % len(found)] if found else None

    def credit(self, invoice, amounts, *, bills_again: bool) -> None:
        from billing.actions.crediting import draft_credit

        if invoice is None:
            return
        try:
            draft = draft_credit(
                invoice_id=invoice.id, amounts=amounts, reason="By hand", bills_again=bills_again, at=AT
            )
        except BillingError:
            return  # nothing is left of it, or of what is taken off it
        issued(draft)
        if bills_again:
            self.forget(invoice)
        else:
            self.note_what_is_waived(invoice)

    def forget(self, invoice) -> None:
        """An invoice is as if it had never been."""
        self.gone.add(invoice.id)
        self.waived = {of: said for of, said in self.waived.items() if said[0] != invoice.id}

    def note_what_is_waived(self, invoice) -> None:
        """A month whose practitioners finance credited whole stays as it is: no correction of it is asked for."""
        from billing.models import InvoiceLine

        if invoice.id in self.gone:
            return
        lines = InvoiceLine.objects.filter(kind="practitioner").exclude(key__startswith="usage ")
        asked, spared = defaultdict(Decimal), defaultdict(Decimal)
        for line in lines.filter(invoice=invoice):
            asked[line.council_id, line.month] += line.net
        for line in lines.filter(credits__invoice=invoice):
            spared[line.council_id, line.month] += line.net
        for of, net in asked.items():
            if 0 < net <= spared[of] and of not in self.waived:
                self.waived[of] = invoice.id, self.stands()[of]

    def stands(self) -> dict[Key, Decimal]:
        """What practitioners were billed at, but for what was credited by hand."""
        sums = defaultdict(Decimal)
        for one in self.issued():
            if one.id not in self.gone and one.credits_id not in self.gone:
                for line in one.lines.filter(kind="practitioner", credits=None):
                    sums[line.council_id, line.month] += line.net if one.kind == "invoice" else -line.net
        return sums

    def issued(self, *kinds: str):
        from billing.models import Invoice

        found = Invoice.objects.filter(contract=self.contract).order_by("year", "sequence")
        return found.filter(kind__in=kinds) if kinds else found

    def kindness(self) -> Decimal:
        """What finance credited by hand of what still stands."""
        notes = self.issued("credit_note").exclude(credits__in=self.gone)
        return sum((line.net for note in notes for line in note.lines.exclude(credits=None)), ZERO)

    def should_be(self) -> Decimal:
        """What all of it is to come to."""
        due = sum((price(one.count) for of, one in self.readings.items() if of not in self.waived), ZERO)
        waived = sum((net for _, net in self.waived.values()), ZERO)
        return len(self.councils) * len(MONTHS) * DISCOUNTED + due + waived - self.kindness()


def make_world() -> World:
    from billing.models import PriceBook

    if not PriceBook.objects.exists():
        prices = {"platform": {0: "600.00"}, "practitioner": {0: "3.27", 20: "2.61"}}
        make_book(prices=prices, discounts={2: "5.00"})
    contract = make_contract(councils=2, ends_on=date(2026, 4, 30))
    return World(contract, list(contract.councils.order_by("name").values_list("council_id", flat=True)))


COUNCIL, FEW, INVOICE = st.integers(0, 1), st.integers(0, 2), st.integers(0, 4)
STEPS = st.one_of(
    st.tuples(st.just("read"), COUNCIL, FEW, st.sampled_from([0, 5, 20, 40, 90])),
    st.tuples(st.just("bill"), FEW),
    st.tuples(st.just("bill"), FEW),
    st.tuples(st.just("spare"), INVOICE, st.integers(0, 5), st.integers(1, 99)),
    st.tuples(st.sampled_from(["waive", "anew", "after_all", "lose"]), INVOICE),
)
COUNTED = [("read", council, month, 40) for council in (0, 1) for month in (0, 1, 2)]
TWO = [("bill", 0), ("bill", 1)]
NONE = [("read", 0, 0, 0), ("read", 1, 0, 0)]


@given(steps=st.lists(STEPS, max_size=14), is_counted=st.booleans())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])  # one database
@example(steps=[("bill", 0), ("read", 0, 0, 5), ("bill", 0), ("anew", 0)], is_counted=True)
@example(steps=[*TWO, ("read", 0, 0, 5), ("bill", 1), ("anew", 1)], is_counted=True)
@example(steps=[*TWO, *NONE, ("bill", 1), ("waive", 1), ("read", 0, 1, 90), ("bill", 1)], is_counted=True)
@example(steps=[("read", 0, 0, 90), ("read", 1, 0, 90), ("bill", 0), *NONE, ("bill", 1)], is_counted=True)
@example(steps=[("bill", 0), ("lose", 0), *NONE, ("bill", 0)], is_counted=True)
def test_all_that_is_issued_comes_to_what_was_counted_less_what_finance_spared(db, steps, is_counted):
    from billing.queries.balances import customer_balance

    with shared(), transaction.atomic(using=SHARED_ALIAS):
        world = make_world()
        for step, *what in [*(COUNTED if is_counted else ()), *steps]:
            getattr(world, step)(*what)
        for council, of in enumerate(world.councils):
            for month, first in enumerate(MONTHS):
                if (of, first) not in world.readings:
                    # the last is large enough for every correction that waits for an invoice to be taken off
                    world.read(council, month, 2000 if first == MONTHS[-1] else 7)
        while world.bill(len(MONTHS) - 1, note_first=True):
            pass
        assert drafted(world.contract, MONTHS[-1]).detail == {}  # nothing waits any more
        stands = world.stands()
        for of, reading in world.readings.items():
            assert stands[of] == (world.waived[of][1] if of in world.waived else price(reading.count))
        sums = [one.net if one.kind == "invoice" else -one.net for one in world.issued()]
        assert sum(sums) == world.should_be()
        balances = customer_balance(world.contract.customer_id, on=AT.date())
        assert [one.credit for one in balances] in ([], [ZERO])  # nobody paid, so nobody has money with us
