"""Rows of the files that finance takes out: headings, and cells as text. Amounts are plain figures with a point."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from billing.choices import DocumentKind, PaymentMethod
from billing.models import Invoice, Payment
from billing.queries.ageing import Ageing
from billing.queries.balances import with_left, with_open
from billing.queries.journal import journal

Row = tuple[str, ...]

INVOICES: Final[Row] = (
    "Number", "Kind", "Credits", "Customer", "Contract", "Issued on", "Due on", "Tax point", "From", "To",
    "Purchase order", "Currency", "Net", "Tax", "Gross", "Open",
)  # fmt: skip
PAYMENTS: Final[Row] = (
    "Received on", "Customer", "Currency", "Amount", "Left", "Reference", "How", "Reverses", "Note", "Id",
)  # fmt: skip
JOURNAL: Final[Row] = (
    "Date", "Document", "Number", "Customer", "Account", "Account name", "Text", "Debit", "Credit", "Currency",
    "Tax rule", "Document id",
)  # fmt: skip


def invoice_rows(entity_id: UUID, first: date, last: date) -> Iterator[Row]:
    """Invoices and credit notes issued from a day to a day, in the order of numbers. Two statements."""
    rows = Invoice.objects.filter(entity_id=entity_id, issued_on__range=(first, last))
    opened = dict(with_open(rows).values_list("id", "open_now"))
    found = rows.select_related("customer", "contract", "credits").defer("xml", "credits__xml", "seller", "buyer")
    for one in found.order_by("year", "sequence"):
        yield (
            one.number, DocumentKind(one.kind).value, one.credits.number if one.credits else "", one.customer.name,
            one.contract.reference, _day(one.issued_on), _day(one.due_on), _day(one.tax_point),
            _day(one.period_first), _day(one.period_last), one.order_number, one.currency, _amount(one.net),
            _amount(one.tax), _amount(one.gross), _amount(opened[one.id]) if one.id in opened else "",
        )  # fmt: skip


def payment_rows(entity_id: UUID, first: date, last: date) -> Iterator[Row]:
    """Money that came in or went back from a day to a day. Two statements."""
    rows = Payment.objects.filter(entity_id=entity_id, received_on__range=(first, last))
    left = dict(with_left(rows).values_list("id", "left_now"))
    for one in rows.select_related("customer", "entity").order_by("received_on", "recorded_at", "id"):
        yield (
            _day(one.received_on), one.customer.name, one.entity.currency, _amount(one.amount),
            _amount(left[one.id]) if one.id in left else "", one.reference, PaymentMethod(one.method).value,
            str(one.reverses_id or ""), one.note, str(one.id),
        )  # fmt: skip


def ageing_headings(found: Ageing) -> Row:
    """The headings of the ageing of a day."""
    return ("Customer", "Currency", *found.labels, "Credit", "Owed", "Oldest due on")


def ageing_rows(found: Ageing) -> Iterator[Row]:
    """One row a customer."""
    for one in found.rows:
        buckets = (_amount(part.amount) for part in one.buckets)
        oldest = _day(one.oldest_due_on) if one.oldest_due_on else ""
        yield (one.customer_name, found.currency, *buckets, _amount(one.credit), _amount(one.owed), oldest)


def journal_rows(entity_id: UUID, first: date, last: date) -> Iterator[Row]:
    """The journal's entries, as docs/guides/accounting-journal.md says. Raises as `journal` does."""
    for one in journal(entity_id, first, last):
        yield (
            _day(one.on), one.document, one.number, one.customer, one.account, one.account_name, one.text,
            _amount(one.debit), _amount(one.credit), one.currency, one.tax_rule, one.key,
        )  # fmt: skip


def _day(day: date) -> str:
    return day.isoformat()


def _amount(amount: Decimal) -> str:
    return f"{amount:.2f}"
