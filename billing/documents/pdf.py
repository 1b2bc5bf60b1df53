"""Invoices, credit notes and statements as pages that become a PDF (ui.pdf): everything they say is put together here.

An invoice's page says what was issued and nothing of today. It is in English whatever the reader's language is: it is
the document itself, and has to be the same for everyone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, Final

from django.template.loader import render_to_string
from django.utils.translation import override

from billing.choices import Country, DocumentKind
from billing.models import Invoice, InvoiceLine
from billing.money import SIGNS, written
from billing.tax import rule_named

LANGUAGE: Final = "en-gb"
CENT: Final = 2

_TITLES: Final[Mapping[tuple[str, str], str]] = {
    (Country.GB, DocumentKind.INVOICE): "Invoice",
    (Country.GB, DocumentKind.CREDIT_NOTE): "Credit note",
    (Country.AU, DocumentKind.INVOICE): "Tax invoice",
    (Country.AU, DocumentKind.CREDIT_NOTE): "Adjustment note (credit note)",
}
"""What the law calls each: GST Act 1999 s.29-70 and s.29-75; VAT Regulations 1995 reg. 14 and 15C."""


@dataclass(frozen=True, slots=True)
class PartyWords:
    """A party as it is printed: its lines of address and its numbers by their names."""

    name: str
    lines: tuple[str, ...]
    numbers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class LineWords:
    """A line as it is printed."""

    description: str
    period: str
    quantity: str
    price: str
    rate: str
    net: str


def title_of(invoice: Invoice) -> str:
    """What an invoice or credit note is called where its seller sits."""
    return _TITLES[invoice.seller["country"], invoice.kind]


def invoice_html(invoice: Invoice) -> str:
    """The page of an issued invoice or credit note, from the invoice, its lines and the invoice it credits."""
    money = partial(written, currency=invoice.currency)
    scheme = "VAT" if invoice.seller["country"] == Country.GB else "GST"
    with override(LANGUAGE):
        said = {
            "invoice": invoice,
            "title": title_of(invoice),
            "is_credit": invoice.kind == DocumentKind.CREDIT_NOTE,
            "scheme": scheme,
            "seller": party_words(invoice.seller),
            "buyer": party_words(invoice.buyer),
            "facts": _facts(invoice),
            "lines": [_line(line, invoice.currency) for line in invoice.lines.order_by("position")],
            "taxes": _taxes(invoice, scheme),
            "net": money(invoice.net),
            "gross": money(invoice.gross),
            "account": account_words(invoice.seller, invoice.number),
        }
        return render_to_string("billing/invoice_pdf.html", said, using="jinja2")


def statement_html(statement: Any) -> str:
    """The page of a statement (billing.queries.statements.Statement, which stands above this room)."""
    with override(LANGUAGE):
        said = {
            "statement": statement,
            "seller": party_words(statement.seller),
            "buyer": party_words(statement.buyer),
            "account": account_words(statement.seller, ""),
            "money": statement.written,
            "owes": statement.closing > 0,
        }
        return render_to_string("billing/statement_pdf.html", said, using="jinja2")


def party_words(said: Mapping[str, str]) -> PartyWords:
    """A party as an invoice keeps it, for print."""
    is_british = said["country"] == Country.GB
    town = [said["city"], said["region"], said["postcode"]]
    towns = town if is_british else [" ".join(part for part in town if part)]
    lines = [said["street"], said["street_2"], *towns, Country(said["country"]).label]
    numbers = [
        ("VAT number" if is_british else "ABN", tax_number(said["tax_id"])),
        ("Company number", said["registration"]),
    ]
    return PartyWords(
        said["legal_name"], tuple(line for line in lines if line), tuple((name, no) for name, no in numbers if no)
    )


def account_words(seller: Mapping[str, str], reference: str) -> tuple[tuple[str, str], ...]:
    """Where to pay and with which words, by name."""
    rows = (
        ("Account name", seller.get("account_name", "")),
        ("Sort code" if seller["country"] == Country.GB else "BSB", seller.get("sort_code", "")),
        ("Account number", seller.get("account_number", "")),
        ("IBAN", seller.get("iban", "")),
        ("Reference", reference),
    )
    return tuple((name, value) for name, value in rows if value)


def tax_number(number: str) -> str:
    """A VAT number or an ABN in groups, as people write it: GB 980 7806 84, 51 824 753 556."""
    if number.startswith("GB") and len(number) == len("GB980780684"):
        return f"GB {number[2:5]} {number[5:9]} {number[9:]}"
    if number.isdigit() and len(number) == len("51824753556"):
        return f"{number[:2]} {number[2:5]} {number[5:8]} {number[8:]}"
    return number


def plain(number: Decimal, least_places: int = 0) -> str:
    """A number without needless noughts: 200, 1.5, 3.20 with two places at least."""
    whole, _, places = f"{number:,f}".partition(".")
    places = places.rstrip("0").ljust(least_places, "0")
    return f"{whole}.{places}" if places else whole


def _facts(invoice: Invoice) -> list[tuple[str, Any]]:
    """What stands at the head, by name: texts and days."""
    credited = invoice.credits
    rows: Iterable[tuple[str, Any]] = (
        ("Number", invoice.number),
        ("Date", invoice.issued_on),
        ("Tax point", invoice.tax_point),
        ("Due", None if invoice.kind == DocumentKind.CREDIT_NOTE else invoice.due_on),
        ("Credits", f"{credited.number} of {_day(credited.issued_on)}" if credited else ""),
        ("Purchase order", invoice.order_number),
        ("Your reference", invoice.buyer_reference),
        ("Contract", invoice.contract.reference),
        ("Our e-mail", invoice.seller.get("email", "")),
        ("Our phone", invoice.seller.get("phone", "")),
    )
    return [(name, value) for name, value in rows if value]


def _line(line: InvoiceLine, currency: str) -> LineWords:
    sign = "-" if line.unit_price < 0 else ""
    price = f"{sign}{SIGNS.get(currency, currency + ' ')}{plain(abs(line.unit_price), CENT)}"
    first, last = line.period_first, line.period_last
    period = _day(first) if first == last else f"{_day(first)} to {_day(last)}"
    return LineWords(
        line.description, period, plain(line.quantity), price,
        "none" if line.tax_category == "O" else f"{plain(line.tax_rate)}%", written(line.net, currency),
    )  # fmt: skip


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _taxes(invoice: Invoice, scheme: str) -> list[tuple[str, str, str]]:
    """A row a rule: what is charged on how much, and the tax; of what is outside the scope, why."""
    money = partial(written, currency=invoice.currency)
    rows = []
    for part in invoice.taxes:
        net, rate = Decimal(str(part["net"])), Decimal(str(part["rate"]))
        name = rule_named(part["rule"]).reason if part["category"] == "O" else f"{scheme} at {plain(rate)}%"
        rows.append((name, f"on {money(net)}", money(Decimal(str(part["tax"])))))
    return rows
