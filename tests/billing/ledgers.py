"""A random account of one customer: invoices, credit notes, payments, write-offs, and what was taken back of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

from hypothesis import strategies as st

from tests.factories.billing import make_contract, make_invoice

FIRST = date(2026, 2, 1)
DAYS = 60
KINDS = ("invoice", "credit_note", "payment", "allocate", "refund", "undo", "reverse", "write_off")
STEPS = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, DAYS), st.integers(1, 400), st.integers(0, 9)), max_size=14
)
"""(what, on which day after the first, an amount in half pounds, which one)."""


def play(steps, contract=None):
    """Do the steps in the order of days, leaving out what can't be done. Returns the contract."""
    contract = contract or make_contract()
    for kind, day, halves, which in sorted(steps, key=lambda one: one[1]):
        on = FIRST + timedelta(days=day)
        _step(kind, contract, on, Decimal(halves) / 2, which)
    return contract


def _step(kind, contract, on, amount, which):
    from billing.actions import payments, write_offs
    from billing.errors import BillingError
    from billing.models import Allocation, Invoice, Payment

    at = datetime(on.year, on.month, on.day, 12, tzinfo=UTC)
    by = {"by": None, "at": at}
    invoices = list(Invoice.objects.filter(contract=contract, kind="invoice").order_by("sequence"))
    held = list(Payment.objects.filter(customer=contract.customer, reverses=None).order_by("recorded_at", "id"))
    invoice = invoices[which % len(invoices)] if invoices else None
    payment = held[which % len(held)] if held else None
    try:
        if kind == "invoice":
            make_invoice(contract, net=str(amount), issued_on=on)
        elif kind == "credit_note" and invoice:
            credited = sum((one.net for one in invoice.credit_notes.all()), Decimal(0))
            if amount <= invoice.net - credited:
                note = make_invoice(contract, net=str(amount), kind="credit_note", credits=invoice, issued_on=on)
                payments.allocate_credit(note, **by)
        elif kind == "payment":
            payments.record_payment(
                entity_id=contract.entity_id, customer_id=contract.customer_id, received_on=on, amount=amount,
                reference="", is_another=True, **by,
            )  # fmt: skip
        elif kind == "allocate" and invoice and payment:
            payments.allocate(payment_id=payment.id, allocations={invoice.id: amount}, **by)
        elif kind == "refund" and payment:
            payments.refund(payment_id=payment.id, amount=amount, on=on, note="", **by)
        elif kind == "reverse" and payment:
            payments.reverse_payment(payment_id=payment.id, on=on, note="", **by)
        elif kind == "write_off" and invoice:
            write_offs.write_off(
                proposal_id=uuid4(), invoice_id=invoice.id, amount=amount, reason="Given up", proposed_by=uuid4(),
                approved_by=uuid4(), at=at,
            )  # fmt: skip
        elif kind == "undo":
            made = list(Allocation.objects.filter(invoice__contract=contract, undoes=None).order_by("at", "id"))
            if made:
                payments.undo_allocation(allocation_id=made[which % len(made)].id, **by)
    except BillingError:
        pass  # what can't be done as things stand is left out
