"""The journal for accounting: every document of a time as balanced double entries. docs/guides/accounting-journal.md
says what the file holds.

Receivables are one account, by customer: allocating money to an invoice moves nothing between accounts, and so makes
no entry. Only what is written off, and taken back of it, does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Prefetch

from billing.choices import DocumentKind, PriceKind
from billing.errors import BadValue, NotThere
from billing.models import Allocation, Invoice, InvoiceLine, LegalEntity, Payment
from billing.money import total
from billing.periods import DAY
from billing.queries.balances import NOTHING, end_of, local_day

ACCOUNTS: Final[Mapping[str, tuple[str, str]]] = {
    "receivables": ("1100", "Trade receivables"),
    "bank": ("1200", "Bank"),
    "tax": ("2200", "Tax on sales"),
    "bad_debts": ("8100", "Bad debts written off"),
    "platform": ("4000", "Platform fees"),
    "practitioner": ("4010", "Active practitioners"),
    "setup": ("4020", "Setting up"),
    "dedicated": ("4030", "Dedicated deployments"),
    "training": ("4040", "Training"),
    "other": ("4090", "Other services"),
}
"""The accounts by the names under which an entity's `accounts` may give them other codes: code here, and what it is."""


@dataclass(frozen=True, slots=True)
class JournalRow:
    """One entry: either `debit` or `credit` is above zero. Rows of one document stand together and balance.

    `document` is invoice, credit_note, payment, refund, write_off or write_off_undone; `number` its number, or the
    payer's reference. `key` tells two documents of the same reference apart. `tax_rule` stands on entries of revenue
    and tax.
    """

    on: date
    document: str
    number: str
    key: str
    customer: str
    account: str
    account_name: str
    text: str
    debit: Decimal
    credit: Decimal
    currency: str
    tax_rule: str = ""


@dataclass(frozen=True, slots=True)
class _Document:
    """What a document moves: (name of the account, amount, tax rule); an amount above zero is a debit."""

    on: date
    kind: str
    number: str
    id: UUID
    customer: str
    text: str
    entries: tuple[tuple[str, Decimal, str], ...]


def journal(entity_id: UUID, first: date, last: date) -> tuple[JournalRow, ...]:
    """The entries of an entity from a day to a day, both included, in the order of days. Five statements.

    Raises NotThere, and BadValue (last) when it ends before it begins.
    """
    if last < first:
        raise BadValue("last", "A journal can't end before it begins.")
    entity = LegalEntity.objects.filter(id=entity_id).first()
    if entity is None:
        raise NotThere("There is no such company.")
    documents = [
        *_issued(entity, first, last),
        *_paid(entity, first, last),
        *_written_off(entity, first, last),
    ]
    documents.sort(key=lambda one: (one.on, one.kind, one.number, one.id))
    return tuple(row for one in documents for row in _rows(one, entity))


def account_of(entity: LegalEntity, name: str) -> tuple[str, str]:
    """The code and the words of an account of an entity, by its name."""
    code, words = ACCOUNTS[name]
    return str(entity.accounts.get(name) or code), words


def _issued(entity: LegalEntity, first: date, last: date) -> Iterator[_Document]:
    lines = Prefetch("lines", InvoiceLine.objects.order_by("position"), to_attr="said_lines")
    rows = Invoice.objects.filter(entity=entity, issued_on__range=(first, last)).select_related("customer")
    for one in rows.defer("xml", "seller", "buyer").prefetch_related(lines):
        sign = 1 if one.kind == DocumentKind.INVOICE else -1
        earned: dict[tuple[str, str], Decimal] = {}
        for line in one.said_lines:
            key = (PriceKind(line.kind).value, line.tax_rule)
            earned[key] = earned.get(key, NOTHING) + line.net
        taxes = [("tax", Decimal(part["tax"]), str(part.get("rule", ""))) for part in one.taxes]
        entries = [("receivables", sign * one.gross, "")]
        entries += [(kind, -sign * net, rule) for (kind, rule), net in earned.items()]
        entries += [(name, -sign * tax, rule) for name, tax, rule in taxes]
        yield _Document(one.issued_on, one.kind, one.number, one.id, one.customer.name, one.number, tuple(entries))


def _paid(entity: LegalEntity, first: date, last: date) -> Iterator[_Document]:
    rows = Payment.objects.filter(entity=entity, received_on__range=(first, last)).select_related("customer")
    for one in rows:
        kind = "payment" if one.amount > 0 else "refund"
        entries = (("bank", one.amount, ""), ("receivables", -one.amount, ""))
        yield _Document(one.received_on, kind, one.reference, one.id, one.customer.name, one.note, entries)


def _written_off(entity: LegalEntity, first: date, last: date) -> Iterator[_Document]:
    zone = entity.time_zone
    rows = Allocation.objects.filter(
        write_off__isnull=False, invoice__entity=entity, at__gte=end_of(first - DAY, zone), at__lt=end_of(last, zone)
    )
    for one in rows.select_related("invoice__customer", "write_off").defer("invoice__xml"):
        kind = "write_off" if one.amount > 0 else "write_off_undone"
        entries = (("bad_debts", one.amount, ""), ("receivables", -one.amount, ""))
        text = one.write_off.reason if one.write_off else ""
        invoice = one.invoice
        yield _Document(local_day(one.at, zone), kind, invoice.number, one.id, invoice.customer.name, text, entries)


def _rows(document: _Document, entity: LegalEntity) -> Iterable[JournalRow]:
    """The entries of a document, those of nothing left out."""
    for name, amount, rule in document.entries:
        if amount == 0:
            continue
        code, words = account_of(entity, name)
        yield JournalRow(
            on=document.on, document=document.kind, number=document.number, key=str(document.id),
            customer=document.customer, account=code, account_name=words, text=document.text,
            debit=max(amount, NOTHING), credit=max(-amount, NOTHING), currency=entity.currency, tax_rule=rule,
        )  # fmt: skip


def sums(rows: Iterable[JournalRow]) -> tuple[Decimal, Decimal]:
    """All debits and all credits: the two are equal."""
    kept = list(rows)
    return total(one.debit for one in kept), total(one.credit for one in kept)
