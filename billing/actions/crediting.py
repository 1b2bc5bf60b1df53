"""Credit notes made by hand: all or some lines of an invoice, whole or in part, never more than is left of them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from billing.actions.drafting import LONGEST_REASON, lock_contracts
from billing.choices import DocumentKind
from billing.errors import BadValue, NotPossible
from billing.models import Covered, Draft, DraftLine, InvoiceLine
from billing.money import to_penny, total
from billing.queries.credit import Creditable, creditable_of, fits
from tenants.context import SHARED_ALIAS

ONE = Decimal(1)


@transaction.atomic(using=SHARED_ALIAS)
def draft_credit(
    *,
    invoice_id: UUID,
    amounts: Mapping[UUID, Decimal] | None,
    reason: str,
    bills_again: bool,
    at: datetime,
) -> Draft:
    """Draft a credit note. `amounts` is before tax by the invoice's line; None credits all that is left.

    With `bills_again` what the invoice billed is due again, once the credit note is issued: it must credit all that is
    left, or part would be billed twice. Raises NotThere, NotPossible, BadValue.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise BadValue("reason", f"Say in at most {LONGEST_REASON} letters why it is credited.")
    lock_contracts([creditable_of(invoice_id).invoice.contract_id])
    credited = creditable_of(invoice_id)
    chosen = _chosen(credited, amounts, bills_again=bills_again)
    if bills_again and total(chosen.values()) != credited.left:
        raise BadValue("bills_again", "To bill it again, credit all that is left of the invoice.")
    draft = _draft_of(credited, chosen, reason=reason, bills_again=bills_again, at=at)
    draft.save(force_insert=True)
    DraftLine.objects.bulk_create(_lines_of(draft, credited, chosen))
    return draft


@transaction.atomic(using=SHARED_ALIAS)
def bill_again(*, invoice_id: UUID, at: datetime) -> int:
    """Have what an invoice billed that was credited whole be due again. Returns how many months and charges that is.

    Raises NotThere, NotPossible.
    """
    lock_contracts([creditable_of(invoice_id).invoice.contract_id])
    if creditable_of(invoice_id, with_drafts=False).left:
        raise NotPossible("Credit all that is left of the invoice first.")
    return released(invoice_id, at=at)


def released(invoice_id: UUID, *, at: datetime) -> int:
    """Have what an invoice and its credit notes covered be due again: with them it is as if it had never been.

    Also what corrections it billed or credited of other months, and what finance credited of it by hand before: all of
    that is worked out anew. Returns how much it covered. Within a unit of work that has locked the contract.
    """
    theirs = Covered.objects.filter(Q(invoice=invoice_id) | Q(invoice__credits=invoice_id), released_at=None)
    return theirs.update(released_at=at)


def _chosen(credited: Creditable, amounts: Mapping[UUID, Decimal] | None, *, bills_again: bool) -> dict[UUID, Decimal]:
    """What is credited of each line: an invoice of nothing only to bill it again. Raises NotPossible, BadValue."""
    left = {line.id: line.left for line in credited.lines}
    if amounts is None:
        chosen = {line_id: amount for line_id, amount in left.items() if amount}
        if not chosen or credited.left < 0 or not (credited.left or bills_again):
            raise NotPossible("Nothing is left of this invoice to credit.")
        return chosen
    chosen = {line_id: amount for line_id, amount in amounts.items() if amount}
    for line_id, amount in chosen.items():
        if line_id not in left:
            raise BadValue("amounts", "One of the lines is not on this invoice.")
        if amount != to_penny(amount) or not fits(amount, left[line_id]):
            raise BadValue("amounts", "No more can be credited than is left of a line, in whole pennies or cents.")
    credit = total(chosen.values())
    if credit <= 0:
        raise BadValue("amounts", "A credit note must come to more than nothing.")
    if credit > credited.left:
        raise BadValue("amounts", "No more can be credited than is left of the invoice, its discounts among it.")
    return chosen


def _draft_of(
    credited: Creditable, chosen: Mapping[UUID, Decimal], *, reason: str, bills_again: bool, at: datetime
) -> Draft:
    invoice = credited.invoice
    rules = {line.id: line.tax_rule for line in credited.lines}
    sums = credited.totals([(rules[line_id], amount) for line_id, amount in chosen.items()])
    said = f"{invoice.id} {bills_again} " + " ".join(f"{one}={amount}" for one, amount in sorted(chosen.items()))
    return Draft(
        kind=DocumentKind.CREDIT_NOTE, entity_id=invoice.entity_id, customer_id=invoice.customer_id,
        contract_id=invoice.contract_id, credits=invoice, bills_again=bills_again, reason=reason,
        period_first=invoice.period_first, period_last=invoice.period_last, order_id=invoice.order_id, net=sums.net,
        tax=sums.tax, gross=sums.gross, taxes=sums.taxes, basis=hashlib.sha256(said.encode()).hexdigest(),
        created_at=at,
    )  # fmt: skip


def _lines_of(draft: Draft, credited: Creditable, chosen: Mapping[UUID, Decimal]) -> list[DraftLine]:
    """The credit note's lines: a whole one says quantity and price as the invoice did, a part of one its amount."""
    rows = [row for row in credited.rows if row.id in chosen]
    return [_line_of(draft, number, row, chosen[row.id]) for number, row in enumerate(rows, start=1)]


def _line_of(draft: Draft, position: int, row: InvoiceLine, amount: Decimal) -> DraftLine:
    is_whole = amount == row.net
    return DraftLine(
        draft=draft, position=position, key=row.key, kind=row.kind, council_id=row.council_id,
        charge_id=row.charge_id, credits=row, month=row.month, period_first=row.period_first,
        period_last=row.period_last, description=row.description,
        quantity=row.quantity if is_whole else (ONE if amount > 0 else -ONE), unit=row.unit,
        unit_price=row.unit_price if is_whole else abs(amount), net=amount, tax_rule=row.tax_rule,
        tax_category=row.tax_category, tax_rate=row.tax_rate,
    )  # fmt: skip
