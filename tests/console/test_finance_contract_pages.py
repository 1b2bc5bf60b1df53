"""Contracts: the list, one of them and all that stands on it; and what a council's page says of its contract."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tenants.context import shared
from tests.console.conftest import log_slugs, row
from tests.factories.billing import make_book, make_contract, make_customer, make_entity, make_invoice

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

TERMS = {
    "reference": "C-2026-0042", "renews_months": "12", "notice_days": "90", "billed_every": "3", "payment_days": "",
    "held_book": "", "terms": "",
}  # fmt: skip


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def day(name: str, on: date) -> dict[str, str]:
    return {f"{name}_day": str(on.day), f"{name}_month": str(on.month), f"{name}_year": str(on.year)}


@pytest.fixture
def browser(console):
    return console.browser("Fiona Finance", "finance")


@pytest.fixture
def contract(db):
    from core import clock

    with shared():
        return make_contract(starts_on=clock.today() - timedelta(days=200), ends_on=clock.today() + timedelta(days=165))


def typed_contract(**more) -> dict[str, str]:
    from billing.models import Customer, LegalEntity

    with shared():
        entity = LegalEntity.objects.first() or make_entity()
        customer = Customer.objects.first() or make_customer("Larchshire")
    days = day("starts_on", date(2026, 2, 1)) | day("ends_on", date(2027, 1, 31))
    return {**TERMS, "customer": str(customer.id), "entity": str(entity.id), **days, **more}


def queries_of(browser, path) -> int:
    with CaptureQueriesContext(connections["console"]) as seen:
        assert browser.get(path).status_code == 200
    return len(seen)


def test_a_contract_is_made_and_says_its_terms(browser):
    from billing.models import Contract

    answer = browser.post("/finance/contracts/add", typed_contract())
    made = row(Contract, reference="C-2026-0042")
    assert answer["Location"].endswith(f"/finance/contracts/{made.id}")
    page = text(browser.get(f"/finance/contracts/{made.id}"))
    for words in ("1 February 2026 to 31 January 2027", "Every three months, in arrears", "By 12 months",
                  "None yet: nothing is billed until a council is on it.", "Nothing yet"):  # fmt: skip
        assert words in page
    assert log_slugs()[-1] == "console.contract.made"


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"reference": ""}, "Enter the contract&#39;s reference"),
        ({"customer": str(uuid4())}, "Choose a customer of the list"),
        ({"customer": "nobody"}, "Choose a customer of the list"),
        ({"entity": ""}, "Choose who bills"),
        ({"renews_months": "-12"}, "Enter a whole number in figures"),
        ({"renews_months": "999"}, "Enter a number from 0 to 120"),
        ({"billed_every": "2"}, "Select a valid choice"),
        ({"held_book": str(uuid4())}, "Select a valid choice"),
        (day("ends_on", date(2026, 1, 31)), "Last day must be on or after the first day"),
        ({"ends_on_day": "29", "ends_on_month": "2", "ends_on_year": "2027"}, "February 2027 has 28 days"),
        ({"starts_on_day": ""}, "First day must include a day"),
    ],
)
def test_a_contract_that_can_t_be_is_refused_and_what_was_typed_stays(browser, more, sentence):
    from billing.models import Contract

    answer = browser.post("/finance/contracts/add", typed_contract(terms="As agreed in the tender.", **more))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "As agreed in the tender." in page
    assert "Error: Add a contract" in page
    with shared():
        assert not Contract.objects.exists()


def test_a_contract_may_end_on_29_february(browser):
    from billing.models import Contract

    said = typed_contract(**day("starts_on", date(2027, 3, 1)), **day("ends_on", date(2028, 2, 29)))
    assert browser.post("/finance/contracts/add", said).status_code == 302
    assert row(Contract, reference="C-2026-0042").ends_on == date(2028, 2, 29)


def test_two_contracts_are_not_called_alike(browser):
    browser.post("/finance/contracts/add", typed_contract())
    again = browser.post("/finance/contracts/add", typed_contract())
    assert again.status_code == 422
    assert "A contract has this reference already." in text(again)


def test_the_list_is_searched_narrowed_and_has_fifty_a_page(browser):
    from core import clock

    today = clock.today()
    with shared():
        customer = make_customer("Larchshire")
        for number in range(51):
            make_contract(customer, reference=f"R-{number:02}")
        make_contract(
            make_customer("Oakbury"), reference="OLD-1", starts_on=date(2020, 1, 1), ends_on=date(2020, 12, 31)
        )
        make_contract(reference="NEW-1", starts_on=today + timedelta(days=9), ends_on=today + timedelta(days=99))
    assert "53 contracts, page 1 of 2" in text(browser.get("/finance/contracts"))
    assert "OLD-1" in text(browser.get("/finance/contracts?page=2"))
    for query, found, other in (("q=oakbury", "OLD-1", "NEW-1"), ("q=old-1", "OLD-1", "NEW-1"),
                                ("state=ended", "OLD-1", "NEW-1"), ("state=ahead", "NEW-1", "OLD-1"),
                                ("q=Oakbury+1", "OLD-1", "NEW-1")):  # fmt: skip
        page = text(browser.get(f"/finance/contracts?{query}"))
        assert found in page, query
        assert other not in page, query
    assert "No contract fits" in text(browser.get("/finance/contracts?q=zzz"))
    assert browser.get("/finance/contracts?state=nowhere").status_code == 422


def test_the_list_and_the_page_ask_as_much_for_much_as_for_little(browser, contract):
    with shared():
        for number in range(2):
            fill(contract, number)
    paths = ("/finance/contracts", f"/finance/contracts/{contract.id}")
    before = [queries_of(browser, path) for path in paths]
    with shared():
        for number in range(2, 9):
            fill(contract, number)
            make_contract(councils=2)
    assert [queries_of(browser, path) for path in paths] == before


def fill(contract, number: int) -> None:
    """One more of everything that stands on a contract."""
    from billing.models import Charge, ContractCouncil, Discount, PurchaseOrder
    from core import clock

    start = contract.starts_on
    council = ContractCouncil.objects.create(
        contract=contract, council_id=uuid4(), name=f"District {number}", population=10_000, starts_on=start
    )
    Charge.objects.create(
        contract=contract, council=council, kind="training", description=f"Training {number}", on=start, quantity=1,
        created_at=clock.now(),
    )  # fmt: skip
    Discount.objects.create(contract=contract, percent=5, from_on=start, reason=f"Reason {number}")
    order = PurchaseOrder.objects.create(contract=contract, number=f"PO-{number}", value=1000, valid_from=start)
    make_invoice(contract, order=order, due_on=start + timedelta(days=30))


def test_councils_come_on_a_contract_and_leave_it(browser, contract, console):
    from billing.models import ContractCouncil

    larch, base = console.council("Larch"), f"/finance/contracts/{contract.id}"
    start = contract.starts_on + timedelta(days=10)
    said = {"council_id": str(larch.id), "population": "104,000", "is_dedicated": "on", **day("starts_on", start)}
    wrong = browser.post(f"{base}/councils/add", {**said, "population": "0"})
    assert wrong.status_code == 422
    assert f'value="{start.year}"' in wrong.content.decode()
    early = browser.post(f"{base}/councils/add", {**said, **day("starts_on", contract.starts_on - timedelta(days=1))})
    assert early.status_code == 422
    assert "The contract runs" in text(early)
    assert browser.post(f"{base}/councils/add", said).status_code == 302
    place = row(ContractCouncil, council_id=larch.id)
    assert (place.name, place.population, place.is_dedicated) == ("Larch", 104_000, True)
    twice = browser.post(f"{base}/councils/add", said)
    assert twice.status_code == 422
    leaves = f"{base}/councils/{place.id}/leaves"
    assert "nothing away by itself" in text(browser.get(leaves))
    assert browser.post(leaves, day("ends_on", start - timedelta(days=1))).status_code == 422
    assert browser.post(leaves, day("ends_on", start + timedelta(days=5))).status_code == 302
    assert row(ContractCouncil, id=place.id).ends_on == start + timedelta(days=5)
    assert browser.get(f"{base}/councils/{uuid4()}/leaves").status_code == 404


def test_terms_the_last_day_and_notice_are_changed(browser, contract):
    base = f"/finance/contracts/{contract.id}"
    with shared():
        book = make_book()
    said = {**TERMS, "renews_months": "6", "billed_every": "12", "payment_days": "14", "held_book": str(book.id)}
    assert browser.post(f"{base}/change", said).status_code == 302
    page = text(browser.get(base))
    assert "Once a year" in page
    assert "14 days" in page
    assert book.name in page
    from core import clock

    assert browser.post(f"{base}/notice", day("given_on", clock.today() + timedelta(days=9))).status_code == 422
    assert browser.post(f"{base}/notice", day("given_on", clock.today())).status_code == 302
    assert "it does not renew" in text(browser.get(base))
    assert browser.post(f"{base}/notice/back").status_code == 302
    assert row(type(contract), id=contract.id).notice_given_on is None
    before = browser.post(f"{base}/end", day("ends_on", contract.starts_on - timedelta(days=1)))
    assert before.status_code == 422
    assert "before it began" in text(before)
    middle = contract.ends_on - timedelta(days=20)
    assert browser.post(f"{base}/end", day("ends_on", middle)).status_code == 302
    assert row(type(contract), id=contract.id).ends_on == middle
    later = contract.ends_on + timedelta(days=40)
    assert browser.post(f"{base}/end", day("ends_on", later)).status_code == 302
    assert row(type(contract), id=contract.id).ends_on == later


def test_discounts_charges_and_orders_are_added_and_ended(browser, contract):
    from billing.models import Charge, Discount, PurchaseOrder

    base, start = f"/finance/contracts/{contract.id}", contract.starts_on
    off = {"kind": "", "percent": "7.50", "reason": "Pilot", "until_on_day": "", **day("from_on", start)}
    assert browser.post(f"{base}/discounts/add", off).status_code == 302
    discount = row(Discount, contract=contract)
    assert discount.percent == Decimal("7.50")
    assert (
        browser.post(f"{base}/discounts/{discount.id}/end", day("until_on", start + timedelta(days=9))).status_code
        == 302
    )
    once = {"kind": "training", "description": "Two days on site", "council": "", "quantity": "2.5", "agreed_price": "",
            **day("on", start)}  # fmt: skip
    assert browser.post(f"{base}/charges/add", once).status_code == 302
    charge = row(Charge, contract=contract)
    assert charge.quantity == Decimal("2.50")
    assert "to be billed" in text(browser.get(base))
    assert browser.post(f"{base}/charges/{charge.id}/cancel").status_code == 302
    assert row(Charge, id=charge.id).cancelled_at
    order = {"number": "PO 77", "value": "10,000", "valid_until_day": "", **day("valid_from", start)}
    assert browser.post(f"{base}/orders/add", order).status_code == 302
    assert "£10,000.00" in text(browser.get(base))
    known = row(PurchaseOrder, number="PO 77")
    assert browser.post(f"{base}/orders/{known.id}/close").status_code == 302
    assert row(PurchaseOrder, id=known.id).closed_at
    assert log_slugs()[-6:] == [
        "console.contract.discount_added", "console.contract.discount_ended", "console.contract.charge_added",
        "console.contract.charge_cancelled", "console.contract.order_added", "console.contract.order_closed",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("path", "field", "typed", "sentence"),
    [
        ("discounts", "percent", "0", "above 0 and up to 100"),
        ("discounts", "percent", "100.01", "above 0 and up to 100"),
        ("discounts", "percent", "-5", "in figures with at most two places"),
        ("discounts", "until_on_day", "31", "Last day must include"),
        ("discounts", "reason", "", "Say why"),
        ("charges", "quantity", "0", "a number above 0"),
        ("charges", "quantity", "1.005", "a number above 0"),
        ("charges", "agreed_price", "-1", "be below zero"),
        ("charges", "agreed_price", "$5", "Amounts here are in GBP"),
        ("charges", "kind", "platform", "Select a valid choice"),
        ("charges", "on_month", "13", "a month from 1 to 12"),
        ("orders", "value", "0", "at least £0.01"),
        ("orders", "value", "999999999999", "at most £99,999,999.99"),
        ("orders", "number", "", "Enter the order&#39;s number"),
    ],
)
def test_what_can_t_be_agreed_is_refused_and_what_was_typed_stays(browser, contract, path, field, typed, sentence):
    start = contract.starts_on
    forms = {
        "discounts": {"kind": "", "percent": "5", "reason": "Kept words", **day("from_on", start)},
        "charges": {"kind": "training", "description": "Kept words", "quantity": "1", **day("on", start)},
        "orders": {"number": "Kept words", "value": "", **day("valid_from", start)},
    }
    answer = browser.post(f"/finance/contracts/{contract.id}/{path}/add", {**forms[path], field: typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert ("Kept words" in page) == (typed != "")
    assert "There is a problem" in page


def test_something_agreed_needs_a_price_of_its_own(browser, contract):
    said = {
        "kind": "other",
        "description": "Data move",
        "quantity": "1",
        "agreed_price": "",
        **day("on", contract.starts_on),
    }
    answer = browser.post(f"/finance/contracts/{contract.id}/charges/add", said)
    assert answer.status_code == 422
    assert "Enter the agreed price" in text(answer)


def test_what_stands_on_another_contract_is_not_found(browser, contract):
    with shared():
        other = make_contract()
        fill(other, 1)
        place, discount, charge, order = (
            getattr(other, kind).first() for kind in ("councils", "discounts", "charges", "orders")
        )
    base = f"/finance/contracts/{contract.id}"
    assert browser.get(f"{base}/councils/{place.id}/leaves").status_code == 404
    assert browser.get(f"{base}/discounts/{discount.id}/end").status_code == 404
    assert browser.post(f"{base}/charges/{charge.id}/cancel").status_code == 404
    assert browser.post(f"{base}/orders/{order.id}/close").status_code == 404


def test_auditors_see_contracts_and_change_nothing(console, contract):
    auditor, operator = console.browser("Asa Auditor", "auditor"), console.browser()
    page = auditor.get(f"/finance/contracts/{contract.id}")
    assert page.status_code == 200
    assert "<form" not in page.content.decode().split("<main")[1]
    assert "Add a" not in text(page)
    for path in ("add", f"{contract.id}/change", f"{contract.id}/end", f"{contract.id}/orders/add"):
        assert auditor.get(f"/finance/contracts/{path}").status_code == 403
        assert auditor.post(f"/finance/contracts/{path}").status_code == 403
    for path in ("/finance/contracts", f"/finance/contracts/{contract.id}", f"/finance/contracts/{uuid4()}"):
        assert operator.get(path).status_code == 403
    assert auditor.get(f"/finance/contracts/{uuid4()}").status_code == 404


def test_a_council_s_page_says_its_contract_and_that_finance_rings_to_those_who_may_see_money(console):
    from core import clock

    larch = console.council("Larch")
    with shared():
        contract = make_contract(council_ids=[larch.id])
    seen = text(console.browser("Asa Auditor", "auditor").get(f"/councils/{larch.id}"))
    assert contract.reference in seen
    assert "Finance rings" not in seen
    with shared():
        make_invoice(contract, net="100.00", due_on=clock.today() - timedelta(days=3))
    seen = text(console.browser("Asa Auditor", "auditor").get(f"/councils/{larch.id}"))
    assert "£120.00 is overdue. Finance rings" in seen
    unseen = text(console.browser().get(f"/councils/{larch.id}"))
    assert contract.reference not in unseen
    assert "overdue" not in unseen


def test_a_council_without_a_contract_says_so_to_finance(console):
    larch = console.council("Larch")
    assert "No contract yet" in text(console.browser("Fiona Finance", "finance").get(f"/councils/{larch.id}"))
