"""What is left of an issued invoice to credit, and what its credit notes credited so far."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from billing.choices import DocumentKind
from billing.errors import ChangedMeanwhile, NotThere
from billing.models import Draft, DraftLine, Invoice, InvoiceLine
from billing.money import total
from billing.totals import NOTHING, CreditableLine, Totals, credit_totals, creditable_lines


@dataclass(frozen=True, slots=True)
class Creditable:
    """An invoice and what is left of it. `credited` is by tax rule: the net and tax of its credit notes."""

    invoice: Invoice
    rows: tuple[InvoiceLine, ...]
    lines: tuple[CreditableLine, ...]
    credited: dict[str, tuple[Decimal, Decimal]]

    @property
    def left(self) -> Decimal:
        """What is left before tax."""
        return total(line.left for line in self.lines)

    def totals(self, lines: list[tuple[str, Decimal]]) -> Totals:
        """What crediting lines of (tax rule, net) comes to."""
        return credit_totals(lines, self.invoice.taxes, self.credited)


def creditable_of(invoice_id: UUID, *, but: UUID | None = None, with_drafts: bool = True) -> Creditable:
    """What is left of an invoice, in at most five queries. Raises NotThere.

    With drafts, what open credit notes will take is gone already; `but` is a draft that does not count.
    """
    invoice = Invoice.objects.filter(id=invoice_id, kind=DocumentKind.INVOICE).first()
    if invoice is None:
        raise NotThere("There is no invoice of that kind.")
    rows = tuple(InvoiceLine.objects.filter(invoice=invoice).order_by("position"))
    taken: dict[UUID, Decimal] = defaultdict(Decimal)
    elsewhere = NOTHING
    credited = InvoiceLine.objects.filter(invoice__credits=invoice).values_list("credits_id", "net")
    lines_taken = list(credited)
    notes = list(Invoice.objects.filter(credits=invoice).values_list("taxes", flat=True))
    if with_drafts:
        drafts = Draft.objects.filter(credits=invoice, issued=None)
        waiting = {one: taxes for one, taxes in drafts.values_list("id", "taxes") if one != but}
        notes += waiting.values()
        lines_taken += DraftLine.objects.filter(draft__in=waiting).values_list("credits_id", "net")
    for line_id, net in lines_taken:
        if line_id:
            taken[line_id] += net
        else:
            elsewhere += net
    by_rule: dict[str, tuple[Decimal, Decimal]] = {}
    for part in (part for taxes in notes for part in taxes):
        net, tax = by_rule.get(part["rule"], (NOTHING, NOTHING))
        by_rule[part["rule"]] = (net + Decimal(part["net"]), tax + Decimal(part["tax"]))
    lines = creditable_lines(((row.id, row.kind, row.tax_rule, row.net) for row in rows), taken, elsewhere)
    return Creditable(invoice, rows, lines, by_rule)


def require_creditable(draft: Draft) -> None:
    """Whether an open credit note still credits no more than is left, with the tax it says. Raises ChangedMeanwhile."""
    if draft.credits_id is None:
        raise ChangedMeanwhile("It credits no invoice.")
    credited = creditable_of(draft.credits_id, but=draft.id, with_drafts=False)
    lines = list(DraftLine.objects.filter(draft=draft).order_by("position"))
    left = {line.id: line.left for line in credited.lines}
    is_over = any(
        line.credits_id and not fits(line.net, left[line.credits_id]) for line in lines
    ) or draft.net > max(credited.left, Decimal(0))  # fmt: skip
    if is_over or (draft.bills_again and draft.net != credited.left):
        raise ChangedMeanwhile("The invoice was credited meanwhile. Discard this credit note and draft another.")
    sums = credited.totals([(line.tax_rule, line.net) for line in lines])
    if (sums.net, sums.tax, sums.gross) != (draft.net, draft.tax, draft.gross):
        raise ChangedMeanwhile("The invoice was credited meanwhile. Discard this credit note and draft another.")


def fits(amount: Decimal, left: Decimal) -> bool:
    """Whether an amount is a part of what is left: of a discount, which is below zero, as well."""
    return 0 <= amount <= left if left >= 0 else left <= amount <= 0
