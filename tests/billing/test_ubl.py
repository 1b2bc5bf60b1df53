"""Electronic invoices: the schema, the official rules of EN 16931 and Peppol, and PINT A-NZ's own requirements."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.documents.ubl import what_is_missing, xml_of
from billing.errors import NotPossible
from billing.money import to_penny
from tests.billing import einvoices as make

LINES = {
    "one fee": [make.line(1, "500.00")],
    "a discount of its own line": [make.line(1, "500.00"), make.line(2, "-25.00", quantity="-1", price="25.00")],
    "practitioners by band": [
        make.line(1, "640.00", quantity="200", price="3.20", unit="practitioner"),
        make.line(2, "7.80", quantity="3", price="2.60", unit="practitioner"),
    ],
    "a part of a month whose price would not round": [
        make.line(1, "193.55", quantity="1", price="500.00"),
        make.line(2, "106.67", quantity="7", price="15.2381"),
        make.line(3, "-9.68", quantity="-1", price="9.6774"),
    ],
    "a negative price": [make.line(1, "500.00"), make.line(2, "-12.34", quantity="1", price="-12.34")],
    "nothing to pay": [make.line(1, "80.00"), make.line(2, "-80.00", quantity="-1", price="80.00")],
    "two rates": [make.line(1, "117.53"), make.line(2, "33.33", rule="gb-standard-2010")],
    "odd characters": [
        make.line(1, "10.00", description="Môn & <Sir> \"Ynys\" 'x' ]]> \u200f 東京 \U0001f9e9 a\u0007b \ufffe"),
        make.line(2, "10.00", description="   "),
    ],
    "the greatest amount": [make.line(1, "99999999.99"), make.line(2, "0.01"), make.line(3, "0.00", quantity="0")],
}


@pytest.mark.parametrize("lines", LINES.values(), ids=LINES)
def test_every_kind_of_british_invoice_obeys_the_schema_and_the_published_rules(lines):
    assert make.faults(xml_of(make.invoice(lines), lines)) == []


@pytest.mark.parametrize("lines", LINES.values(), ids=LINES)
def test_every_kind_of_british_credit_note_obeys_the_schema_and_the_published_rules(lines):
    note = make.credit_note(lines, make.invoice(lines))
    xml = xml_of(note, lines)
    assert make.faults(xml) == []
    assert make.value(xml, "//cac:BillingReference//cbc:ID") == "PWGB-2026-000001"


def test_what_is_outside_the_scope_of_vat_says_why_and_names_no_vat_number():
    lines = [make.line(1, "500.00", rule="gb-abroad"), make.line(2, "-5.00", quantity="-1", rule="gb-abroad")]
    xml = xml_of(make.invoice(lines, buyer=make.buyer("AU")), lines)
    assert make.faults(xml) == []
    assert make.value(xml, "//cac:TaxSubtotal//cbc:TaxExemptionReason").startswith("Outside the scope of UK VAT")
    assert "cac:PartyTaxScheme" not in xml
    assert make.value(xml, "//cac:AccountingCustomerParty//cac:PartyLegalEntity/cbc:CompanyID") == "83914571673"


@pytest.mark.parametrize("kind", ["invoice", "credit note"])
@pytest.mark.parametrize("name", [name for name in LINES if name != "two rates"])
def test_every_kind_of_australian_document_obeys_en_16931_and_what_a_nz_asks(name, kind):
    lines = LINES[name]
    for one in lines:
        one.tax_rule, one.tax_rate = "au-standard", Decimal("10.00")
    try:
        said = make.invoice(lines, "AU")
        xml = xml_of(make.credit_note(lines, said, "AU") if kind == "credit note" else said, lines)
    finally:
        for one in lines:
            one.tax_rule, one.tax_rate = "gb-standard", Decimal("20.00")
    assert make.faults_as_gst(xml) == []
    assert make.value(xml, "/*/cbc:Note").startswith("Adjustment note" if kind == "credit note" else "Tax invoice")


def test_an_australian_invoice_to_someone_abroad_has_no_gst():
    lines = [make.line(1, "500.00", rule="au-abroad")]
    xml = xml_of(make.invoice(lines, "AU", buyer=make.buyer("GB")), lines)
    assert make.faults_as_gst(xml) == []
    assert make.value(xml, "//cac:TaxSubtotal/cac:TaxCategory/cbc:ID") == "O"


def broken(xml: str, what: str, by: str) -> str:
    assert xml.count(what) >= 1
    return xml.replace(what, by, 1)


@pytest.mark.parametrize(
    ("what", "by", "rule"),
    [
        (">600.00</cbc:TaxInclusiveAmount>", ">600.01</cbc:TaxInclusiveAmount>", "BR-CO-15"),
        (">500.00</cbc:LineExtensionAmount>", ">500.01</cbc:LineExtensionAmount>", "BR-CO-10"),
        (">500.00</cbc:PriceAmount>", ">499.00</cbc:PriceAmount>", "PEPPOL-EN16931-R120"),
        ("<cbc:BuyerReference>CC0001</cbc:BuyerReference>", "", "PEPPOL-EN16931-R003"),
        ("poacc:billing:01:1.0", "poacc:billing:1.0", "PEPPOL-EN16931-R007"),
        (">5060123450002<", ">5060123450008<", "PEPPOL-COMMON-R040"),
        ("<cbc:DueDate>2026-12-02</cbc:DueDate>", "<cbc:DueDate>soon</cbc:DueDate>", "not a valid value"),
    ],
)
def test_a_document_that_breaks_a_rule_is_found_out(what, by, rule):
    xml = xml_of(make.invoice(LINES["one fee"]), LINES["one fee"])
    assert make.faults(xml) == []
    bad = broken(xml, what, by)
    try:
        told = make.faults(bad)
    except Exception as error:  # noqa: BLE001 -- Saxon stops at a date that is none; the schema has said so before
        told = [*make.validate_xsd(bad.encode())[1], str(error)]
    assert any(rule in one for one in told), told


@pytest.mark.parametrize(
    ("what", "by", "rule"),
    [
        ("@aunz-1", "@sg-1", "aligned-ibrp-001-aunz"),
        ('schemeID="0151">51824753556</cbc:CompanyID>', ">51824753556</cbc:CompanyID>", "aligned-ibr-001-aunz"),
        ("<cbc:ID>GST</cbc:ID></cac:TaxScheme></cac:TaxCategory>",
         "<cbc:ID>VAT</cbc:ID></cac:TaxScheme></cac:TaxCategory>", "aligned-ibrp-047-aunz"),
        (">500.00</cbc:PriceAmount>", ">499.00</cbc:PriceAmount>", "aligned-ibrp-053"),
    ],
)  # fmt: skip
def test_an_australian_document_that_breaks_a_rule_is_found_out(what, by, rule):
    lines = [make.line(1, "500.00", rule="au-standard")]
    xml = xml_of(make.invoice(lines, "AU"), lines)
    assert make.faults_as_gst(xml) == []
    found = make.faults_as_gst(broken(re.sub(r">\s+<", "><", xml), what, by))
    assert any(one.startswith(rule) for one in found), found


def test_what_is_billed_late_lies_within_the_period_of_the_document():
    late = make.line(2, "40.00")
    late.period_first, late.period_last = date(2026, 8, 1), date(2026, 8, 31)
    lines = [make.line(1, "500.00"), late]
    xml = xml_of(make.invoice(lines), lines)
    assert make.faults(xml) == []
    assert make.value(xml, "/*/cac:InvoicePeriod/cbc:StartDate") == "2026-08-01"


def test_the_lines_stand_in_their_order_and_the_same_invoice_is_the_same_text():
    lines = LINES["practitioners by band"]
    assert xml_of(make.invoice(lines), lines) == xml_of(make.invoice(lines), lines[::-1])


def test_an_order_and_where_to_pay_are_said():
    lines = LINES["one fee"]
    said = make.invoice(lines, order_number="PO-7781", buyer_reference="", terms="Thirty days.")
    xml = xml_of(said, lines)
    assert make.faults(xml) == []
    assert make.value(xml, "//cac:OrderReference/cbc:ID") == "PO-7781"
    assert make.value(xml, "//cac:PaymentMeans/cbc:PaymentID") == "PWGB-2026-000001"
    assert make.value(xml, "//cac:PayeeFinancialAccount/cbc:ID") == "00012345"
    assert make.value(xml, "//cac:PaymentTerms/cbc:Note") == "Due on 2 December 2026. Thirty days."


def test_a_customer_without_an_address_in_the_network_is_told_of_in_a_sentence():
    lines = LINES["one fee"]
    said = make.invoice(lines, buyer=make.buyer(endpoint_id=""), buyer_reference=" ")
    with pytest.raises(NotPossible) as refused:
        xml_of(said, lines)
    assert str(refused.value) == (
        "An electronic invoice needs more: the customer's address in the Peppol network; "
        "the customer's reference or a purchase order."
    )


def test_an_australian_customer_needs_its_abn():
    assert what_is_missing(make.seller("AU"), make.buyer("AU", tax_id=""), reference="x") == ("the customer's ABN",)
    assert what_is_missing(make.seller("AU"), make.buyer("AU"), reference="x") == ()


AMOUNTS = st.decimals(Decimal("0.00"), Decimal("250000.00"), places=2)
PRICES = st.decimals(Decimal("0.0000"), Decimal("9999.9999"), places=4)
QUANTITIES = st.decimals(Decimal("-50.00"), Decimal("2000.00"), places=2)


@settings(max_examples=60, deadline=None)
@given(
    parts=st.lists(st.tuples(QUANTITIES, PRICES, st.booleans(), AMOUNTS), min_size=1, max_size=12),
    first=AMOUNTS, country=st.sampled_from(["GB", "AU"]), is_credit=st.booleans(),
    words=st.text(st.characters(codec="utf-8"), max_size=60),
)  # fmt: skip
def test_any_lines_make_a_valid_document(parts, first, country, is_credit, words):
    rule = "gb-standard" if country == "GB" else "au-standard"
    lines = [
        make.line(number, str(net if is_share else to_penny(quantity * price)), str(quantity), str(price), rule, words)
        for number, (quantity, price, is_share, net) in enumerate(parts, start=1)
    ]
    # What is issued is never below zero: the first line makes up for all the others.
    owed = sum((-one.net for one in lines), Decimal("0.00"))
    lines.append(make.line(len(lines) + 1, str(max(owed, Decimal(0)) + first), rule=rule))
    said = make.invoice(lines, country, note=words)
    xml = xml_of(make.credit_note(lines, said, country) if is_credit else said, lines)
    assert (make.faults(xml) if country == "GB" else make.faults_as_gst(xml)) == []
    assert Decimal(make.value(xml, "//cbc:PayableAmount")) == said.gross
