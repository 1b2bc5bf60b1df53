"""Paying back what a credit note left over. Money goes back as it came: out of a payment that was made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing.actions.payments import STANDING, give_back, left_of_note, lock_customers, require_amount, undo
from billing.choices import DocumentKind
from billing.errors import ChangedMeanwhile, NotPossible, NotThere
from billing.models import Allocation, Invoice, Payment
from billing.money import total, written
from tenants.context import SHARED_ALIAS


@transaction.atomic(using=SHARED_ALIAS)
def pay_back_credit(
    *, credit_note_id: UUID, amount: Decimal, on: date, note: str, by: UUID | None, at: datetime
) -> tuple[Payment, ...]:
    """Note that so much of what is left of a credit note was paid back to the customer.

    The credit note settles what payments settled so far, of its own invoice first, and so much of these payments goes
    back: one row each. Raises NotThere, BadValue (amount, on), ChangedMeanwhile when less is left, and NotPossible
    where the customer paid less than that.
    """
    credit_note = Invoice.objects.filter(id=credit_note_id, kind=DocumentKind.CREDIT_NOTE).first()
    if credit_note is None:
        raise NotThere("There is no such credit note.")
    lock_customers([credit_note.customer_id])
    currency = credit_note.currency
    require_amount(amount, "amount", currency)
    if amount > (left := left_of_note(credit_note.id)):
        raise ChangedMeanwhile(f"Only {written(left, currency)} of this credit note is left to pay back.")
    paid = list(_payments_for(credit_note))
    if amount > (most := total(one.amount for one in paid)):
        if not most:
            raise NotPossible("There is no payment of theirs to pay back: use the credit for what is open.")
        raise NotPossible(f"Only {written(most, currency)} of what they paid can go back.")
    made: list[Payment] = []
    for found in paid:
        share = min(amount, found.amount)
        if share > 0:
            made.append(_paid_back(credit_note, found, share, on, note, by=by, at=at))
            amount -= share
    return tuple(made)


def _payments_for(credit_note: Invoice) -> Iterator[Allocation]:
    """What payments settle of the invoices of this customer and company, the credited invoice's first."""
    rows = Allocation.objects.filter(
        payment__isnull=False, invoice__customer=credit_note.customer_id, invoice__entity=credit_note.entity_id,
        **STANDING,
    )  # fmt: skip
    found = list(rows.select_related("payment__entity").order_by("-payment__received_on", "id"))
    yield from (one for one in found if one.invoice_id == credit_note.credits_id)
    yield from (one for one in found if one.invoice_id != credit_note.credits_id)


def _paid_back(
    credit_note: Invoice, found: Allocation, share: Decimal, on: date, note: str, *, by: UUID | None, at: datetime
) -> Payment:
    """The credit note in the place of so much of a payment, and that much of the payment given back."""
    payment = found.payment
    if payment is None:
        raise NotThere("There is no such payment.")
    undo(found, by=by, at=at)
    said = {"invoice_id": found.invoice_id, "at": at, "by_id": by}
    Allocation.objects.create(credit_note=credit_note, amount=share, **said)
    if found.amount > share:
        Allocation.objects.create(payment=payment, amount=found.amount - share, **said)
    return give_back(payment, share, on, note or f"Paid back for {credit_note.number}", by=by, at=at)
