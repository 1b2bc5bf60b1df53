"""Issuing: a draft becomes an invoice or credit note with the next number, in one transaction, and never changes again.

Locks are taken in one order everywhere: contract, draft, customer, series of numbers (the customer's also where it is
not needed: the invoice's key to it waits for whoever holds it). So a number is used or it is not
there: whoever is killed before the end leaves neither a gap nor a half invoice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from billing.actions.crediting import released
from billing.actions.drafting import CHANGED, locked_draft
from billing.actions.payments import allocate_credit
from billing.choices import DocumentKind, Hold
from billing.documents.ubl import xml_of
from billing.errors import BadValue, BillingError, ChangedMeanwhile, NotPossible
from billing.models import Covered, Customer, Draft, DraftLine, Invoice, InvoiceLine, LegalEntity, NumberSeries
from billing.numbers import checksum_of, number_of
from billing.parties import as_said
from billing.queries.holds import stops
from billing.queries.recheck import holds_now
from tenants.context import SHARED_ALIAS, shared


@dataclass(slots=True)
class Issued:
    """What came of issuing many: numbers by draft, and why others were not issued."""

    numbers: dict[UUID, str] = field(default_factory=dict)
    refused: dict[UUID, str] = field(default_factory=dict)


@transaction.atomic(using=SHARED_ALIAS)
def issue(*, draft_id: UUID, on: date, by: UUID | None, at: datetime) -> Invoice:
    """Issue a reviewed draft on a day, which is neither in the future nor before that of the last number.

    Nor is it before the last day that is billed, or that of the invoice that is credited.

    Raises NotThere, NotPossible, ChangedMeanwhile (issued already, or drafted from what is no longer so), BadValue.
    """
    draft = locked_draft(draft_id)
    if draft.reviewed_at is None:
        raise NotPossible("Review the draft first.")
    if on > at.astimezone(ZoneInfo(draft.entity.time_zone)).date():
        raise BadValue("on", "An invoice can't be issued on a day that is still to come.")
    held = stops(holds_now(draft, on=on), is_allowed=bool(draft.allowed_reason))
    if Hold.CHANGED in held:
        raise ChangedMeanwhile(CHANGED)
    if held:
        raise NotPossible("It can't be issued: " + "; ".join(Hold(hold).label.lower() for hold in held) + ".")
    Customer.objects.select_for_update().get(id=draft.customer_id)
    require_day(draft, on)
    series = _locked_series(draft.entity, on)
    invoice = _invoice_of(draft, series, on=on, by=by, at=at)
    lines = [_line_of(invoice, line) for line in DraftLine.objects.filter(draft=draft).order_by("position")]
    if draft.customer.takes_einvoices:
        invoice.xml = xml_of(invoice, lines)
    invoice.checksum = checksum_of(invoice, lines)
    invoice.save(force_insert=True)
    InvoiceLine.objects.bulk_create(lines)
    _settle(draft, invoice, by=by, at=at)
    return invoice


def issue_many(*, draft_ids: Iterable[UUID], on: date, by: UUID | None, at: datetime) -> Issued:
    """Issue drafts, each in a transaction of its own: one that is refused leaves the others none the worse.

    Outside of every scope. One that someone else issued meanwhile is no refusal.
    """
    said = Issued()
    for draft_id in draft_ids:
        try:
            with shared():
                said.numbers[draft_id] = issue(draft_id=draft_id, on=on, by=by, at=at).number
        except BillingError as refused:
            with shared():
                if not Draft.objects.filter(id=draft_id, issued__isnull=False).exists():
                    said.refused[draft_id] = str(refused)
                    if isinstance(refused, ChangedMeanwhile):
                        hold_changed(draft_id)
    return said


def hold_changed(draft_id: UUID) -> None:
    """Write down that a draft is no longer what it says, and must be drafted again."""
    draft = Draft.objects.select_for_update().filter(id=draft_id, issued=None).first()
    if draft and Hold.CHANGED not in draft.holds:
        draft.holds = [*draft.holds, Hold.CHANGED.value]
        draft.save(update_fields=["holds"])


def require_day(draft: Draft, on: date) -> None:
    """Raises BadValue for a day before what is billed was supplied, or before the invoice that is credited."""
    if draft.credits:
        first, why = draft.credits.issued_on, f"{draft.credits.number}, which it credits, was issued"
    else:
        first, why = draft.period_last, "What it bills was supplied until"
    if on < first:
        said = f"{first.day} {first:%B %Y}"
        raise BadValue("on", f"{why} {'on ' if draft.credits else ''}{said}: choose that day or a later one.")


def _locked_series(entity: LegalEntity, on: date) -> NumberSeries:
    """The series of an entity and year, one number on. Raises BadValue when a later number bears a later date."""
    NumberSeries.objects.bulk_create([NumberSeries(entity=entity, year=on.year)], ignore_conflicts=True)
    series = NumberSeries.objects.select_for_update().get(entity=entity, year=on.year)
    last = NumberSeries.objects.filter(entity=entity, last_issued_on__gt=on).order_by("-last_issued_on").first()
    if last and last.last_issued_on:
        day = last.last_issued_on
        raise BadValue("on", f"Something was issued on {day.day} {day:%B %Y} already: choose that day or a later one.")
    series.last += 1
    series.last_issued_on = on
    series.save(update_fields=["last", "last_issued_on"])
    return series


def _invoice_of(draft: Draft, series: NumberSeries, *, on: date, by: UUID | None, at: datetime) -> Invoice:
    is_credit = draft.kind == DocumentKind.CREDIT_NOTE
    credited = draft.credits if is_credit else None
    days = draft.contract.payment_days
    order = credited.order if credited else draft.order
    said: Mapping[str, Any] = {
        "number": number_of(draft.entity.code, series.year, series.last), "entity": draft.entity, "year": series.year,
        "sequence": series.last, "kind": draft.kind, "customer": draft.customer, "contract": draft.contract,
        "credits": credited, "reason": draft.reason, "issued_on": on,
        "due_on": on if is_credit else on + timedelta(days=draft.entity.payment_days if days is None else days),
        "tax_point": min(draft.period_last, on), "period_first": draft.period_first, "period_last": draft.period_last,
        "currency": draft.entity.currency, "net": draft.net, "tax": draft.tax, "gross": draft.gross,
        "taxes": draft.taxes, "seller": as_said(draft.entity), "buyer": as_said(draft.customer),
        "order": order, "order_number": order.number if order else "",
        "buyer_reference": draft.customer.buyer_reference, "terms": draft.contract.terms, "note": draft.note,
        "draft_id": draft.id, "run_id": draft.run_id, "issued_at": at, "issued_by_id": by,
    }  # fmt: skip
    return Invoice(**said)


def _line_of(invoice: Invoice, line: DraftLine) -> InvoiceLine:
    """A draft's line as it is issued."""
    names = (
        "position", "key", "kind", "council_id", "charge_id", "credits_id", "month", "period_first", "period_last",
        "description", "quantity", "unit", "unit_price", "net", "tax_rule", "tax_category", "tax_rate",
    )  # fmt: skip
    return InvoiceLine(invoice=invoice, **{name: getattr(line, name) for name in names})


def _settle(draft: Draft, invoice: Invoice, *, by: UUID | None, at: datetime) -> None:
    """What a draft billed is billed by the invoice now; what a credit note has billed again is due again."""
    Covered.objects.filter(draft=draft).update(draft=None, invoice=invoice)
    if draft.bills_again and invoice.credits_id:
        released(invoice.credits_id, at=at)
    draft.issued, draft.issue_refused = invoice, ""
    draft.save(update_fields=["issued", "issue_refused"])
    if invoice.kind == DocumentKind.CREDIT_NOTE and invoice.gross:
        allocate_credit(invoice, by=by, at=at)
