"""Payments and what they pay: what finance does with them, each in the operators' log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing.actions import payments, refunds
from billing.models import Allocation, Payment
from billing.money import total
from console.choices import Permission
from console.policies import require
from console.queries.operators import OperatorRef
from core import clock
from core.audit.actions import record
from tenants.context import SHARED_ALIAS


@transaction.atomic(using=SHARED_ALIAS)
def record_payment(
    *, entity: UUID, customer: UUID, received_on: date, amount: Decimal, reference: str, by: OperatorRef,
    note: str = "", allocations: Mapping[UUID, Decimal] | None = None, is_another: bool = False,
) -> Payment:  # fmt: skip
    """Enter a payment by hand. `entity` and `customer` are ids. Raises NotPermitted and billing's errors."""
    require(by, Permission.FINANCE)
    made = payments.record_payment(
        entity_id=entity, customer_id=customer, received_on=received_on, amount=amount, reference=reference, note=note,
        allocations=allocations, is_another=is_another, by=by.id, at=clock.now(),
    )  # fmt: skip
    record("console.payment.entered", by=by, subject=made, detail=_said(made) | _spread(allocations or {}))
    return made


@transaction.atomic(using=SHARED_ALIAS)
def allocate(*, payment_id: UUID, allocations: Mapping[UUID, Decimal], by: OperatorRef) -> tuple[Allocation, ...]:
    """Allocate what is left of a payment to invoices. Raises NotPermitted and billing's errors."""
    require(by, Permission.FINANCE)
    made = payments.allocate(payment_id=payment_id, allocations=allocations, by=by.id, at=clock.now())
    detail = {"payment": str(payment_id)} | _spread(allocations)
    record("console.payment.allocated", by=by, subject=made[0].payment if made else None, detail=detail)
    return made


@transaction.atomic(using=SHARED_ALIAS)
def allocate_credit_note(
    *, credit_note_id: UUID, allocations: Mapping[UUID, Decimal], by: OperatorRef
) -> tuple[Allocation, ...]:
    """Allocate what is left of a credit note to invoices. Raises NotPermitted and billing's errors."""
    require(by, Permission.FINANCE)
    made = payments.allocate_credit_note(
        credit_note_id=credit_note_id, allocations=allocations, by=by.id, at=clock.now()
    )
    detail = {"credit_note": str(credit_note_id)} | _spread(allocations)
    record("console.credit_note.allocated", by=by, subject=made[0].credit_note if made else None, detail=detail)
    return made


@transaction.atomic(using=SHARED_ALIAS)
def undo_allocation(*, allocation_id: UUID, by: OperatorRef) -> Allocation:
    """Take an allocation back, of a write-off too. Raises NotPermitted and billing's errors."""
    require(by, Permission.FINANCE)
    made = payments.undo_allocation(allocation_id=allocation_id, by=by.id, at=clock.now())
    detail = {"invoice": str(made.invoice_id), "amount": f"{-made.amount:.2f}"}
    record("console.allocation.undone", by=by, subject=made, detail=detail)
    return made


@transaction.atomic(using=SHARED_ALIAS)
def reverse_payment(*, payment_id: UUID, on: date, note: str, by: OperatorRef) -> Payment:
    """Take back a payment that was none, and all that it paid. Raises NotPermitted and billing's errors."""
    require(by, Permission.FINANCE)
    made = payments.reverse_payment(payment_id=payment_id, on=on, note=note, by=by.id, at=clock.now())
    record("console.payment.reversed", by=by, subject=made, detail=_said(made) | {"payment": str(payment_id)})
    return made


@transaction.atomic(using=SHARED_ALIAS)
def refund(*, payment_id: UUID, amount: Decimal, on: date, note: str, by: OperatorRef) -> Payment:
    """Note that so much of a payment was paid back. Raises NotPermitted and billing's errors."""
    require(by, Permission.FINANCE)
    made = payments.refund(payment_id=payment_id, amount=amount, on=on, note=note, by=by.id, at=clock.now())
    record("console.payment.refunded", by=by, subject=made, detail=_said(made) | {"payment": str(payment_id)})
    return made


@transaction.atomic(using=SHARED_ALIAS)
def pay_back_credit(
    *, credit_note_id: UUID, amount: Decimal, on: date, note: str, by: OperatorRef
) -> tuple[Payment, ...]:
    """Note that so much of a credit note was paid back. Raises NotPermitted and billing's errors."""
    require(by, Permission.FINANCE)
    made = refunds.pay_back_credit(
        credit_note_id=credit_note_id, amount=amount, on=on, note=note, by=by.id, at=clock.now()
    )
    went_back = [str(one.reverses_id) for one in made]
    detail = {"credit_note": str(credit_note_id), "amount": f"{amount:.2f}", "payments": went_back}
    record("console.credit_note.paid_back", by=by, subject=made[0], detail=detail)
    return made


def _said(payment: Payment) -> dict[str, str]:
    return {"customer": str(payment.customer_id), "amount": f"{payment.amount:.2f}"}


def _spread(allocations: Mapping[UUID, Decimal]) -> dict[str, object]:
    return {"invoices": [str(one) for one in allocations], "allocated": f"{total(allocations.values()):.2f}"}
