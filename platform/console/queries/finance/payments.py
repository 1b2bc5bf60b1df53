"""Reads of payments: the list, and one with what it paid and who said so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from billing.choices import PaymentMethod
from billing.errors import NotThere
from billing.models import Allocation, Payment
from billing.queries.balances import with_left
from console.queries.finance.names import NameOf, names_of_operators

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """What the list is narrowed to. `q` is a part of the payer's name, the reference or a number it paid."""

    q: str = ""
    entity: UUID | None = None
    customer: UUID | None = None
    has_left: bool = False


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One payment. `left` is what no invoice has taken and nobody was given back."""

    id: UUID
    received_on: date
    customer_id: UUID
    customer_name: str
    entity_id: UUID
    entity_name: str
    currency: str
    amount: Decimal
    left: Decimal
    reference: str
    method_label: str


@dataclass(frozen=True, slots=True)
class PaymentList:
    """One page of payments, newest first."""

    lines: tuple[PaymentLine, ...]
    count: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class AllocationLine:
    """So much of it for one invoice. `is_undone` when it was taken back since."""

    id: UUID
    invoice_id: UUID
    number: str
    amount: Decimal
    at: datetime
    by: str
    is_undone: bool


@dataclass(frozen=True, slots=True)
class ReversalLine:
    """So much of it that was taken back or paid back; `amount` as it was, below zero."""

    on: date
    amount: Decimal
    note: str
    by: str


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """One payment with all that became of it."""

    line: PaymentLine
    note: str
    recorded_at: datetime
    recorded_by: str
    bank_line_id: UUID | None
    allocations: tuple[AllocationLine, ...]
    reversals: tuple[ReversalLine, ...]


def payment_list(wanted: PaymentFilter, *, page: int = 1) -> PaymentList:
    """One page of payments, without those that take another back. Two statements."""
    rows = _narrowed(wanted)
    count = rows.count()
    pages = max(1, -(-count // PAGE))
    page = min(max(page, 1), pages)
    first = (page - 1) * PAGE
    found = rows.order_by("-received_on", "-recorded_at", "id")[first : first + PAGE]
    return PaymentList(tuple(_line(one) for one in found), count, page, pages)


def payment_page(payment_id: UUID) -> PaymentPage:
    """One payment. Four statements. Raises NotThere."""
    found = _rows().filter(id=payment_id).first()
    if found is None:
        raise NotThere("There is no such payment.")
    name_of = names_of_operators()
    paid = Allocation.objects.filter(payment_id=payment_id, undoes=None).select_related("invoice", "undone_by")
    return PaymentPage(
        line=_line(found), note=found.note, recorded_at=found.recorded_at,
        recorded_by=name_of(found.recorded_by_id), bank_line_id=found.bank_line_id,
        allocations=tuple(_allocation(one, name_of) for one in paid.order_by("at", "id")),
        reversals=tuple(
            ReversalLine(one.received_on, one.amount, one.note, name_of(one.recorded_by_id))
            for one in found.reversals.order_by("recorded_at", "id")
        ),
    )  # fmt: skip


def _rows() -> Any:
    return with_left(Payment.objects.select_related("customer", "entity"))


def _narrowed(wanted: PaymentFilter) -> Any:
    rows = _rows()
    if wanted.entity:
        rows = rows.filter(entity_id=wanted.entity)
    if wanted.customer:
        rows = rows.filter(customer_id=wanted.customer)
    for word in wanted.q.split():
        numbers = Allocation.objects.filter(invoice__number__icontains=word).values("payment_id")
        rows = rows.filter(Q(customer__name__icontains=word) | Q(reference__icontains=word) | Q(id__in=numbers))
    return rows.filter(left_now__gt=0) if wanted.has_left else rows


def _line(one: Any) -> PaymentLine:
    return PaymentLine(
        id=one.id, received_on=one.received_on, customer_id=one.customer_id, customer_name=one.customer.name,
        entity_id=one.entity_id, entity_name=one.entity.name, currency=one.entity.currency, amount=one.amount,
        left=one.left_now, reference=one.reference, method_label=str(PaymentMethod(one.method).label),
    )  # fmt: skip


def _allocation(one: Allocation, name_of: NameOf) -> AllocationLine:
    return AllocationLine(
        id=one.id, invoice_id=one.invoice_id, number=one.invoice.number, amount=one.amount, at=one.at,
        by=name_of(one.by_id), is_undone=hasattr(one, "undone_by"),
    )  # fmt: skip
