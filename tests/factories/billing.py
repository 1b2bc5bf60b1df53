"""Invented companies, customers, prices, contracts and invoices. Everything here is called inside `shared()`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from uuid import UUID, uuid4

NUMBERS = count(1)
AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
GB_PRICES = {
    "platform": {0: "6000.00", 50_000: "9000.00", 100_000: "14000.00", 300_000: "24000.00"},
    "practitioner": {0: "3.20", 200: "2.60", 1000: "1.90"},
    "setup": {0: "4500.00"},
    "dedicated": {0: "18000.00"},
    "training": {0: "750.00"},
}
AU_PRICES = {
    "platform": {0: "12000.00", 500_000: "36000.00", 3_000_000: "120000.00"},
    "practitioner": {0: "6.10", 200: "5.00", 1000: "3.70"},
    "setup": {0: "9000.00"},
    "dedicated": {0: "36000.00"},
    "training": {0: "1450.00"},
}
GB_VAT = "GB980780684"  # a number that passes its check digits, of nobody here
AU_ABN = "51824753556"  # the tax office's own example


def make_entity(country: str = "GB", **given):
    """The company of ours that bills in a country; made once a test and country."""
    from billing.models import LegalEntity

    british = country == "GB"
    found = LegalEntity.objects.filter(country=country).first()
    if found and not given:
        return found
    values = {
        "name": "Patchwork UK" if british else "Patchwork Australia",
        "legal_name": "Patchwork Example Ltd" if british else "Patchwork Example Pty Ltd",
        "street": "1 Example Street" if british else "2 Example Parade",
        "city": "Lichfield" if british else "Melbourne",
        "region": "" if british else "VIC",
        "postcode": "WS13 6XX" if british else "3000",
        "country": country,
        "tax_id": GB_VAT if british else AU_ABN,
        "registration": "01234567" if british else "",
        "endpoint_scheme": "9932" if british else "0151",
        "endpoint_id": GB_VAT if british else AU_ABN,
        "code": "PWUK" if british else "PWAU",
        "currency": "GBP" if british else "AUD",
        "time_zone": "Europe/London" if british else "Australia/Melbourne",
        "email": f"accounts-{country.lower()}@patchwork.example",
        "phone": "020 7946 0018" if british else "(03) 5550 1234",
        "account_name": "Patchwork Example",
        "sort_code": "00-00-00" if british else "000-000",
        "account_number": "00012345",
        "accounts": {},
    }
    return LegalEntity.objects.create(**{**values, **given})


def make_customer(name: str = "", country: str = "GB", **given):
    """A council that pays, with one contact for invoices and reminders."""
    from billing.models import Contact, Customer

    number = next(NUMBERS)
    name = name or f"Council {number}"
    british = country == "GB"
    values = {
        "name": name, "legal_name": f"{name} Council", "street": f"{number} High Street",
        "city": "Brighton" if british else "Geelong", "region": "" if british else "VIC",
        "postcode": "BN1 1AA" if british else "3220", "country": country,
        "tax_id": "" if british else AU_ABN, "endpoint_scheme": "0088" if british else "0151",
        "endpoint_id": "5060123450002" if british else AU_ABN, "buyer_reference": f"CC{number:04}", "created_at": AT,
    }  # fmt: skip
    customer = Customer.objects.create(**{**values, **given})
    Contact.objects.create(
        customer=customer, name=f"Pat Payer {number}", email=f"payments{number}@council{number}.example",
        phone="01632 960123" if british else "(03) 5550 4321",
    )  # fmt: skip
    return customer


def make_book(currency: str = "GBP", valid_from: date = date(2025, 1, 1), prices=None, discounts=None):
    """A published price book. `prices`: kind -> {from quantity: amount}; `discounts`: councils -> per cent."""
    from billing.models import GroupDiscount, Price, PriceBook

    book = PriceBook.objects.create(
        currency=currency, name=f"{currency} {valid_from.year}", valid_from=valid_from, published_at=AT
    )
    for kind, bands in (prices or (GB_PRICES if currency == "GBP" else AU_PRICES)).items():
        for start, amount in bands.items():
            Price.objects.create(book=book, kind=kind, from_quantity=start, amount=Decimal(amount))
    for councils, percent in (discounts or {3: "5.00", 8: "10.00"}).items():
        GroupDiscount.objects.create(book=book, from_councils=councils, percent=Decimal(percent))
    return book


def make_contract(customer=None, *, councils: int = 1, population: int = 90_000, council_ids=(), **given):
    """A contract of one year from 1 January 2026 with so many councils on it."""
    from billing.models import Contract, ContractCouncil

    customer = customer or make_customer()
    values = {
        "reference": f"C-2026-{next(NUMBERS):04}", "customer": customer, "entity": make_entity(customer.country),
        "starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31), "created_at": AT,
    }  # fmt: skip
    contract = Contract.objects.create(**{**values, **given})
    ids = [*council_ids, *(uuid4() for _ in range(councils - len(council_ids)))]
    for number, council_id in enumerate(ids):
        ContractCouncil.objects.create(
            contract=contract, council_id=council_id, name=f"{customer.name} {number + 1}", population=population,
            starts_on=contract.starts_on,
        )  # fmt: skip
    return contract


def make_reading(council_id: UUID, month: date, count: int, **given):
    """A month's reading of a council."""
    from billing.models import UsageReading

    values = {
        "council_id": council_id, "month": month, "count": count, "how": "Counted for a test.", "source": "hand",
        "taken_at": AT,
    }  # fmt: skip
    return UsageReading.objects.create(**{**values, **given})


def make_invoice(contract=None, *, net: str = "100.00", issued_on: date = date(2026, 2, 1), due_on: date | None = None,
                 kind: str = "invoice", **given):  # fmt: skip
    """An issued invoice with one line and 20 or 10 per cent tax, put into the tables directly.

    A credit note is given `kind` and `credits`, its invoice.
    """
    from datetime import timedelta

    from billing.models import Invoice, InvoiceLine

    contract = contract or make_contract()
    entity, customer = contract.entity, contract.customer
    sequence = next(NUMBERS)
    rate = Decimal("20.00") if entity.country == "GB" else Decimal("10.00")
    rule = "gb-standard" if entity.country == "GB" else "au-standard"
    amount = Decimal(net)
    tax = (amount * rate / 100).quantize(Decimal("0.01"))
    values = {
        "number": f"{entity.code}-{issued_on.year}-{sequence:06}", "entity": entity, "year": issued_on.year,
        "sequence": sequence, "kind": kind, "customer": customer, "contract": contract,
        "issued_on": issued_on, "due_on": due_on or issued_on + timedelta(days=30), "tax_point": issued_on,
        "period_first": date(2026, 1, 1), "period_last": date(2026, 1, 31), "currency": entity.currency,
        "net": amount, "tax": tax, "gross": amount + tax,
        "taxes": [{"rule": rule, "category": "S", "rate": str(rate), "net": str(amount), "tax": str(tax)}],
        "seller": as_said(entity), "buyer": as_said(customer), "buyer_reference": customer.buyer_reference,
        "draft_id": uuid4(), "issued_at": AT, "checksum": "0" * 64,
    }  # fmt: skip
    invoice = Invoice.objects.create(**{**values, **given})
    InvoiceLine.objects.create(
        invoice=invoice, position=1, key="2026-01 platform", kind="platform", month=date(2026, 1, 1),
        period_first=invoice.period_first, period_last=invoice.period_last, description="Platform fee, January 2026",
        quantity=1, unit="month", unit_price=amount, net=amount, tax_rule=rule, tax_category="S", tax_rate=rate,
    )  # fmt: skip
    return invoice


def sent(invoice, **given):
    """The invoice, as it reached its customer by mail."""
    from billing.models import Delivery

    values = {"kind": "invoice", "way": "mail", "to": "payments@council.example", "state": "sent", "sent_at": AT}
    Delivery.objects.create(customer=invoice.customer, invoice=invoice, queued_at=AT, **{**values, **given})
    return invoice


def as_said(party) -> dict[str, str]:
    """A party as an invoice keeps it."""
    from billing.parties import as_said as said

    return said(party)
