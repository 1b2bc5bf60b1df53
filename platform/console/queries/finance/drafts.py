"""Reads of drafts: one with everything that decides whether it is issued."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.choices import DocumentKind, Hold
from billing.errors import NotThere
from billing.models import Contact, Draft
from billing.queries.holds import MAY_BE_ALLOWED, stops
from billing.queries.recheck import holds_now
from console.queries.finance.names import names_of_operators
from console.queries.finance.runs import state_of


@dataclass(frozen=True, slots=True)
class TaxLine:
    """Tax by rule: of so much, at such a rate."""

    rate: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True)
class LineShown:
    """One line of a draft or of what was issued."""

    id: UUID
    description: str
    first: date
    last: date
    quantity: Decimal
    unit: str
    unit_price: Decimal
    rate: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True)
class DraftPage:
    """A draft. `state` is to_review, reviewed, stopped, asked or issued; `reaches` is whom it would be mailed to."""

    id: UUID
    kind_label: str
    is_credit_note: bool
    state: str
    customer_id: UUID
    customer_name: str
    contract_id: UUID
    reference: str
    entity_id: UUID
    entity_name: str
    currency: str
    run_id: UUID | None
    run_month: date | None
    first: date
    last: date
    lines: tuple[LineShown, ...]
    taxes: tuple[TaxLine, ...]
    net: Decimal
    tax: Decimal
    gross: Decimal
    credits_id: UUID | None
    credits_number: str
    reason: str
    bills_again: bool
    order_number: str
    holds: tuple[str, ...]
    may_be_allowed: bool
    may_draft_again: bool
    allowed_reason: str
    allowed_by: str
    note: str
    created_at: datetime
    reviewed_at: datetime | None
    reviewed_by: str
    issue_on: date | None
    refused: str
    issued_id: UUID | None
    issued_number: str
    reaches: tuple[str, ...]
    takes_einvoices: bool


def draft_page(draft_id: UUID) -> DraftPage:
    """One draft, with what holds it as things stand now, such as an order that was closed since. Raises NotThere."""
    related = ("customer", "contract", "entity", "run", "credits", "order", "issued")
    found = Draft.objects.select_related(*related).filter(id=draft_id).first()
    if found is None:
        raise NotThere("There is no such draft: it was discarded or drafted again.")
    if not found.issued_id:
        found.holds = holds_now(found, on=found.period_last)
    name_of = names_of_operators()
    reached = Contact.objects.filter(customer=found.customer_id, ended_at=None, gets_invoices=True)
    stopped = stops(found.holds, is_allowed=bool(found.allowed_reason))
    return DraftPage(
        id=found.id, kind_label=str(DocumentKind(found.kind).label), state=state_of(found),
        is_credit_note=found.kind == DocumentKind.CREDIT_NOTE,
        customer_id=found.customer_id, customer_name=found.customer.name, contract_id=found.contract_id,
        reference=found.contract.reference, entity_id=found.entity_id, entity_name=found.entity.name,
        currency=found.entity.currency,
        run_id=found.run_id, run_month=found.run.month if found.run else None, first=found.period_first,
        last=found.period_last, lines=tuple(line_shown(one) for one in found.lines.order_by("position")),
        taxes=taxes_shown(found.taxes), net=found.net, tax=found.tax, gross=found.gross,
        credits_id=found.credits_id, credits_number=found.credits.number if found.credits else "",
        reason=found.reason, bills_again=found.bills_again, order_number=found.order.number if found.order else "",
        holds=tuple(str(Hold(hold).label) for hold in found.holds),
        may_be_allowed=bool(set(stopped) & MAY_BE_ALLOWED), may_draft_again=found.covers.exists(),
        allowed_reason=found.allowed_reason, allowed_by=name_of(found.allowed_by_id), note=found.note,
        created_at=found.created_at, reviewed_at=found.reviewed_at, reviewed_by=name_of(found.reviewed_by_id),
        issue_on=found.issue_on if found.issue_asked_at else None, refused=found.issue_refused,
        issued_id=found.issued_id, issued_number=found.issued.number if found.issued else "",
        reaches=tuple(reached.order_by("email").values_list("email", flat=True)),
        takes_einvoices=found.customer.takes_einvoices,
    )  # fmt: skip


def line_shown(one: Any) -> LineShown:
    """A line of a draft, or of what was issued."""
    return LineShown(
        one.id, one.description, one.period_first, one.period_last, one.quantity, one.unit, one.unit_price,
        one.tax_rate, one.net,
    )  # fmt: skip


def taxes_shown(said: Any) -> tuple[TaxLine, ...]:
    """Tax by rule, as it is kept."""
    return tuple(TaxLine(Decimal(one["rate"]), Decimal(one["net"]), Decimal(one["tax"])) for one in said)
