"""Whether a draft is still what it says: worked out again from what is so now. Writes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

from billing.choices import DocumentKind, Hold
from billing.errors import BillingError
from billing.models import Contract, Covered, Draft
from billing.pricing import Line
from billing.proposing import Keys, WorkedOut, keys_of, work_out
from billing.queries.credit import Creditable, creditable_of, require_creditable
from billing.queries.holds import holds_of_buyer, holds_of_order
from billing.queries.material import Lot, lot_of
from billing.tax import TaxRule, rule_for, rule_named


def holds_now(draft: Draft, *, on: date) -> list[str]:
    """Everything that is wrong with a draft if it is issued on a day, as things stand now; also what was allowed."""
    keys = keys_of(Covered.objects.filter(draft=draft).values_list("key", flat=True))
    lot = lot_of([draft.contract_id], months=keys.months, but=draft.id)
    held: list[str] = []
    try:
        if keys:
            held += [] if basis_now(draft, keys, lot, on=on) == draft.basis else [Hold.CHANGED.value]
        if draft.kind == DocumentKind.CREDIT_NOTE:
            require_creditable(draft)
    except BillingError:
        held = [Hold.CHANGED.value]
    held += holds_of_order(draft, lot.orders.get(draft.contract_id, ()), draft.customer)
    return [*held, *holds_of_buyer(draft.customer, is_reached=draft.customer_id in lot.reached)]


def basis_now(draft: Draft, keys: Keys, lot: Lot, *, on: date) -> str:
    """The basis that a draft's keys come to now, if it is issued on a day; empty where they come to nothing.

    Raises NoPrice.
    """
    contract = lot.contracts[draft.contract_id]
    worked = work_out(lot.material[draft.contract_id].without(draft.id), keys)
    if not worked.lines:
        return ""
    credited = creditable_of(draft.credits_id, but=draft.id) if draft.credits_id else None
    rule = rule_of(contract, credited, on=min(period_of(worked.lines)[1], on))
    return basis_of(worked, rule, contract)


def period_of(lines: Sequence[Line]) -> tuple[date, date]:
    """From the first to the last day that lines are for."""
    return min(line.first for line in lines), max(line.last for line in lines)


def rule_of(contract: Contract, credited: Creditable | None, *, on: date) -> TaxRule:
    """The tax rule of a draft: a credit note has that of the invoice it credits."""
    if credited:
        return rule_named(credited.rows[0].tax_rule)
    return rule_for(seller=contract.entity.country, buyer=contract.customer.country, on=on)


def basis_of(worked: WorkedOut, rule: TaxRule, contract: Contract) -> str:
    """A hash of all that a draft was worked out from."""
    said = f"{worked.basis} {rule.slug} {contract.entity_id} {contract.customer_id}"
    return hashlib.sha256(said.encode()).hexdigest()
