"""Who owes how much for how long, on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from billing.errors import NotThere
from billing.models import Customer, LegalEntity
from billing.money import total
from billing.queries.balances import NOTHING, OpenInvoice, credits_on, open_invoices_on
from billing.queries.statements import Bucket, in_buckets


@dataclass(frozen=True, slots=True)
class AgeingRow:
    """One customer. `buckets` are what is open by how late it is; `owed` is their sum less `credit`."""

    customer_id: UUID
    customer_name: str
    buckets: tuple[Bucket, ...]
    credit: Decimal
    owed: Decimal
    oldest_due_on: date | None


@dataclass(frozen=True, slots=True)
class Ageing:
    """All customers of one entity at the end of a day, the one that owes most first, with the sums of each column."""

    entity_id: UUID
    entity_name: str
    currency: str
    on: date
    labels: tuple[str, ...]
    rows: tuple[AgeingRow, ...]
    sums: tuple[Bucket, ...]
    credit: Decimal
    owed: Decimal


def ageing(entity_id: UUID, on: date) -> Ageing:
    """What is owed at the end of a day, by how late it is. Five statements. Raises NotThere."""
    entity = LegalEntity.objects.filter(id=entity_id).first()
    if entity is None:
        raise NotThere("There is no such company.")
    invoices = open_invoices_on(on, entity)
    credit = {customer: amount for customer, amount in credits_on(on, entity).items() if amount}
    by_customer: dict[UUID, list[OpenInvoice]] = {one: [] for one in credit}
    for one in invoices:
        by_customer.setdefault(one.customer_id, []).append(one)
    names = dict(Customer.objects.filter(id__in=by_customer).values_list("id", "name"))
    rows = [_row(one, names[one], tuple(theirs), credit.get(one, NOTHING)) for one, theirs in by_customer.items()]
    rows.sort(key=lambda row: (-row.owed, row.customer_name.casefold()))
    sums = tuple(Bucket(label, amount) for label, amount in in_buckets(invoices))
    return Ageing(
        entity_id=entity.id, entity_name=entity.name, currency=entity.currency, on=on,
        labels=tuple(one.label for one in sums), rows=tuple(rows), sums=sums, credit=total(credit.values()),
        owed=total(row.owed for row in rows),
    )  # fmt: skip


def _row(customer_id: UUID, name: str, invoices: tuple[OpenInvoice, ...], credit: Decimal) -> AgeingRow:
    buckets = tuple(Bucket(label, amount) for label, amount in in_buckets(invoices))
    oldest = min((one.due_on for one in invoices), default=None)
    return AgeingRow(customer_id, name, buckets, credit, total(one.amount for one in buckets) - credit, oldest)
