"""What is drafted and issued as finance does it, in both countries, is an electronic invoice that the rules accept."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from billing.actions.crediting import draft_credit
from billing.documents.pdf import invoice_html
from billing.models import Charge, Customer, Discount, Invoice, PurchaseOrder
from billing.money import written
from tenants.context import shared
from tests.billing.einvoices import faults, faults_as_gst, value
from tests.billing.runs import AT, billed, issued, read
from tests.factories.billing import make_book, make_contract, make_customer

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

FEB = date(2026, 2, 1)
RULES = {"GB": faults, "AU": faults_as_gst}


@pytest.fixture(params=["GB", "AU"])
def world(request, db):
    """A county's contract that began on 15 January: discounts, bands, a charge, an order, a part of a month."""
    with shared():
        make_book("GBP" if request.param == "GB" else "AUD")
        customer = make_customer("Ynys & <Môn>", request.param, takes_einvoices=True)
        contract = make_contract(customer, councils=3, starts_on=date(2026, 1, 15))
        Discount.objects.create(contract=contract, percent="7.35", from_on=date(2026, 2, 10), reason="First year")
        PurchaseOrder.objects.create(contract=contract, number="PO 7781", valid_from=date(2026, 1, 1))
        Charge.objects.create(
            contract=contract, kind="training", description="Training", on=FEB, quantity="1.50", created_at=AT
        )
        read(contract, date(2026, 1, 1), 217)
        read(contract, FEB, 1231)
        yield contract, RULES[request.param]


def credit(invoice, amounts=None) -> Invoice:
    return issued(
        draft_credit(invoice_id=invoice.id, amounts=amounts, reason="Counted twice.", bills_again=False, at=AT)
    )


def test_an_invoice_and_all_its_credit_notes_obey_the_rules_and_come_to_nothing(world):
    contract, broken = world
    invoice = billed(contract, FEB)
    assert invoice.lines.count() > 15
    assert broken(invoice.xml) == []
    first = invoice.lines.order_by("position").first()
    notes = [credit(invoice, {first.id: Decimal(amount)}) for amount in ("0.01", "33.33")]
    notes.append(credit(invoice))
    for note in notes:
        assert broken(note.xml) == []
        assert value(note.xml, "//cac:BillingReference//cbc:ID") == invoice.number
    paid = [Decimal(value(one.xml, "//cbc:PayableAmount")) for one in (invoice, *notes)]
    assert paid[0] == invoice.gross == sum(paid[1:])


def test_the_electronic_form_and_the_page_say_the_same(world):
    contract, _broken = world
    invoice = billed(contract, FEB)
    page = invoice_html(invoice)
    assert value(invoice.xml, "/*/cbc:ID") == invoice.number
    assert value(invoice.xml, "//cac:OrderReference/cbc:ID") == "PO 7781"
    assert value(invoice.xml, "//cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount") == str(invoice.gross)
    assert int(float(value(invoice.xml, "count(//cac:InvoiceLine)"))) == invoice.lines.count()
    for line in invoice.lines.all():
        assert written(line.net, invoice.currency) in page
    assert all(words in page for words in (invoice.number, "PO 7781", written(invoice.gross, invoice.currency)))


def test_who_takes_none_has_none(world):
    contract, _broken = world
    Customer.objects.update(takes_einvoices=False)
    assert billed(contract, FEB).xml == ""
