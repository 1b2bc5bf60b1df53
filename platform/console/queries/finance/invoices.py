"""Reads of invoices and credit notes: the list, its file, and one with all that became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from billing.choices import DocumentKind
from billing.documents.pdf import invoice_html
from billing.errors import NotThere
from billing.models import Allocation, Invoice
from billing.queries.balances import with_left_to_credit, with_open
from billing.queries.credit import creditable_of
from billing.queries.deliveries import DeliveryRow, file_name, kept_pdf, of_invoice
from console.models import Proposal
from console.queries.finance.drafts import LineShown, TaxLine, line_shown, taxes_shown
from console.queries.finance.names import NameOf, names_of_operators

PAGE: Final = 50
STATES: Final = ("open", "overdue", "settled")
NOTHING: Final = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """What the list is narrowed to. `q` is parts of a number or of a customer's name; `state` is one of STATES."""

    q: str = ""
    kind: str = ""
    state: str = ""
    entity: UUID | None = None
    customer: UUID | None = None


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One invoice or credit note. `open` is what is not settled of an invoice, and not used of a credit note."""

    id: UUID
    number: str
    is_credit_note: bool
    customer_id: UUID
    customer_name: str
    entity_name: str
    issued_on: date
    due_on: date
    currency: str
    net: Decimal
    tax: Decimal
    gross: Decimal
    open: Decimal
    days_late: int


@dataclass(frozen=True, slots=True)
class InvoiceList:
    """One page of what was issued, newest first."""

    lines: tuple[InvoiceRow, ...]
    count: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class SettledBy:
    """So much of it settled: by a payment, a credit note or a write-off. Of a credit note: which invoice it settles."""

    id: UUID
    kind: str
    words: str
    other_id: UUID | None
    amount: Decimal
    at: datetime
    by: str
    is_undone: bool


@dataclass(frozen=True, slots=True)
class CreditLine:
    """A line of an invoice of which something is left to credit: of a discount, an amount below zero."""

    id: UUID
    description: str
    first: date
    net: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """An invoice or credit note as it was issued, and all that became of it since."""

    row: InvoiceRow
    entity_id: UUID
    contract_id: UUID
    reference: str
    seller: Mapping[str, str]
    buyer: Mapping[str, str]
    first: date
    last: date
    tax_point: date
    order_number: str
    buyer_reference: str
    reason: str
    note: str
    lines: tuple[LineShown, ...]
    taxes: tuple[TaxLine, ...]
    credits_id: UUID | None
    credits_number: str
    credit_notes: tuple[tuple[UUID, str, Decimal], ...]
    settled: tuple[SettledBy, ...]
    sendings: tuple[DeliveryRow, ...]
    reminders: tuple[tuple[int, date], ...]
    issued_at: datetime
    issued_by: str
    run_id: UUID | None
    has_xml: bool
    checksum: str
    proposal_id: UUID | None

    @property
    def is_credited_whole(self) -> bool:
        """Whether nothing is left of an invoice to credit."""
        credited = sum((gross for _id, _number, gross in self.credit_notes), NOTHING)
        return bool(self.credit_notes) and credited == self.row.gross


def invoice_list(wanted: InvoiceFilter, *, on: date, page: int = 1) -> InvoiceList:
    """One page of what was issued; `on` is today. Four statements."""
    rows = _narrowed(wanted, on)
    count = rows.count()
    pages = max(1, -(-count // PAGE))
    page = min(max(page, 1), pages)
    first = (page - 1) * PAGE
    found = list(rows.order_by("-issued_on", "-number")[first : first + PAGE])
    return InvoiceList(tuple(_rows(found, on)), count, page, pages)


def invoice_page(invoice_id: UUID, *, on: date) -> InvoicePage:
    """One invoice or credit note; `on` is today. Nine statements at most. Raises NotThere."""
    found = Invoice.objects.select_related("customer", "entity", "contract", "credits").filter(id=invoice_id).first()
    if found is None:
        raise NotThere("There is no such invoice.")
    name_of = names_of_operators()
    proposed = Proposal.objects.filter(subject_id=invoice_id, decision=Proposal.Decision.OPEN)
    return InvoicePage(
        row=next(iter(_rows([found], on))), entity_id=found.entity_id,
        contract_id=found.contract_id, reference=found.contract.reference,
        seller=found.seller, buyer=found.buyer, first=found.period_first, last=found.period_last,
        tax_point=found.tax_point, order_number=found.order_number, buyer_reference=found.buyer_reference,
        reason=found.reason, note=found.note, taxes=taxes_shown(found.taxes),
        lines=tuple(line_shown(one) for one in found.lines.order_by("position")), credits_id=found.credits_id,
        credits_number=found.credits.number if found.credits else "",
        credit_notes=tuple(found.credit_notes.order_by("number").values_list("id", "number", "gross")),
        settled=tuple(_settled(found, name_of)), sendings=of_invoice(found.id),
        reminders=tuple(found.reminders.order_by("step").values_list("step", "on")), issued_at=found.issued_at,
        issued_by=name_of(found.issued_by_id), run_id=found.run_id, has_xml=bool(found.xml),
        checksum=found.checksum, proposal_id=proposed.values_list("id", flat=True).first(),
    )  # fmt: skip


def pdf_of(invoice_id: UUID) -> tuple[str, bytes | None, str]:
    """What its PDF is called, the file where it was made for a sending, and else the page that becomes it.

    Raises NotThere.
    """
    found = Invoice.objects.select_related("credits", "contract").filter(id=invoice_id).first()
    if found is None:
        raise NotThere("There is no such invoice.")
    kept = kept_pdf(invoice_id)
    return file_name(found, "pdf"), kept, "" if kept else invoice_html(found)


def xml_file(invoice_id: UUID) -> tuple[str, str]:
    """What its electronic form is called, and the form itself. Raises NotThere, also where it has none."""
    found = Invoice.objects.only("number", "xml").filter(id=invoice_id).exclude(xml="").first()
    if found is None:
        raise NotThere("There is no electronic form of it.")
    return file_name(found, "xml"), found.xml


def creditable(invoice_id: UUID) -> tuple[CreditLine, ...]:
    """What is left of an invoice's lines to credit. Raises NotThere, for a credit note as well."""
    held = creditable_of(invoice_id)
    said = {row.id: row for row in held.rows}
    return tuple(
        CreditLine(one.id, said[one.id].description, said[one.id].period_first, one.net, one.left)
        for one in held.lines
        if one.left
    )


def _narrowed(wanted: InvoiceFilter, on: date) -> Any:
    rows: Any = Invoice.objects.select_related("customer", "entity").defer("xml", "seller", "buyer")
    if wanted.state:
        rows = with_open(rows)
        rows = rows.filter(open_now__lte=0) if wanted.state == "settled" else rows.filter(open_now__gt=0)
        rows = rows.filter(due_on__lt=on) if wanted.state == "overdue" else rows
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.entity:
        rows = rows.filter(entity_id=wanted.entity)
    if wanted.customer:
        rows = rows.filter(customer_id=wanted.customer)
    for word in wanted.q.split():
        rows = rows.filter(Q(number__icontains=word) | Q(customer__name__icontains=word))
    return rows


def _rows(found: Iterable[Invoice], on: date) -> Iterable[InvoiceRow]:
    """With what is open of each, in two statements."""
    held = list(found)
    ids = [one.id for one in held]
    left = dict(with_open(Invoice.objects.filter(id__in=ids)).values_list("id", "open_now"))
    left |= dict(with_left_to_credit(Invoice.objects.filter(id__in=ids)).values_list("id", "left_now"))
    for one in held:
        is_credit_note = one.kind == DocumentKind.CREDIT_NOTE
        is_late = not is_credit_note and left[one.id] > 0
        yield InvoiceRow(
            id=one.id, number=one.number, is_credit_note=is_credit_note, customer_id=one.customer_id,
            customer_name=one.customer.name, entity_name=one.entity.name, issued_on=one.issued_on, due_on=one.due_on,
            currency=one.currency, net=one.net, tax=one.tax, gross=one.gross, open=left[one.id],
            days_late=max((on - one.due_on).days, 0) if is_late else 0,
        )  # fmt: skip


def _settled(invoice: Invoice, name_of: NameOf) -> Iterable[SettledBy]:
    is_note = invoice.kind == DocumentKind.CREDIT_NOTE
    whose = {"credit_note": invoice.id} if is_note else {"invoice": invoice.id}
    rows = Allocation.objects.filter(**whose, undoes=None)
    other: UUID | None
    for one in rows.select_related("invoice", "payment", "credit_note", "write_off", "undone_by").order_by("at", "id"):
        if is_note:
            kind, words, other = "invoice", one.invoice.number, one.invoice_id
        elif one.payment:
            kind, words, other = "payment", one.payment.reference, one.payment_id
        elif one.credit_note:
            kind, words, other = "credit_note", one.credit_note.number, one.credit_note_id
        else:
            kind, words, other = "write_off", one.write_off.reason if one.write_off else "", None
        yield SettledBy(one.id, kind, words, other, one.amount, one.at, name_of(one.by_id), hasattr(one, "undone_by"))
