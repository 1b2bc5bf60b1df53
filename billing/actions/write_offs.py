"""What will not be paid: written off by two people. Who they must be is the console's rule; here they must be two."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing.actions.payments import lock_customers, require_amount
from billing.choices import DocumentKind
from billing.errors import BadValue, ChangedMeanwhile, NotPossible, NotThere
from billing.models import Allocation, Invoice, WriteOff
from billing.money import written
from billing.queries.balances import open_of
from tenants.context import SHARED_ALIAS


def require_can_write_off(*, invoice_id: UUID, amount: Decimal) -> Invoice:
    """The invoice of which so much is open. Raises NotThere, BadValue (amount), ChangedMeanwhile when less is open."""
    invoice = Invoice.objects.select_related("customer").filter(id=invoice_id, kind=DocumentKind.INVOICE).first()
    if invoice is None:
        raise NotThere("There is no such invoice.")
    require_amount(amount, "amount", invoice.currency)
    left = open_of([invoice_id])[invoice_id]
    if amount > left:
        raise ChangedMeanwhile(f"Only {written(left, invoice.currency)} of {invoice.number} is open.")
    return invoice


@transaction.atomic(using=SHARED_ALIAS)
def write_off(
    *, proposal_id: UUID, invoice_id: UUID, amount: Decimal, reason: str, proposed_by: UUID, approved_by: UUID,
    at: datetime,
) -> WriteOff:  # fmt: skip
    """Write off so much of an invoice, as one proposed and another approved.

    Raises NotThere, BadValue (amount, reason), NotPossible when both are one or it was done, and ChangedMeanwhile when
    less is open by now.
    """
    if proposed_by == approved_by:
        raise NotPossible("Writing off takes two people: another one has to approve it.")
    if not reason.strip():
        raise BadValue("reason", "Say why this will not be paid.")
    customer = Invoice.objects.filter(id=invoice_id).values_list("customer_id", flat=True).first()
    if customer is None:
        raise NotThere("There is no such invoice.")
    lock_customers([customer])
    invoice = require_can_write_off(invoice_id=invoice_id, amount=amount)
    if WriteOff.objects.filter(proposal_id=proposal_id).exists():
        raise NotPossible("This was written off already.")
    made = WriteOff.objects.create(
        invoice=invoice, amount=amount, reason=reason.strip()[:300], proposal_id=proposal_id,
        proposed_by_id=proposed_by, approved_by_id=approved_by, at=at,
    )  # fmt: skip
    Allocation.objects.create(invoice=invoice, write_off=made, amount=amount, at=at, by_id=approved_by)
    return made
