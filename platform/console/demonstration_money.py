"""What a demonstration's money consists of: invented companies, customers, prices and counts. Data alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

REMINDER_DAYS: Final = [7, 21, 45]

ENTITIES: Final[tuple[Mapping[str, Any], ...]] = (
    {
        "name": "Patchwork UK", "legal_name": "Patchwork Example Ltd", "street": "1 Example Street",
        "city": "Lichfield", "postcode": "WS13 6XX", "country": "GB", "tax_id": "GB980780684",
        "registration": "01234567", "endpoint_scheme": "9932", "endpoint_id": "GB980780684", "code": "PWUK",
        "currency": "GBP", "time_zone": "Europe/London", "email": "accounts@patchwork-uk.example",
        "phone": "020 7946 0018", "account_name": "Patchwork Example", "sort_code": "00-00-00",
        "account_number": "00012345", "payment_days": 30, "reminder_days": REMINDER_DAYS, "accounts": {},
    },
    {
        "name": "Patchwork Australia", "legal_name": "Patchwork Example Pty Ltd", "street": "2 Example Parade",
        "city": "Melbourne", "region": "VIC", "postcode": "3000", "country": "AU", "tax_id": "51824753556",
        "endpoint_scheme": "0151", "endpoint_id": "51824753556", "code": "PWAU", "currency": "AUD",
        "time_zone": "Australia/Melbourne", "email": "accounts@patchwork-au.example", "phone": "(03) 5550 1234",
        "account_name": "Patchwork Example", "sort_code": "000-000", "account_number": "00054321",
        "payment_days": 30, "reminder_days": REMINDER_DAYS, "accounts": {},
    },
)  # fmt: skip

Bands = Mapping[str, Mapping[int, str]]

PRICES: Final[Mapping[str, Bands]] = {
    "GBP": {
        "platform": {0: "6000.00", 50_000: "9000.00", 100_000: "14000.00", 300_000: "24000.00"},
        "practitioner": {0: "3.20", 200: "2.60", 1000: "1.90"},
        "setup": {0: "4500.00"}, "dedicated": {0: "18000.00"}, "training": {0: "750.00"},
    },
    "AUD": {
        "platform": {0: "12000.00", 500_000: "36000.00", 3_000_000: "120000.00"},
        "practitioner": {0: "6.10", 200: "5.00", 1000: "3.70"},
        "setup": {0: "9000.00"}, "dedicated": {0: "36000.00"}, "training": {0: "1450.00"},
    },
}  # fmt: skip
GROUP_DISCOUNTS: Final = {3: Decimal("5.00"), 8: Decimal("10.00")}
DEARER: Final = Decimal("1.03")
"""Each year's book costs so much more than the one before."""


@dataclass(frozen=True, slots=True)
class DemoContract:
    """A council's contract, and its counts, oldest month first. `newest`: what its last invoice is."""

    council: str
    entity: str
    customer: Mapping[str, Any]
    contact: Mapping[str, Any]
    population: int
    counts: tuple[int, ...]
    newest: str
    payment_days: int | None = None
    order: str = ""


CONTRACTS: Final = (
    DemoContract(
        council="Lichfield", entity="PWUK", population=106_400, counts=(212, 219, 231, 240, 238, 251), newest="part",
        order="LDC-PO-40417",
        customer={
            "name": "Lichfield", "legal_name": "Lichfield Example District Council", "street": "20 Frog Lane",
            "city": "Lichfield", "postcode": "WS13 6YZ", "country": "GB", "buyer_reference": "CC-4410",
            "needs_order": True, "takes_einvoices": True, "endpoint_scheme": "0088", "endpoint_id": "5060123450002",
        },
        contact={"name": "Accounts payable", "email": "payments@lichfielddistrict.example", "phone": "01632 960217"},
    ),
    DemoContract(
        council="Brighton", entity="PWUK", population=277_100, counts=(388, 402, 397, 415, 430, 441), newest="overdue",
        payment_days=14,
        customer={
            "name": "Brighton", "legal_name": "Brighton Example City Council", "street": "5 Bartholomew Square",
            "city": "Brighton", "postcode": "BN1 1JA", "country": "GB", "buyer_reference": "CYP-2207",
        },
        contact={
            "name": "Finance desk", "email": "payments@brightonandhovecitycounc.example", "phone": "01632 960331",
        },
    ),
    DemoContract(
        council="Victoria", entity="PWAU", population=6_981_000, counts=(1210, 1244, 1251, 1302, 1333, 1358),
        newest="open",
        customer={
            "name": "Victoria", "legal_name": "Victoria Example Department", "street": "50 Example Street",
            "city": "Melbourne", "region": "VIC", "postcode": "3000", "country": "AU", "buyer_reference": "DX-118",
        },
        contact={"name": "Shared services", "email": "payments@region.example", "phone": "(03) 5550 4321"},
    ),
)  # fmt: skip
HOW: Final = "Made up for this demonstration: people who used the network in the last 28 days of the month."
