"""Drafts, invoices and credit notes: what finance does with them, each in the operators' log."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from billing.actions import crediting, drafting, issuing
from billing.errors import NotThere
from billing.models import Draft, Invoice
from console.choices import Permission
from console.policies import require
from console.queries.operators import OperatorRef
from core import clock
from core.audit.actions import record
from tenants.context import SHARED_ALIAS


@transaction.atomic(using=SHARED_ALIAS)
def redraft(*, draft_id: UUID, by: OperatorRef) -> Draft | None:
    """Draft again what a draft bills. None: nothing is left of it. Raises NotPermitted and billing's errors."""
    require(by, Permission.FINANCE)
    before = _draft(draft_id)
    made = drafting.redraft(draft_id=draft_id, at=clock.now())
    said = {"was": str(draft_id), "gross_was": str(before.gross), "gross": str(made.gross) if made else "0.00"}
    record("console.draft.made_again", by=by, subject=made or before, detail=said)
    return made


@transaction.atomic(using=SHARED_ALIAS)
def discard_draft(*, draft_id: UUID, by: OperatorRef) -> None:
    """Throw a draft away: what it would have billed is due again. Raises NotPermitted and billing's errors."""
    require(by, Permission.FINANCE)
    draft = _draft(draft_id)
    drafting.discard_draft(draft_id=draft_id)
    record("console.draft.discarded", by=by, subject=draft, detail=_amounts(draft))


@transaction.atomic(using=SHARED_ALIAS)
def review_draft(*, draft_id: UUID, by: OperatorRef) -> Draft:
    """Say that a draft was looked at and may be issued. Raises NotPermitted and billing's errors."""
    require(by, Permission.FINANCE)
    draft = drafting.review_draft(draft_id=draft_id, by=by.id, at=clock.now())
    record("console.draft.reviewed", by=by, subject=draft, detail=_amounts(draft))
    return draft


@transaction.atomic(using=SHARED_ALIAS)
def allow_holds(*, draft_id: UUID, reason: str, by: OperatorRef) -> Draft:
    """Have a draft issued although its purchase order is short or missing. Raises NotPermitted and billing's errors."""
    require(by, Permission.FINANCE)
    draft = drafting.allow_holds(draft_id=draft_id, reason=reason, by=by.id)
    record("console.draft.allowed", by=by, subject=draft, reason=draft.allowed_reason, detail={"holds": draft.holds})
    return draft


@transaction.atomic(using=SHARED_ALIAS)
def set_note(*, draft_id: UUID, note: str, by: OperatorRef) -> Draft:
    """Say something on the invoice that a draft becomes. Raises NotPermitted and billing's errors."""
    require(by, Permission.FINANCE)
    draft = drafting.set_note(draft_id=draft_id, note=note)
    record("console.draft.noted", by=by, subject=draft)
    return draft


@transaction.atomic(using=SHARED_ALIAS)
def issue(*, draft_id: UUID, on: date, by: OperatorRef) -> Invoice:
    """Issue a reviewed draft on a day. Raises NotPermitted and billing's errors."""
    require(by, Permission.FINANCE)
    invoice = issuing.issue(draft_id=draft_id, on=on, by=by.id, at=clock.now())
    said = {"number": invoice.number, "gross": str(invoice.gross), "currency": invoice.currency}
    record("console.invoice.issued", by=by, subject=invoice, detail=said)
    return invoice


@transaction.atomic(using=SHARED_ALIAS)
def draft_credit(
    *, invoice_id: UUID, amounts: Mapping[UUID, Decimal] | None, reason: str, bills_again: bool, by: OperatorRef
) -> Draft:
    """Draft a credit note: `amounts` before tax by line, None for all that is left. Raises NotPermitted and others."""
    require(by, Permission.FINANCE)
    draft = crediting.draft_credit(
        invoice_id=invoice_id, amounts=amounts, reason=reason, bills_again=bills_again, at=clock.now()
    )
    said = {"invoice": str(invoice_id), "bills_again": bills_again, **_amounts(draft)}
    record("console.credit_note.drafted", by=by, subject=draft, reason=draft.reason, detail=said)
    return draft


@transaction.atomic(using=SHARED_ALIAS)
def bill_again(*, invoice_id: UUID, by: OperatorRef) -> int:
    """Have what an invoice billed that was credited whole be due again. Raises NotPermitted and billing's errors."""
    require(by, Permission.FINANCE)
    count = crediting.bill_again(invoice_id=invoice_id, at=clock.now())
    record(
        "console.invoice.bills_again", by=by, subject=Invoice.objects.get(id=invoice_id), detail={"covered": count}
    )  # fmt: skip
    return count


def _draft(draft_id: UUID) -> Draft:
    draft = Draft.objects.filter(id=draft_id).first()
    if draft is None:
        raise NotThere("There is no such draft: it was discarded or drafted again.")
    return draft


def _amounts(draft: Draft) -> dict[str, str]:
    return {"contract": str(draft.contract_id), "net": str(draft.net), "gross": str(draft.gross)}
