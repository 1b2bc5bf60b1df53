"""What an invoice or credit note comes to, and what is left of an invoice to credit: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from billing.choices import PriceKind
from billing.money import to_penny, total
from billing.tax import TaxPart, rule_named, taxes_on

NOTHING: Final = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Totals:
    """Net, tax and gross, and the tax by rule as it is stored."""

    net: Decimal
    tax: Decimal
    gross: Decimal
    taxes: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class CreditableLine:
    """A line of an invoice and what is left of it before tax: of a discount's line that is below zero."""

    id: UUID
    kind: str
    tax_rule: str
    net: Decimal
    left: Decimal


def totals(lines: Iterable[tuple[str, Decimal]]) -> Totals:
    """What lines of (tax rule's slug, net) come to."""
    return _totals(taxes_on(lines))


def credit_totals(
    lines: Iterable[tuple[str, Decimal]],
    taxes: Sequence[Mapping[str, Any]],
    credited: Mapping[str, tuple[Decimal, Decimal]],
) -> Totals:
    """What credited lines of (rule, net) come to, so that all credit notes of an invoice together credit its tax.

    `taxes` is the invoice's tax by rule; `credited` the net and tax that earlier credit notes credited by rule. The tax
    is the share of all that is credited so far, rounded, less what was credited before.
    """
    sums: dict[str, Decimal] = {}
    for slug, net in lines:
        sums[slug] = sums.get(slug, NOTHING) + net
    said = {str(part["rule"]): part for part in taxes}
    parts = []
    for slug, net in sums.items():
        rule, whole = rule_named(slug), Decimal(said[slug]["net"])
        before_net, before_tax = credited.get(slug, (NOTHING, NOTHING))
        up_to = to_penny(Decimal(said[slug]["tax"]) * (before_net + net) / whole) if whole else NOTHING
        parts.append(
            TaxPart(slug, rule.scheme, rule.category, rule.rate, net, up_to - before_tax, rule.reason)
        )  # fmt: skip
    return _totals(parts)


def creditable_lines(
    lines: Iterable[tuple[UUID, str, str, Decimal]], credited: Mapping[UUID, Decimal], elsewhere: Decimal
) -> tuple[CreditableLine, ...]:
    """What is left of an invoice's lines of (id, kind, tax rule, net).

    `credited` is what credit notes took of each; `elsewhere` what they took of the invoice as a whole, such as a
    correction of usage: it counts against practitioners first, then against the other lines in their order.
    """
    left = [CreditableLine(one, kind, rule, net, net - credited.get(one, NOTHING)) for one, kind, rule, net in lines]
    taken: dict[UUID, Decimal] = {}
    for line in sorted(left, key=lambda line: line.kind != PriceKind.PRACTITIONER):
        part = min(elsewhere, max(line.left, NOTHING))
        taken[line.id] = part
        elsewhere -= part
    return tuple(
        CreditableLine(line.id, line.kind, line.tax_rule, line.net, line.left - taken[line.id]) for line in left
    )


def _totals(parts: Sequence[TaxPart]) -> Totals:
    net, tax = total(part.net for part in parts), total(part.tax for part in parts)
    return Totals(net, tax, net + tax, [_said(part) for part in parts])


def _said(part: TaxPart) -> dict[str, str]:
    return {
        "rule": part.rule, "scheme": part.scheme, "category": part.category, "rate": f"{part.rate:.2f}",
        "net": f"{part.net:.2f}", "tax": f"{part.tax:.2f}", "reason": part.reason,
    }  # fmt: skip
