"""What was sent to whom, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from billing.choices import DeliveryKind, DeliveryState
from billing.models import Delivery, Invoice, InvoiceDocument

MOST: Final = 50


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One sending. `what` is an invoice's number or what else was sent; `files` are (name, SHA-256) of the proof."""

    id: UUID
    kind: str
    way: str
    state: str
    what: str
    customer_id: UUID
    customer_name: str
    invoice_id: UUID | None
    to: str
    attempts: int
    queued_at: datetime
    sent_at: datetime | None
    error: str
    message_id: str
    path: str
    files: tuple[tuple[str, str], ...]

    @property
    def may_be_stopped(self) -> bool:
        """Whether it has not come to an end."""
        return self.state in {DeliveryState.WAITING, DeliveryState.FAILING}

    @property
    def may_be_sent_again(self) -> bool:
        """Whether another one may be queued: what only waits is sent anyway."""
        return self.state != DeliveryState.WAITING


def of_invoice(invoice_id: UUID) -> tuple[DeliveryRow, ...]:
    """The newest sendings of an invoice."""
    return _rows(Delivery.objects.filter(invoice_id=invoice_id))


def of_customer(customer_id: UUID) -> tuple[DeliveryRow, ...]:
    """The newest sendings to a customer, statements among them."""
    return _rows(Delivery.objects.filter(customer_id=customer_id))


def not_sent(*, page: int = 1) -> tuple[DeliveryRow, ...]:
    """What keeps failing, and invoices that were given up on and not sent there since: for finance to look at.

    So many a page, newest first.
    """
    return _rows(_not_sent(), (page - 1) * MOST)


def not_sent_count() -> int:
    """How many these are."""
    return _not_sent().count()


def _not_sent() -> QuerySet[Delivery]:
    since = Delivery.objects.filter(
        kind=OuterRef("kind"), invoice=OuterRef("invoice"), way=OuterRef("way"), to=OuterRef("to"),
        queued_at__gte=OuterRef("queued_at"),
    ).exclude(state=DeliveryState.STOPPED)  # fmt: skip
    given_up = Q(state=DeliveryState.STOPPED, kind=DeliveryKind.INVOICE) & ~Exists(since)
    return Delivery.objects.filter(Q(state=DeliveryState.FAILING) | given_up)


def kept_pdf(invoice_id: UUID) -> bytes | None:
    """The PDF of an invoice as it was made once; None where it was not made yet."""
    found = InvoiceDocument.objects.filter(invoice_id=invoice_id).values_list("content", flat=True).first()
    return None if found is None else bytes(found)


def file_name(invoice: Invoice, ending: str) -> str:
    """What a file of an invoice is called: its number in small letters, and the ending."""
    return f"{invoice.number.lower()}.{ending}"


def _rows(deliveries: QuerySet[Delivery], start: int = 0) -> tuple[DeliveryRow, ...]:
    newest = deliveries.select_related("customer", "invoice").order_by("-queued_at", "id")
    return tuple(_row(one) for one in newest[start : start + MOST])


def _row(delivery: Delivery) -> DeliveryRow:
    proof: Mapping[str, Any] = delivery.proof
    return DeliveryRow(
        delivery.id, delivery.kind, delivery.way, delivery.state,
        delivery.invoice.number if delivery.invoice else delivery.get_kind_display(),
        delivery.customer_id, delivery.customer.name, delivery.invoice_id, delivery.to, delivery.attempts,
        delivery.queued_at, delivery.sent_at, delivery.error, proof.get("message_id", ""), proof.get("path", ""),
        tuple((one["name"], one["sha256"]) for one in proof.get("files", ())),
    )  # fmt: skip
