"""What is open, what is left over, and what a customer owes: counted from what was issued and paid, never stored.

The amounts of a day in the past are what is known of that day now: a payment counts from the day it came in, whenever
it was entered, and what was taken back counts as if it had never been allocated. A write-off and its taking back are
the ledger's own movements and count from their day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from billing.choices import DocumentKind
from billing.models import Allocation, Invoice, LegalEntity, Payment
from billing.money import total
from billing.periods import DAY

NOTHING: Final = Decimal("0.00")
_NONE: Final = Value(NOTHING)


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice of which something is open. `days_late` is 0 up to the day on which it is due."""

    id: UUID
    number: str
    entity_id: UUID
    customer_id: UUID
    customer_name: str
    issued_on: date
    due_on: date
    currency: str
    gross: Decimal
    open: Decimal
    days_late: int
    order_number: str = ""


@dataclass(frozen=True, slots=True)
class Credit:
    """A payment (`kind` payment) or credit note (credit_note) of which something is left to allocate or give back."""

    id: UUID
    kind: str
    name: str
    entity_id: UUID
    customer_id: UUID
    customer_name: str
    on: date
    currency: str
    amount: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True)
class Balance:
    """What one customer owes one entity: `owed` is what is open less what is left over, and may be below zero."""

    customer_id: UUID
    entity_id: UUID
    entity_name: str
    currency: str
    open: Decimal
    overdue: Decimal
    credit: Decimal

    @property
    def owed(self) -> Decimal:
        """Open less credit."""
        return self.open - self.credit


def local_day(at: datetime, time_zone: str) -> date:
    """The day of a moment where an entity is."""
    return at.astimezone(ZoneInfo(time_zone)).date()


def end_of(day: date, time_zone: str) -> datetime:
    """The moment at which a day of an entity is over."""
    return datetime.combine(day + DAY, time(), ZoneInfo(time_zone))


def with_open(rows: QuerySet[Invoice]) -> QuerySet[Any, Any]:
    """Invoices with what is open of each now, as `open_now`."""
    return rows.filter(kind=DocumentKind.INVOICE).annotate(
        open_now=F("gross") - _sum_of(Allocation.objects.all(), "invoice")
    )


def with_left(rows: QuerySet[Payment]) -> QuerySet[Any, Any]:
    """Payments that came in, with what is left of each now, as `left_now`: less what it paid and was given back."""
    back = Payment.objects.filter(reverses=OuterRef("pk")).order_by().values("reverses")
    given_back = Subquery(back.annotate(sum=Sum("amount")).values("sum"))
    return rows.filter(reverses=None).annotate(
        left_now=F("amount") + Coalesce(given_back, _NONE) - _sum_of(Allocation.objects.all(), "payment")
    )


def with_left_to_credit(rows: QuerySet[Invoice]) -> QuerySet[Any, Any]:
    """Credit notes with what is left of each now, as `left_now`."""
    return rows.filter(kind=DocumentKind.CREDIT_NOTE).annotate(
        left_now=F("gross") - _sum_of(Allocation.objects.all(), "credit_note")
    )


def open_invoices(
    *, on: date, customer_id: UUID | None = None, entity_id: UUID | None = None, ids: Iterable[UUID] | None = None
) -> tuple[OpenInvoice, ...]:
    """Invoices of which something is open now, the longest due first. `on` is the entity's today. One statement."""
    rows = with_open(_narrowed(Invoice.objects.select_related("customer"), customer_id, entity_id))
    if ids is not None:
        rows = rows.filter(id__in=list(ids))
    return tuple(
        _open_invoice(one, one.open_now, on) for one in rows.filter(open_now__gt=0).order_by("due_on", "number")
    )


def open_of(invoice_ids: Iterable[UUID]) -> dict[UUID, Decimal]:
    """What is open now of each of these invoices. One statement."""
    rows = with_open(Invoice.objects.filter(id__in=list(invoice_ids)))
    return dict(rows.values_list("id", "open_now"))


def open_invoices_on(day: date, entity: LegalEntity, *, customer_id: UUID | None = None) -> tuple[OpenInvoice, ...]:
    """Invoices of which something was open at the end of a day, or more was settled than there was. One statement."""
    rows = _narrowed(Invoice.objects.select_related("customer"), customer_id, entity.id).filter(
        kind=DocumentKind.INVOICE, issued_on__lte=day
    )
    rows = rows.annotate(open_then=F("gross") - _sum_of(counted_on(day, entity.time_zone), "invoice"))
    rows = rows.exclude(open_then=0).order_by("due_on", "number")
    return tuple(_open_invoice(one, one.open_then, day) for one in rows)


def credits_of(*, customer_id: UUID | None = None, entity_id: UUID | None = None) -> tuple[Credit, ...]:
    """Payments and credit notes of which something is left now, oldest first. Two statements."""
    payments = with_left(_narrowed(Payment.objects.select_related("customer", "entity"), customer_id, entity_id))
    notes = with_left_to_credit(_narrowed(Invoice.objects.select_related("customer", "entity"), customer_id, entity_id))
    found = [_credit_of_payment(one, one.left_now) for one in payments.filter(left_now__gt=0)]
    found += [_credit_of_note(one, one.left_now) for one in notes.filter(left_now__gt=0)]
    return tuple(sorted(found, key=lambda one: (one.on, one.name)))


def credits_on(day: date, entity: LegalEntity, *, customer_id: UUID | None = None) -> dict[UUID, Decimal]:
    """What was left over at the end of a day, by customer. Two statements."""
    counted = counted_on(day, entity.time_zone)
    payments = _narrowed(Payment.objects.all(), customer_id, entity.id).filter(received_on__lte=day)
    left = F("amount") - _sum_of(counted, "payment")
    notes = _narrowed(Invoice.objects.all(), customer_id, entity.id).filter(
        kind=DocumentKind.CREDIT_NOTE, issued_on__lte=day
    )
    note_left = F("gross") - _sum_of(counted, "credit_note")
    found: dict[UUID, Decimal] = {}
    for rows in (payments.annotate(left_then=left), notes.annotate(left_then=note_left)):
        for customer, amount in rows.values_list("customer_id", "left_then"):
            found[customer] = found.get(customer, NOTHING) + amount
    return found


def customer_balances(customer_ids: Iterable[UUID], *, on: date) -> Mapping[UUID, tuple[Balance, ...]]:
    """What each customer owes now, one balance an entity that billed it or was paid by it. Four statements."""
    ids = list(customer_ids)
    entities = {one.id: one for one in LegalEntity.objects.all()}
    opened: dict[tuple[UUID, UUID], list[tuple[date, Decimal]]] = {}
    for customer, entity, due, amount in with_open(Invoice.objects.filter(customer_id__in=ids)).values_list(
        "customer_id", "entity_id", "due_on", "open_now"
    ):
        opened.setdefault((customer, entity), []).append((due, amount))
    left: dict[tuple[UUID, UUID], Decimal] = {}
    for rows in (
        with_left(Payment.objects.filter(customer_id__in=ids)),
        with_left_to_credit(Invoice.objects.filter(customer_id__in=ids)),
    ):
        for customer, entity, amount in rows.values_list("customer_id", "entity_id", "left_now"):
            left[customer, entity] = left.get((customer, entity), NOTHING) + amount
    found: dict[UUID, tuple[Balance, ...]] = dict.fromkeys(ids, ())
    for customer, entity_id in sorted({*opened, *left}, key=lambda pair: entities[pair[1]].name):
        entity, rows_of = entities[entity_id], opened.get((customer, entity_id), [])
        balance = Balance(
            customer_id=customer, entity_id=entity_id, entity_name=entity.name, currency=entity.currency,
            open=total(amount for _due, amount in rows_of),
            overdue=total(amount for due, amount in rows_of if due < on),
            credit=left.get((customer, entity_id), NOTHING),
        )  # fmt: skip
        found[customer] = (*found[customer], balance)
    return found


def customer_balance(customer_id: UUID, *, on: date) -> tuple[Balance, ...]:
    """What one customer owes now, one balance an entity. Four statements."""
    return customer_balances([customer_id], on=on)[customer_id]


def counted_on(day: date, time_zone: str) -> QuerySet[Allocation]:
    """The allocations that count at the end of a day, by the module's own rule."""
    kept = Q(undoes=None, undone_by=None)
    return Allocation.objects.filter(
        (
            kept
            & (Q(payment__received_on__lte=day) | Q(credit_note__issued_on__lte=day))
            & Q(invoice__issued_on__lte=day)
        )
        | Q(write_off__isnull=False, at__lt=end_of(day, time_zone))
    )


def _sum_of(rows: QuerySet[Allocation], field: str) -> Coalesce:
    """The sum of allocations of the row outside, of which `field` is the key."""
    found = rows.filter(**{field: OuterRef("pk")}).order_by().values(field)
    return Coalesce(Subquery(found.annotate(sum=Sum("amount")).values("sum")), _NONE)


def _narrowed(rows: QuerySet[Any, Any], customer_id: UUID | None, entity_id: UUID | None) -> QuerySet[Any, Any]:
    """Rows of a model that has both, of one customer and one entity where these are given."""
    if customer_id is not None:
        rows = rows.filter(customer_id=customer_id)
    return rows if entity_id is None else rows.filter(entity_id=entity_id)


def _open_invoice(one: Invoice, amount: Decimal, on: date) -> OpenInvoice:
    return OpenInvoice(
        id=one.id, number=one.number, entity_id=one.entity_id, customer_id=one.customer_id,
        customer_name=one.customer.name, issued_on=one.issued_on, due_on=one.due_on, currency=one.currency,
        gross=one.gross, open=amount, days_late=max((on - one.due_on).days, 0), order_number=one.order_number,
    )  # fmt: skip


def _credit_of_payment(one: Payment, left: Decimal) -> Credit:
    return Credit(
        id=one.id, kind="payment", name=one.reference, entity_id=one.entity_id, customer_id=one.customer_id,
        customer_name=one.customer.name, on=one.received_on, currency=one.entity.currency, amount=one.amount, left=left,
    )  # fmt: skip


def _credit_of_note(one: Invoice, left: Decimal) -> Credit:
    return Credit(
        id=one.id, kind="credit_note", name=one.number, entity_id=one.entity_id, customer_id=one.customer_id,
        customer_name=one.customer.name, on=one.issued_on, currency=one.currency, amount=one.gross, left=left,
    )  # fmt: skip
