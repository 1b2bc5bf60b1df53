"""What a run finds for a contract, and the draft it makes of it. Nothing here decides what is due: `proposing` does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from billing.choices import DocumentKind, Outcome
from billing.errors import NoPrice
from billing.models import Contract, Covered, Draft, DraftLine, InvoiceRun
from billing.pricing import Line
from billing.proposing import WorkedOut, due, month_key, work_out
from billing.queries.credit import creditable_of
from billing.queries.holds import holds_of_buyer, order_for
from billing.queries.material import Lot, lot_of
from billing.queries.recheck import basis_of, period_of, rule_of
from billing.tax import TaxRule
from billing.totals import totals

CORRECTED = "Usage billed before was corrected."


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for one contract. `detail` holds codes, counts and amounts; the draft is not saved yet.

    `beside` is a credit note drafted with it: of corrections that give back more than the invoice asks for.
    """

    contract: Contract
    outcome: Outcome
    detail: dict[str, Any]
    draft: Draft | None = None
    lines: tuple[DraftLine, ...] = ()
    covers: tuple[Covered, ...] = ()
    beside: Found | None = None


def find(lot: Lot, contract_id: UUID, *, until: date, at: datetime, run: InvoiceRun | None = None) -> Found:
    """What a contract is to be billed for with the month `until`. Writes nothing."""
    contract, material = lot.contracts[contract_id], lot.material[contract_id]
    keys = due(material, until)
    if not keys:
        return Found(contract, Outcome.NOTHING, {})
    try:
        worked = work_out(material, keys)
    except NoPrice as missing:
        return Found(contract, Outcome.HELD, {"code": "no_price", "said": str(missing)})
    detail = waiting_detail(worked)
    if not worked.lines:
        if worked.left_over:
            return Found(contract, Outcome.HELD, {"code": "credit_too_large", **detail})
        return Found(contract, Outcome.HELD if worked.waiting else Outcome.NOTHING, detail)
    if worked.net < 0 and worked.credits is None:
        return Found(contract, Outcome.HELD, {"code": "credit_too_large", **detail})
    found = _drafted(lot, contract, worked, at=at, run=run)
    if worked.beside:
        note = _drafted(lot, contract, worked.beside, at=at, run=run)
        detail["credit_note"] = {name: note.detail[name] for name in ("net", "tax", "gross", "lines")}
        found = replace(found, beside=note)
    return replace(found, detail={**detail, **found.detail})


def _drafted(lot: Lot, contract: Contract, worked: WorkedOut, *, at: datetime, run: InvoiceRun | None) -> Found:
    """One draft of what was worked out, with its purchase order and what holds it."""
    draft, lines = draft_of(contract, worked, at=at, run=run)
    order, holds = order_for(draft, lot.orders.get(contract.id, ()), contract.customer)
    draft.order_id = order.id if order else draft.order_id
    draft.holds = [*holds, *holds_of_buyer(contract.customer, is_reached=contract.customer_id in lot.reached)]
    covers = tuple(Covered(contract=contract, key=key, draft=draft, book_id=book) for key, book in worked.covers)
    detail = {
        "kind": str(draft.kind), "net": str(draft.net), "tax": str(draft.tax), "gross": str(draft.gross),
        "lines": len(lines), "months": sorted(key for key, book in worked.covers if book), "holds": draft.holds,
    }  # fmt: skip
    return Found(contract, Outcome.DRAFTED, detail, draft, tuple(lines), covers)


def waiting_detail(worked: WorkedOut) -> dict[str, Any]:
    """What could not be billed yet, in codes and names of councils."""
    said: dict[str, Any] = {}
    if worked.waiting:
        said |= {"code": "no_reading", "waiting": {month_key(m): list(names) for m, names in worked.waiting.items()}}
    return said | ({"corrections_left": worked.left_over} if worked.left_over else {})


def draft_of(
    contract: Contract, worked: WorkedOut, *, at: datetime, run: InvoiceRun | None
) -> tuple[Draft, list[DraftLine]]:
    """A draft that is not saved. What comes to less than nothing is a credit note, with its amounts turned."""
    first, last = period_of(worked.lines)
    credited = creditable_of(worked.credits) if worked.credits else None
    rule = rule_of(contract, credited, on=last)
    sign = -1 if credited else 1
    parts = [(rule.slug, sign * line.net) for line in worked.lines]
    sums = credited.totals(parts) if credited else totals(parts)
    draft = Draft(
        kind=DocumentKind.CREDIT_NOTE if credited else DocumentKind.INVOICE, entity=contract.entity,
        customer=contract.customer, contract=contract, run=run, credits=credited.invoice if credited else None,
        reason=CORRECTED if credited else "", period_first=first, period_last=last, net=sums.net, tax=sums.tax,
        gross=sums.gross, taxes=sums.taxes, basis=basis_of(worked, rule, contract), created_at=at,
        order_id=credited.invoice.order_id if credited else None,
    )  # fmt: skip
    lines = [
        line_of(draft, number, line, sign=sign, rule=rule) for number, line in enumerate(worked.lines, start=1)
    ]  # fmt: skip
    return draft, lines


def line_of(draft: Draft, position: int, line: Line, *, sign: int, rule: TaxRule) -> DraftLine:
    """A draft's line that is not saved."""
    return DraftLine(
        draft=draft, position=position, key=line.key, kind=line.kind, council_id=line.council_id,
        charge_id=line.charge_id, month=line.month, period_first=line.first, period_last=line.last,
        description=line.description[:300], quantity=sign * line.quantity, unit=line.unit, unit_price=line.unit_price,
        net=sign * line.net, tax_rule=rule.slug, tax_category=rule.category, tax_rate=rule.rate,
    )  # fmt: skip


def find_all(
    contract_ids: Iterable[UUID], *, until: date, at: datetime, run: InvoiceRun | None = None
) -> Mapping[UUID, Found]:
    """What is found for a lot of contracts, all loaded at once. One that breaks is found broken, the others stand."""
    lot = lot_of(list(contract_ids), until=until)
    return {contract_id: find(lot, contract_id, until=until, at=at, run=run) for contract_id in lot.contracts}


def save(found: Sequence[Found]) -> None:
    """Save drafts with their lines and what they cover, in three statements."""
    every = [*found, *(one.beside for one in found if one.beside)]
    Draft.objects.bulk_create([one.draft for one in every if one.draft])
    DraftLine.objects.bulk_create([line for one in every for line in one.lines], batch_size=2000)
    Covered.objects.bulk_create([cover for one in every for cover in one.covers], batch_size=2000)
