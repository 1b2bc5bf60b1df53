"""Money that came in and what it pays: taken in, allocated, taken back, given back. Rows are only ever added.

Whatever moves a customer's money begins by locking the customer's row, so that of two who allocate the same money or
pay the same invoice at once, the second sees what the first did.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction

from billing.choices import DocumentKind, PaymentMethod
from billing.errors import BadValue, ChangedMeanwhile, NotPossible, NotThere
from billing.models import Allocation, Customer, Invoice, LegalEntity, Payment
from billing.money import MOST, PENNY, to_penny, total, written
from billing.queries.balances import local_day, open_of, with_left, with_left_to_credit
from tenants.context import SHARED_ALIAS

EARLIEST = date(2000, 1, 1)
STANDING: Final[Mapping[str, None]] = {"undoes": None, "undone_by": None}
"""Which allocations stand: neither taken back nor a taking back."""


@transaction.atomic(using=SHARED_ALIAS)
def record_payment(
    *, entity_id: UUID, customer_id: UUID, received_on: date, amount: Decimal, reference: str, by: UUID | None,
    at: datetime, allocations: Mapping[UUID, Decimal] | None = None, note: str = "", is_another: bool = False,
) -> Payment:  # fmt: skip
    """Enter a payment by hand, and allocate it to invoices of the customer; what is not allocated is left as credit.

    Raises NotThere, BadValue (amount, received_on), NotPossible where the same was entered already and it is not said
    to be another one, and as `allocate` does.
    """
    lock_customers([customer_id])
    entity = entity_with(entity_id)
    require_amount(amount, "amount", entity.currency)
    require_day(received_on, "received_on", local_day(at, entity.time_zone))
    same = {"entity": entity, "customer_id": customer_id, "received_on": received_on, "amount": amount}
    if not is_another and Payment.objects.filter(**same, reference=reference.strip(), reversals=None).exists():
        raise NotPossible(
            "A payment of the same day, amount and reference was entered already. Say so if this is another one."
        )
    payment = Payment.objects.create(
        **same, reference=reference.strip(), note=note.strip(), method=PaymentMethod.HAND, recorded_at=at,
        recorded_by_id=by,
    )  # fmt: skip
    allocate_locked(payment, allocations or {}, by=by, at=at)
    return payment


@transaction.atomic(using=SHARED_ALIAS)
def allocate(
    *, payment_id: UUID, allocations: Mapping[UUID, Decimal], by: UUID | None, at: datetime
) -> tuple[Allocation, ...]:
    """Allocate what is left of a payment to invoices, by their ids.

    Raises NotThere, BadValue for an amount that can't be, NotPossible for an invoice of someone else, and
    ChangedMeanwhile when less is left of the payment or open of an invoice than was to be allocated.
    """
    payment = _payment(payment_id)
    lock_customers([payment.customer_id])
    return allocate_locked(payment, allocations, by=by, at=at)


@transaction.atomic(using=SHARED_ALIAS)
def allocate_credit(credit_note: Invoice, *, by: UUID | None, at: datetime) -> Allocation | None:
    """Settle what a credit note credits, up to what is left of both: what is done when it is issued.

    What is credited was no debt, and so can't have been lost: where less is open, the write-off is taken back for it.
    None where nothing is open. What is left over was paid, and can be allocated to others or paid back.
    """
    lock_customers([credit_note.customer_id])
    if credit_note.credits_id is None:
        raise NotPossible("Only a credit note can be allocated, and this is an invoice.")
    left, still_open = left_of_note(credit_note.id), open_of([credit_note.credits_id])[credit_note.credits_id]
    if left > still_open:
        still_open += _written_back(credit_note.credits_id, left - still_open, by=by, at=at)
    amount = min(left, still_open)
    if amount <= 0:
        return None
    return Allocation.objects.create(
        invoice_id=credit_note.credits_id, credit_note=credit_note, amount=amount, at=at, by_id=by
    )


@transaction.atomic(using=SHARED_ALIAS)
def allocate_credit_note(
    *, credit_note_id: UUID, allocations: Mapping[UUID, Decimal], by: UUID | None, at: datetime
) -> tuple[Allocation, ...]:
    """Allocate what is left of a credit note to invoices of the same customer. Raises as `allocate` does."""
    note = Invoice.objects.filter(id=credit_note_id, kind=DocumentKind.CREDIT_NOTE).first()
    if note is None:
        raise NotThere("There is no such credit note.")
    lock_customers([note.customer_id])
    _require_fits(allocations, left_of_note(note.id), note.customer_id, note.entity_id)
    return tuple(
        Allocation.objects.create(invoice_id=invoice, credit_note=note, amount=amount, at=at, by_id=by)
        for invoice, amount in allocations.items()
    )


@transaction.atomic(using=SHARED_ALIAS)
def undo_allocation(*, allocation_id: UUID, by: UUID | None, at: datetime) -> Allocation:
    """Take an allocation back: the invoice is open by so much again, and the money is free again.

    Of a write-off too: what was written off is owed again. Raises NotThere, ChangedMeanwhile when it was taken back.
    """
    found = Allocation.objects.select_related("invoice").filter(id=allocation_id, undoes=None).first()
    if found is None:
        raise NotThere("There is no such allocation.")
    lock_customers([found.invoice.customer_id])
    if Allocation.objects.filter(undoes=found).exists():
        raise ChangedMeanwhile("This was taken back already.")
    return undo(found, by=by, at=at)


@transaction.atomic(using=SHARED_ALIAS)
def reverse_payment(*, payment_id: UUID, on: date, note: str, by: UUID | None, at: datetime) -> Payment:
    """Take back a payment that was entered by mistake, or that the bank took back: all of it, and all that it paid.

    What it leaves open is settled by the credit notes of the same invoices, as far as something is left of them. A
    line of a bank's file that went to the wrong customer is reversed there and entered by hand at the right one.
    Raises NotThere, BadValue (on), ChangedMeanwhile when nothing is left to reverse.
    """
    payment = _payment(payment_id)
    lock_customers([payment.customer_id])
    freed = [undo(one, by=by, at=at) for one in Allocation.objects.filter(payment=payment, **STANDING)]
    left = left_of(payment.id)
    if left <= 0:
        raise ChangedMeanwhile("This payment was reversed or given back already.")
    reversal = give_back(payment, left, on, note or "Reversed", by=by, at=at)
    notes = Invoice.objects.filter(kind=DocumentKind.CREDIT_NOTE, credits__in={one.invoice_id for one in freed})
    for credit_note in notes.order_by("issued_on", "number"):
        allocate_credit(credit_note, by=by, at=at)
    return reversal


@transaction.atomic(using=SHARED_ALIAS)
def refund(*, payment_id: UUID, amount: Decimal, on: date, note: str, by: UUID | None, at: datetime) -> Payment:
    """Note that so much of what is left of a payment was paid back to the customer.

    Raises NotThere, BadValue (amount, on), ChangedMeanwhile when less is left.
    """
    payment = _payment(payment_id)
    lock_customers([payment.customer_id])
    currency = payment.entity.currency
    require_amount(amount, "amount", currency)
    left = left_of(payment.id)
    if amount > left:
        raise ChangedMeanwhile(f"Only {written(left, currency)} of this payment is left to pay back.")
    return give_back(payment, amount, on, note or "Paid back", by=by, at=at)


def lock_customers(ids: Iterable[UUID]) -> None:
    """Lock these customers' money for the rest of the unit of work, always in one order. Raises NotThere.

    What merely refers to a customer, such as a new draft, need not wait for it.
    """
    wanted = set(ids)
    rows = Customer.objects.select_for_update(no_key=True).filter(id__in=wanted).order_by("id")
    if len(rows.values_list("id", flat=True)) != len(wanted):
        raise NotThere("There is no such customer.")


def allocate_locked(
    payment: Payment, allocations: Mapping[UUID, Decimal], *, by: UUID | None, at: datetime
) -> tuple[Allocation, ...]:
    """Allocate within a unit of work that has locked the payment's customer. Raises as `allocate` does."""
    if not allocations:
        return ()
    _require_fits(allocations, left_of(payment.id), payment.customer_id, payment.entity_id)
    return tuple(
        Allocation.objects.create(invoice_id=invoice, payment=payment, amount=amount, at=at, by_id=by)
        for invoice, amount in allocations.items()
    )


def left_of(payment_id: UUID) -> Decimal:
    """What is left of a payment now."""
    return Decimal(with_left(Payment.objects.filter(id=payment_id)).get().left_now)


def left_of_note(credit_note_id: UUID) -> Decimal:
    """What is left of a credit note now."""
    return Decimal(with_left_to_credit(Invoice.objects.filter(id=credit_note_id)).get().left_now)


def entity_with(entity_id: UUID) -> LegalEntity:
    """The legal entity. Raises NotThere."""
    found = LegalEntity.objects.filter(id=entity_id).first()
    if found is None:
        raise NotThere("There is no such company.")
    return found


def require_amount(amount: Decimal, field: str, currency: str) -> None:
    """Raises BadValue for an amount that is no positive number of pennies, or more than anybody pays."""
    if not amount.is_finite() or amount <= 0 or amount != to_penny(amount):
        raise BadValue(field, f"Enter an amount of at least {written(PENNY, currency)}, with at most two places.")
    if amount > MOST:
        raise BadValue(field, f"Enter an amount of at most {written(MOST, currency)}.")


def require_day(day: date, field: str, today: date) -> None:
    """Raises BadValue for a day that is still to come, or too long ago to be meant."""
    if day > today:
        raise BadValue(field, "Money can't have come in, or gone out, on a day that is still to come.")
    if day < EARLIEST:
        raise BadValue(field, "Enter the day as it is on the bank's statement: this is too long ago.")


def _require_fits(allocations: Mapping[UUID, Decimal], left: Decimal, customer_id: UUID, entity_id: UUID) -> None:
    """Every amount within what is open of its invoice, all together within what is left, all of the same customer."""
    rows = {one.id: one for one in Invoice.objects.filter(id__in=list(allocations), kind=DocumentKind.INVOICE)}
    opened = open_of(allocations)
    for invoice_id, amount in allocations.items():
        invoice = rows.get(invoice_id)
        if invoice is None:
            raise NotThere("There is no such invoice.")
        if (invoice.customer_id, invoice.entity_id) != (customer_id, entity_id):
            raise NotPossible(
                f"{invoice.number} is another customer's, or another company's. Choose the customer's own."
            )
        require_amount(amount, str(invoice_id), invoice.currency)
        if amount > opened[invoice_id]:
            still = written(opened[invoice_id], invoice.currency)
            raise ChangedMeanwhile(f"Only {still} of {invoice.number} is open. Allocate at most that.")
    if (wanted := total(allocations.values())) > left:
        raise ChangedMeanwhile(f"{wanted:,.2f} was to be allocated, and only {left:,.2f} is left to allocate.")


def _payment(payment_id: UUID) -> Payment:
    """Money that came in; what went out again is no payment of its own."""
    found = Payment.objects.select_related("entity").filter(id=payment_id, reverses=None).first()
    if found is None:
        raise NotThere("There is no such payment.")
    return found


def _written_back(invoice_id: UUID, wanted: Decimal, *, by: UUID | None, at: datetime) -> Decimal:
    """Take back up to so much of what was written off of an invoice, the newest first. Returns how much it was."""
    left = wanted
    for found in Allocation.objects.filter(invoice=invoice_id, write_off__isnull=False, **STANDING).order_by("-at"):
        if left <= 0:
            break
        undo(found, by=by, at=at)
        back = min(left, found.amount)
        if found.amount > back:
            Allocation.objects.create(
                invoice_id=invoice_id, write_off_id=found.write_off_id, amount=found.amount - back, at=at, by_id=by
            )
        left -= back
    return wanted - left


def undo(allocation: Allocation, *, by: UUID | None, at: datetime) -> Allocation:
    """Take an allocation back within a unit of work that has locked its customer."""
    return Allocation.objects.create(
        invoice_id=allocation.invoice_id, payment_id=allocation.payment_id, credit_note_id=allocation.credit_note_id,
        write_off_id=allocation.write_off_id, amount=-allocation.amount, undoes=allocation, at=at, by_id=by,
    )  # fmt: skip


def give_back(payment: Payment, amount: Decimal, on: date, note: str, *, by: UUID | None, at: datetime) -> Payment:
    """Money that went back, of a payment whose customer is locked. Raises BadValue (on)."""
    require_day(on, "on", local_day(at, payment.entity.time_zone))
    if on < payment.received_on:
        raise BadValue("on", "Money can't be given back before the day on which it came in.")
    return Payment.objects.create(
        entity_id=payment.entity_id, customer_id=payment.customer_id, received_on=on, amount=-amount,
        reference=payment.reference, method=payment.method, reverses=payment, note=note.strip()[:200], recorded_at=at,
        recorded_by_id=by,
    )  # fmt: skip
