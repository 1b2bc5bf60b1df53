"""What tax falls on a sale, by rules with dates: data, newest last. Rates are per cent.

Sources: VAT Act 1994 s.2(1) and the Finance (No. 2) Act 2010 s.3 (20 per cent from 4 January 2011); A New Tax System
(Goods and Services Tax Imposition) Acts 1999 (10 per cent from 1 July 2000). A supply of services to a business
customer elsewhere is outside the scope of the seller's tax (VAT Act 1994 s.7A; GST Act 1999 s.9-25 and s.38-190).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from billing.money import to_penny, total

HERE: Final = "here"
ABROAD: Final = "abroad"


@dataclass(frozen=True, slots=True)
class TaxRule:
    """A rule: the seller's country, whether the buyer sits there too, from and until when, and what it says.

    `category` is of UNCL 5305 (S standard, O outside the scope); `scheme` is VAT or GST; `reason` stands on the
    invoice where no tax is charged.
    """

    slug: str
    seller: str
    where: str
    scheme: str
    category: str
    rate: Decimal
    valid_from: date
    valid_until: date | None = None
    reason: str = ""


RULES: Final = (
    TaxRule("gb-standard-2010", "GB", HERE, "VAT", "S", Decimal("17.50"), date(2010, 1, 1), date(2011, 1, 3)),
    TaxRule("gb-standard", "GB", HERE, "VAT", "S", Decimal("20.00"), date(2011, 1, 4)),
    TaxRule("au-standard", "AU", HERE, "GST", "S", Decimal("10.00"), date(2000, 7, 1)),
    TaxRule(
        "gb-abroad", "GB", ABROAD, "VAT", "O", Decimal("0.00"), date(2010, 1, 1),
        reason="Outside the scope of UK VAT: services to a business customer outside the UK",
    ),
    TaxRule(
        "au-abroad", "AU", ABROAD, "GST", "O", Decimal("0.00"), date(2000, 7, 1),
        reason="No GST: services to a business customer outside Australia",
    ),
)  # fmt: skip


class NoTaxRule(LookupError):
    """No rule says what tax falls on a sale from there to there on that day."""


@dataclass(frozen=True, slots=True)
class TaxPart:
    """The tax of all lines under one rule: worked out on their sum and rounded once."""

    rule: str
    scheme: str
    category: str
    rate: Decimal
    net: Decimal
    tax: Decimal
    reason: str = ""


def rule_for(*, seller: str, buyer: str, on: date) -> TaxRule:
    """The rule for a sale from a country to a country with a tax point on a day. Raises NoTaxRule."""
    for rule in reversed(RULES):
        in_time = rule.valid_from <= on and (rule.valid_until is None or on <= rule.valid_until)
        if rule.seller == seller and rule.where == (HERE if seller == buyer else ABROAD) and in_time:
            return rule
    raise NoTaxRule(f"No tax rule for a sale from {seller} to {buyer} on {on}.")


def rule_named(slug: str) -> TaxRule:
    """A rule by its slug. Raises NoTaxRule."""
    for rule in RULES:
        if rule.slug == slug:
            return rule
    raise NoTaxRule(f"No tax rule is called {slug}.")


def taxes_on(lines: Iterable[tuple[str, Decimal]]) -> tuple[TaxPart, ...]:
    """The tax parts of lines of (rule's slug, net): one a rule, in the order in which rules first appear."""
    sums: dict[str, list[Decimal]] = {}
    for slug, net in lines:
        sums.setdefault(slug, []).append(net)
    parts = []
    for slug, nets in sums.items():
        rule, net = rule_named(slug), total(nets)
        tax = to_penny(net * rule.rate / 100)
        parts.append(TaxPart(rule.slug, rule.scheme, rule.category, rule.rate, net, tax, rule.reason))
    return tuple(parts)
