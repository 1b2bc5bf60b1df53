"""A customer's statement: what was owed before, what was billed and paid since, what is owed now, and for what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from billing.choices import DocumentKind
from billing.errors import BadValue, NotThere
from billing.models import Allocation, Customer, Invoice, LegalEntity, Payment
from billing.money import total, written
from billing.parties import as_said
from billing.periods import DAY
from billing.queries.balances import NOTHING, OpenInvoice, credits_on, end_of, local_day, open_invoices_on

WORDS: Final = {
    "invoice": "Invoice",
    "credit_note": "Credit note",
    "payment": "Payment, thank you",
    "refund": "Paid back, or a payment reversed",
    "write_off": "Written off",
    "write_off_undone": "Write-off taken back",
}


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One movement. `amount` is positive for what is owed more, negative for less; `balance` is what is owed after it.

    `kind` is invoice, credit_note, payment, refund, write_off or write_off_undone, `text` the same in words.
    `number` is the document's number, or the payer's reference.
    """

    on: date
    kind: str
    text: str
    number: str
    amount: Decimal
    balance: Decimal
    id: UUID


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is open of invoices that are so late, `label` in words."""

    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """A customer's account with one entity from a day to a day; all amounts in `currency`.

    `seller` and `buyer` are as on an invoice (billing.parties.as_said). opening + lines = closing, and closing is what
    is open of `open_invoices` less `credit`, which is what came in and is for no invoice yet.
    """

    customer_id: UUID
    customer_name: str
    entity_id: UUID
    seller: Mapping[str, str]
    buyer: Mapping[str, str]
    currency: str
    first: date
    last: date
    opening: Decimal
    lines: tuple[StatementLine, ...]
    closing: Decimal
    open_invoices: tuple[OpenInvoice, ...]
    credit: Decimal
    overdue: Decimal
    buckets: tuple[Bucket, ...]

    def written(self, amount: Decimal) -> str:
        """An amount as people read it."""
        return written(amount, self.currency)


@dataclass(frozen=True, slots=True)
class _Movement:
    on: date
    kind: str
    number: str
    amount: Decimal
    id: UUID
    at: datetime


def statement(customer_id: UUID, entity_id: UUID, first: date, last: date) -> Statement:
    """The statement of a customer from a day to a day, both included. Eleven statements.

    Raises NotThere, and BadValue (last) when it ends before it begins.
    """
    if last < first:
        raise BadValue("last", "A statement can't end before it begins.")
    customer = Customer.objects.filter(id=customer_id).first()
    entity = LegalEntity.objects.filter(id=entity_id).first()
    if customer is None or entity is None:
        raise NotThere("There is no such customer or company.")
    opening = owed_at_end_of(first - DAY, customer_id, entity)
    lines = tuple(_with_balances(opening, _movements(customer_id, entity, first, last)))
    invoices = open_invoices_on(last, entity, customer_id=customer_id)
    return Statement(
        customer_id=customer.id, customer_name=customer.name, entity_id=entity.id, seller=as_said(entity),
        buyer=as_said(customer), currency=entity.currency, first=first, last=last, opening=opening, lines=lines,
        closing=lines[-1].balance if lines else opening, open_invoices=invoices,
        credit=credits_on(last, entity, customer_id=customer_id).get(customer_id, NOTHING),
        overdue=total(one.open for one in invoices if one.days_late),
        buckets=tuple(Bucket(label, amount) for label, amount in in_buckets(invoices)),
    )  # fmt: skip


BUCKETS: Final = ((0, "Not due yet"), (30, "1 to 30 days late"), (60, "31 to 60 days late"), (90, "61 to 90 days late"))
OLDEST: Final = "More than 90 days late"


def in_buckets(invoices: tuple[OpenInvoice, ...]) -> tuple[tuple[str, Decimal], ...]:
    """What is open by how late it is, youngest first; every bucket is there, empty or not."""
    found = dict.fromkeys([*(label for _most, label in BUCKETS), OLDEST], NOTHING)
    for one in invoices:
        found[next((label for most, label in BUCKETS if one.days_late <= most), OLDEST)] += one.open
    return tuple(found.items())


def owed_at_end_of(day: date, customer_id: UUID, entity: LegalEntity) -> Decimal:
    """What was owed at the end of a day: what was billed less what was paid and written off. Three statements."""
    account = {"customer_id": customer_id, "entity_id": entity.id}
    invoices = Invoice.objects.filter(**account, issued_on__lte=day).aggregate(
        billed=Sum("gross", filter=Q(kind=DocumentKind.INVOICE), default=NOTHING),
        credited=Sum("gross", filter=Q(kind=DocumentKind.CREDIT_NOTE), default=NOTHING),
    )
    paid = Payment.objects.filter(**account, received_on__lte=day).aggregate(sum=Sum("amount", default=NOTHING))["sum"]
    written_off = _write_offs(customer_id, entity).filter(at__lt=end_of(day, entity.time_zone))
    off = written_off.aggregate(sum=Sum("amount", default=NOTHING))["sum"]
    return Decimal(invoices["billed"] - invoices["credited"] - paid - off)


def _write_offs(customer_id: UUID, entity: LegalEntity) -> QuerySet[Allocation]:
    return Allocation.objects.filter(
        write_off__isnull=False, invoice__customer_id=customer_id, invoice__entity_id=entity.id
    )


def _movements(customer_id: UUID, entity: LegalEntity, first: date, last: date) -> list[_Movement]:
    """All that moved what is owed, in the order of days, and within a day of when it was entered."""
    account = {"customer_id": customer_id, "entity_id": entity.id}
    found = []
    for one in Invoice.objects.filter(**account, issued_on__range=(first, last)):
        sign = 1 if one.kind == DocumentKind.INVOICE else -1
        found.append(_Movement(one.issued_on, one.kind, one.number, sign * one.gross, one.id, one.issued_at))
    for paid in Payment.objects.filter(**account, received_on__range=(first, last)):
        kind = "payment" if paid.amount > 0 else "refund"
        found.append(_Movement(paid.received_on, kind, paid.reference, -paid.amount, paid.id, paid.recorded_at))
    begin, end = end_of(first - DAY, entity.time_zone), end_of(last, entity.time_zone)
    for off in _write_offs(customer_id, entity).filter(at__gte=begin, at__lt=end).select_related("invoice"):
        kind = "write_off" if off.amount > 0 else "write_off_undone"
        day = local_day(off.at, entity.time_zone)
        found.append(_Movement(day, kind, off.invoice.number, -off.amount, off.id, off.at))
    return sorted(found, key=lambda one: (one.on, one.at, one.number))


def _with_balances(opening: Decimal, movements: list[_Movement]) -> Iterator[StatementLine]:
    balance = opening
    for one in movements:
        balance += one.amount
        yield StatementLine(one.on, one.kind, WORDS[one.kind], one.number, one.amount, balance, one.id)
