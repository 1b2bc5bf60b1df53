"""What is left of an issued invoice to credit, and what its credit notes credited so far."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from billing.choices import DocumentKind
from billing.errors import NotThere
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
    drafted = DraftLine.objects.filter(draft__credits=invoice, draft__issued=None).exclude(draft=but)
    for line_id, net in [*credited, *(drafted.values_list("credits_id", "net") if with_drafts else ())]:
        if line_id:
            taken[line_id] += net
        else:
            elsewhere += net
    notes = list(Invoice.objects.filter(credits=invoice).values_list("taxes", flat=True))
    if with_drafts:
        notes += Draft.objects.filter(credits=invoice, issued=None).exclude(id=but).values_list("taxes", flat=True)
    by_rule: dict[str, tuple[Decimal, Decimal]] = {}
    for part in (part for taxes in notes for part in taxes):
        net, tax = by_rule.get(part["rule"], (NOTHING, NOTHING))
        by_rule[part["rule"]] = (net + Decimal(part["net"]), tax + Decimal(part["tax"]))
    lines = creditable_lines(((row.id, row.kind, row.tax_rule, row.net) for row in rows), taken, elsewhere)
    return Creditable(invoice, rows, lines, by_rule)
