"""What goes out for a sending: its words, and the files that go with it. Called outside of every scope.

A PDF takes longer to draw than to read what it says, so it is drawn between two transactions. That of an invoice is
kept when it is made first: what is sent again is, byte for byte, what was sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Final
from uuid import UUID

from billing.actions.delivery import NO_CONTACT
from billing.choices import DeliveryKind, DeliveryState, DeliveryWay
from billing.documents.letters import Words, invoice_words, reminder_words, statement_words
from billing.documents.pdf import invoice_html, statement_html
from billing.errors import NotThere
from billing.models import Contact, Delivery, Invoice, InvoiceDocument
from billing.queries.balances import open_of
from billing.queries.deliveries import file_name, kept_pdf
from billing.queries.statements import statement
from tenants.context import shared
from ui.pdf import rendered

ACTOR: Final = "task:billing.sending"
PDF: Final = "application/pdf"
XML: Final = "application/xml"
PAID: Final = "It was paid meanwhile: nothing was sent."


@dataclass(frozen=True, slots=True)
class File:
    """A file that goes out; `kind` is its media type."""

    name: str
    content: bytes
    kind: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """All that one sending consists of. For the folder it is one file and no words."""

    way: str
    to: str
    answers_to: str
    words: Words
    files: tuple[File, ...]


def compose(delivery_id: UUID, *, at: datetime) -> Parcel | None:
    """What a sending consists of now; None when there is nothing to send: given up, sent, a reminder of what was paid
    meanwhile, or to someone who is no contact any more. Raises what drawing a PDF raises.
    """
    with shared(actor=ACTOR):
        delivery = _found(delivery_id)
        if delivery is None or delivery.state in {DeliveryState.SENT, DeliveryState.STOPPED}:
            return None
        if delivery.way == DeliveryWay.MAIL and not _is_contact(delivery):
            Delivery.objects.filter(id=delivery.id).update(state=DeliveryState.STOPPED, error=NO_CONTACT)
            return None
        if delivery.kind == DeliveryKind.STATEMENT:
            told = statement(
                delivery.customer_id, UUID(delivery.about["entity"]), _day(delivery, "first"), _day(delivery, "last")
            )
            words, html, answers_to = statement_words(told), statement_html(told), told.seller["email"]
        else:
            invoice = _invoice_of(delivery)
            if delivery.way == DeliveryWay.FOLDER:
                return Parcel(delivery.way, delivery.to, "", Words("", ""), (_xml(invoice),))
            said = _words(delivery, invoice)
            if said is None:
                return None
            words, answers_to = said, invoice.seller["email"]
    if delivery.kind == DeliveryKind.STATEMENT:
        name = f"statement-{delivery.about['last']}.pdf"
        files: tuple[File, ...] = (File(name, rendered(html), PDF),)
    else:
        files = (File(file_name(invoice, "pdf"), pdf_of(invoice.id, at=at), PDF),)
        if invoice.xml and delivery.kind == DeliveryKind.INVOICE:
            files = (*files, _xml(invoice))
    return Parcel(delivery.way, delivery.to, answers_to, words, files)


def pdf_of(invoice_id: UUID, *, at: datetime) -> bytes:
    """The PDF of an invoice, made now if it was never made. Outside of every scope. Raises NotThere."""
    with shared(actor=ACTOR):
        kept = kept_pdf(invoice_id)
        if kept is not None:
            return kept
        invoice = Invoice.objects.select_related("contract", "credits").filter(id=invoice_id).first()
        if invoice is None:
            raise NotThere("There is no such invoice.")
        html = invoice_html(invoice)
    made = rendered(html)
    with shared(actor=ACTOR):
        document = InvoiceDocument(invoice_id=invoice_id, content=made, checksum=sha256(made).hexdigest(), made_at=at)
        # Of two that made it at once the first one's is kept, and both send that.
        InvoiceDocument.objects.bulk_create([document], ignore_conflicts=True)
        return kept_pdf(invoice_id) or made


def _found(delivery_id: UUID) -> Delivery | None:
    rows = Delivery.objects.select_related("invoice__contract", "invoice__credits")
    return rows.filter(id=delivery_id).first()


def _is_contact(delivery: Delivery) -> bool:
    """Whether it still goes to someone we write to there: addresses change while a mail server is away."""
    return Contact.objects.filter(customer=delivery.customer_id, ended_at=None, email=delivery.to).exists()


def _invoice_of(delivery: Delivery) -> Invoice:
    if delivery.invoice is None:
        raise NotThere("There is no invoice to send.")
    return delivery.invoice


def _words(delivery: Delivery, invoice: Invoice) -> Words | None:
    """The words of a mail with an invoice. A reminder of what is paid by now is given up instead."""
    if delivery.kind == DeliveryKind.INVOICE:
        return invoice_words(invoice)
    still_open = open_of([invoice.id]).get(invoice.id, Decimal(0))
    if still_open <= 0:
        Delivery.objects.filter(id=delivery.id).update(state=DeliveryState.STOPPED, error=PAID)
        return None
    earlier = Delivery.objects.filter(invoice=invoice, kind=DeliveryKind.REMINDER, state=DeliveryState.SENT)
    return reminder_words(
        invoice, was_asked_before=earlier.filter(about__step__lt=delivery.about["step"]).exists(),
        still_open=still_open, on=_day(delivery, "on"),
    )  # fmt: skip


def _xml(invoice: Invoice) -> File:
    return File(file_name(invoice, "xml"), invoice.xml.encode(), XML)


def _day(delivery: Delivery, name: str) -> date:
    return date.fromisoformat(delivery.about[name])
