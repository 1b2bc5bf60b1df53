"""Writing off what will not be paid: one of finance proposes, another decides, and it is done with the decision."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing.actions import write_offs
from billing.errors import BadValue, BillingError
from console.actions.proposals import propose
from console.choices import Permission, ProposalKind
from console.errors import NotPossible
from console.models import Proposal
from console.policies import require
from console.queries.operators import OperatorRef
from core import clock
from core.audit.actions import record
from tenants.context import SHARED_ALIAS


@transaction.atomic(using=SHARED_ALIAS)
def propose_write_off(*, invoice_id: UUID, amount: Decimal, reason: str, by: OperatorRef) -> Proposal:
    """Propose that so much of an invoice is no longer asked for. Raises NotPermitted, NotPossible and BillingError."""
    require(by, Permission.FINANCE)
    if not reason.strip():
        raise BadValue("reason", "Say why this will not be paid: who decides reads it.")
    invoice = write_offs.require_can_write_off(invoice_id=invoice_id, amount=amount)
    payload = {"amount": f"{amount:.2f}", "currency": invoice.currency}
    return propose(kind=ProposalKind.WRITE_OFF, subject_id=invoice.id, payload=payload, reason=reason, by=by)


def carry_out(proposal: Proposal, by: OperatorRef) -> None:
    """What was approved: the amount is written off. Raises NotPossible when less is open by now."""
    try:
        made = write_offs.write_off(
            proposal_id=proposal.id, invoice_id=proposal.subject_id, amount=Decimal(proposal.payload["amount"]),
            reason=proposal.reason, proposed_by=proposal.proposed_by_id, approved_by=by.id, at=clock.now(),
        )  # fmt: skip
    except BillingError as error:
        raise NotPossible(f"This can't be written off as proposed. {error}") from error
    detail = {"proposal": str(proposal.id), "invoice": str(made.invoice_id), "amount": f"{made.amount:.2f}"}
    record("console.write_off.made", by=by, subject=made, detail=detail)
