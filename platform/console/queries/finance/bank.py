"""Reads of the bank's files: what was imported, which lines somebody has to look at, and one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q

from billing.choices import LineState
from billing.errors import NotThere
from billing.models import BankImport, BankLine, Invoice
from console.queries.finance.names import NameOf, names_of_operators

PAGE: Final = 50
LATEST: Final = 20


@dataclass(frozen=True, slots=True)
class ImportLine:
    """One file, and how many of its lines became what."""

    id: UUID
    name: str
    entity_name: str
    currency: str
    rows: int
    repeated: int
    outgoing: int
    total: Decimal
    imported_at: datetime
    imported_by: str
    matched: int
    doubtful: int


@dataclass(frozen=True, slots=True)
class BankLineShown:
    """One line, as the bank wrote it, and what became of it."""

    id: UUID
    booked_on: date
    amount: Decimal
    currency: str
    entity_id: UUID
    entity_name: str
    time_zone: str
    reference: str
    payer: str
    state: str
    state_label: str
    file_name: str
    payment_id: UUID | None
    note: str
    settled_at: datetime | None
    settled_by: str

    @property
    def is_open(self) -> bool:
        """Whether somebody has to look at it."""
        return self.state == LineState.DOUBTFUL


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An invoice that a line may be for, how much of it, and why; only a sure one is filled in."""

    invoice_id: UUID
    number: str
    customer_id: UUID
    customer_name: str
    amount: Decimal
    why: str
    is_sure: bool


@dataclass(frozen=True, slots=True)
class BankPage:
    """The doubtful lines, a page of them, and the files that were imported last."""

    lines: tuple[BankLineShown, ...]
    count: int
    page: int
    pages: int
    imports: tuple[ImportLine, ...]


def bank_page(*, page: int = 1) -> BankPage:
    """What waits and what was imported. Four statements."""
    rows = BankLine.objects.filter(state=LineState.DOUBTFUL)
    count = rows.count()
    pages = max(1, -(-count // PAGE))
    page = min(max(page, 1), pages)
    first = (page - 1) * PAGE
    name_of = names_of_operators()
    found = rows.select_related("entity", "bank_import", "payment").order_by("booked_on", "id")[first : first + PAGE]
    return BankPage(tuple(_line(one, name_of) for one in found), count, page, pages, _imports(name_of))


def line_page(line_id: UUID) -> tuple[BankLineShown, tuple[Suggestion, ...]]:
    """One line and what it may be for. Three statements. Raises NotThere."""
    rows = BankLine.objects.select_related("entity", "bank_import", "payment")
    found = rows.filter(id=line_id).first()
    if found is None:
        raise NotThere("There is no such line.")
    return _line(found, names_of_operators()), tuple(_suggestions(found.suggestions))


def _suggestions(said: Iterable[dict[str, Any]]) -> Iterable[Suggestion]:
    held = [one for one in said if one.get("invoice")]
    invoices = Invoice.objects.select_related("customer").in_bulk([UUID(one["invoice"]) for one in held])
    for one in held:
        invoice = invoices.get(UUID(one["invoice"]))
        if invoice is not None:
            yield Suggestion(
                invoice.id, invoice.number, invoice.customer_id, invoice.customer.name, Decimal(one["amount"]),
                str(one.get("why", "")), is_sure=not one.get("is_other"),
            )  # fmt: skip


def _imports(name_of: NameOf) -> tuple[ImportLine, ...]:
    rows = BankImport.objects.select_related("entity").annotate(
        matched=Count("lines", filter=Q(lines__state=LineState.MATCHED)),
        doubtful=Count("lines", filter=Q(lines__state=LineState.DOUBTFUL)),
    )
    return tuple(
        ImportLine(
            id=one.id, name=one.name, entity_name=one.entity.name, currency=one.entity.currency, rows=one.rows,
            repeated=one.repeated, outgoing=one.outgoing, total=one.total, imported_at=one.imported_at,
            imported_by=name_of(one.imported_by_id), matched=one.matched, doubtful=one.doubtful,
        )
        for one in rows.order_by("-imported_at", "id")[:LATEST]
    )  # fmt: skip


def _line(one: BankLine, name_of: NameOf) -> BankLineShown:
    return BankLineShown(
        id=one.id, booked_on=one.booked_on, amount=one.amount, currency=one.entity.currency, entity_id=one.entity_id,
        entity_name=one.entity.name, time_zone=one.entity.time_zone, reference=one.reference, payer=one.payer,
        state=one.state, state_label=str(LineState(one.state).label), file_name=one.bank_import.name,
        payment_id=getattr(one, "payment", None) and one.payment.id, note=one.note, settled_at=one.settled_at,
        settled_by=name_of(one.settled_by_id),
    )  # fmt: skip
