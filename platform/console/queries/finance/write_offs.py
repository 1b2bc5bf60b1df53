"""What proposed write-offs are of, for the page of proposals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from billing.models import Invoice
from billing.money import written
from console.models import Proposal

Said = tuple[tuple[str, str], ...]


def proposed(proposals: Iterable[Proposal]) -> Mapping[UUID, tuple[str, Said]]:
    """For each proposal the invoice's number, and what the write-off comes to, line by line. One query."""
    rows = list(proposals)
    invoices = Invoice.objects.select_related("customer").defer("xml").in_bulk({one.subject_id for one in rows})
    found = {}
    for one in rows:
        invoice = invoices.get(one.subject_id)
        if invoice is not None:
            found[one.id] = invoice.number, _says(one, invoice)
    return found


def _says(one: Proposal, invoice: Invoice) -> Said:
    return (
        (_("Invoice"), invoice.number),
        (_("Customer"), invoice.customer.name),
        (_("To be written off"), written(Decimal(one.payload["amount"]), invoice.currency)),
        (_("Of"), written(invoice.gross, invoice.currency)),
    )
