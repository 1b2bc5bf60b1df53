"""Finance's first page, customers, who bills, prices and usage: who may, what is kept as typed, and what is refused."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tenants.context import shared
from tests.console.conftest import log_slugs, row
from tests.factories.billing import (
    AU_ABN,
    GB_VAT,
    make_book,
    make_contract,
    make_customer,
    make_entity,
    make_invoice,
    make_reading,
)

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

PARTY = {
    "name": "Larchshire", "legal_name": "Larchshire County Council", "street": "1 High Street", "city": "Larch",
    "postcode": "bn11aa", "country": "GB", "tax_id": "GB 980 7806 84", "buyer_reference": "CC 7",
}  # fmt: skip
COMPANY = {
    "name": "Patchwork UK", "legal_name": "Patchwork Example Ltd", "street": "1 Example Street", "city": "Lichfield",
    "postcode": "WS13 6XX", "country": "GB", "tax_id": GB_VAT, "code": "pwuk", "currency": "GBP",
    "time_zone": "Europe/London", "email": "accounts@patchwork.example", "phone": "020 7946 0018",
    "account_name": "Patchwork Example", "sort_code": "000000", "account_number": "00012345", "payment_days": "30",
    "reminder_days": "7, 21, 45", "accounts": "bank: 1200",
}  # fmt: skip
BOOK = {
    "name": "Prices 2027", "platform": "0: 6,000.00\n50,000: 9,000", "practitioner": "0: 3.20\nfrom 200: £2.60",
    "setup": "4,500", "dedicated": "", "training": "750.00", "group_discounts": "3: 5\n8: 10%", "note": "",
}  # fmt: skip


def text(answer) -> str:
    return " ".join(answer.content.decode().split())


def finance(console):
    return console.browser("Fiona Finance", "finance")


def day(name: str, on: date) -> dict[str, str]:
    return {f"{name}_day": str(on.day), f"{name}_month": str(on.month), f"{name}_year": str(on.year)}


def first_of_next_month() -> date:
    from core import clock

    return (clock.today().replace(day=1) + timedelta(days=32)).replace(day=1)


def queries_of(browser, path) -> int:
    with CaptureQueriesContext(connections["console"]) as seen:
        assert browser.get(path).status_code == 200
    return len(seen)


# --- the first page


def test_the_first_page_of_an_empty_ledger_says_that_nothing_waits(console):
    page = text(finance(console).get("/finance"))
    assert "Nothing waits" in page
    assert "Nothing was billed in this time." in page


def test_the_first_page_says_what_is_overdue_who_was_not_counted_and_draws_the_year(console):
    from core import clock

    today = clock.today()
    this = today.replace(day=1)
    last = (this - timedelta(days=1)).replace(day=1)
    with shared():
        contract = make_contract(councils=2, ends_on=today + timedelta(days=30), starts_on=today - timedelta(days=300))
        make_reading(contract.councils.first().council_id, last, 1240)
        make_invoice(contract, net="100.00", issued_on=today - timedelta(days=60), due_on=today - timedelta(days=30))
        make_invoice(contract, net="900.00", issued_on=today, due_on=today + timedelta(days=30))
    page = text(finance(console).get("/finance"))
    assert "1 invoice is overdue: £120.00" in page
    assert "£1,200.00 on 2 invoices" in page
    assert "1 council was not counted for" in page
    assert contract.reference in page
    assert page.count('role="img"') == 2
    assert ">1,240</td>" in page
    assert "£900.00" in page
    assert "style=" not in page


def test_the_first_page_asks_as_much_for_many_as_for_one(console):
    browser = finance(console)
    with shared():
        make_invoice()
    once = queries_of(browser, "/finance")
    with shared():
        for _number in range(8):
            make_invoice(make_contract(councils=2))
    assert queries_of(browser, "/finance") == once


def test_auditors_see_and_change_nothing_and_others_see_nothing(console):
    with shared():
        customer, entity, book = make_customer(), make_entity(), make_book()
    auditor, operator = console.browser("Asa Auditor", "auditor"), console.browser()
    for path in ("/finance", "/finance/customers", f"/finance/customers/{customer.id}", "/finance/companies",
                 "/finance/prices", f"/finance/prices/{book.id}", "/finance/usage", "/finance/usage.csv"):  # fmt: skip
        answer = auditor.get(path)
        assert answer.status_code == 200, path
        assert "/add" not in answer.content.decode(), path
        assert operator.get(path).status_code == 403, path
    for path in ("/finance/customers/add", f"/finance/customers/{customer.id}/change", "/finance/prices/publish/GBP",
                 f"/finance/companies/{entity.id}", "/finance/usage/add"):  # fmt: skip
        assert auditor.get(path).status_code == 403, path
        assert auditor.post(path).status_code == 403, path


# --- customers and contacts


def test_every_field_of_a_form_with_sections_stands_in_one_of_them():
    from console.pages.finance.parties_forms import CustomerForm, EntityForm

    for form in (CustomerForm, EntityForm):
        assert sorted(name for _title, names in form.sections for name in names) == sorted(form.base_fields)


def test_a_customer_is_added_with_its_numbers_as_they_are_written(console):
    from billing.models import Customer

    browser = finance(console)
    answer = browser.post("/finance/customers/add", {**PARTY, "needs_order": "on"})
    made = row(Customer, name="Larchshire")
    assert answer["Location"].endswith(f"/finance/customers/{made.id}")
    assert (made.tax_id, made.postcode, made.needs_order, made.takes_einvoices) == (GB_VAT, "BN1 1AA", True, False)
    assert log_slugs()[-1] == "console.customer.added"
    page = text(browser.get(f"/finance/customers/{made.id}"))
    for words in ("Larchshire County Council", "No invoice without one", "Nobody yet: without somebody"):
        assert words in page


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("tax_id", "GB 123 4567 89", "This is not a UK VAT number"),
        ("name", "", "Enter a name"),
        ("postcode", "nowhere", "Enter a UK postcode"),
        ("country", "FR", "Choose a country of the list"),
        ("endpoint_id", "5060123450009", "An address for electronic invoices is a kind and a number"),
        ("legal_name", "Lar\x07ch", "Enter letters and figures that can be printed"),
    ],
)
def test_what_can_t_be_is_refused_beside_its_box_and_everything_typed_stays(console, field, typed, sentence):
    from billing.models import Customer

    answer = finance(console).post("/finance/customers/add", {**PARTY, field: typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="1 High Street"' in page
    assert 'value="CC 7"' in page
    assert "Error: Add a customer" in page
    with shared():
        assert not Customer.objects.exists()


def test_a_customer_is_changed_and_two_are_not_called_alike(console):
    with shared():
        one, other = make_customer("Larchshire"), make_customer("Oakshire")
    browser = finance(console)
    page = browser.get(f"/finance/customers/{one.id}/change").content.decode()
    assert f'value="{one.street}"' in page
    answer = browser.post(f"/finance/customers/{other.id}/change", {**PARTY, "name": "Larchshire"})
    assert answer.status_code == 422
    assert "There is a customer of this name already" in text(answer)
    assert browser.post(f"/finance/customers/{other.id}/change", {**PARTY, "name": "Oakshire"}).status_code == 302
    assert row(type(other), id=other.id).street == "1 High Street"


def test_the_list_of_customers_is_searched_and_has_fifty_a_page(console):
    browser = finance(console)
    with shared():
        for number in range(51):
            make_customer(f"Shire {number:02}", city="Hove")
        make_customer("Oakbury", city="Elm", tax_id=GB_VAT)
    page = text(browser.get("/finance/customers"))
    assert "52 customers, page 1 of 2" in page
    assert "Shire 49" not in page
    assert "Shire 50" in text(browser.get("/finance/customers?page=2"))
    for q in ("oakb", "elm", "gb 980 7806 84"):
        found = text(browser.get("/finance/customers", {"q": q}))
        assert "1 customer" in found
        assert "Oakbury" in found
    assert "No customer fits" in text(browser.get("/finance/customers?q=zzz"))
    assert browser.get("/finance/customers", {"q": "x" * 101}).status_code == 422


def test_the_list_and_page_of_customers_ask_as_much_for_many_as_for_one(console):
    browser = finance(console)
    with shared():
        customer = make_customer()
        make_invoice(make_contract(customer))
    before = [queries_of(browser, path) for path in ("/finance/customers", f"/finance/customers/{customer.id}")]
    with shared():
        for _number in range(6):
            make_invoice(make_contract(customer, councils=2))
            make_contract()
    after = [queries_of(browser, path) for path in ("/finance/customers", f"/finance/customers/{customer.id}")]
    assert after == before


def test_contacts_are_added_changed_and_written_to_no_more(console):
    from billing.models import Contact

    with shared():
        customer = make_customer()
        Contact.objects.all().delete()
    browser, base = finance(console), f"/finance/customers/{customer.id}"
    said = {"name": "Pat Payer", "email": "pat@larch.example", "phone": "01632 960123", "gets_invoices": "on"}
    wrong = browser.post(f"{base}/contacts/add", {**said, "email": "pat at larch"})
    assert wrong.status_code == 422
    assert 'value="pat at larch"' in wrong.content.decode()
    assert browser.post(f"{base}/contacts/add", said).status_code == 302
    pat = row(Contact, name="Pat Payer")
    assert (pat.gets_invoices, pat.gets_reminders) == (True, False)
    assert "pat@larch.example" in text(browser.get(base))
    assert "01632 960123" in browser.get(f"/finance/contacts/{pat.id}").content.decode()
    browser.post(f"/finance/contacts/{pat.id}", {**said, "name": "Patricia Payer", "gets_reminders": "on"})
    assert row(Contact, id=pat.id).gets_reminders
    browser.post(f"/finance/contacts/{pat.id}/end")
    assert "Patricia Payer" not in text(browser.get(base)).split("What was sent")[0].split("Whom to write to")[1]
    assert browser.get(f"/finance/contacts/{pat.id}").status_code == 404
    assert log_slugs()[-3:] == ["console.contact.added", "console.contact.changed", "console.contact.ended"]


# --- who bills


def test_a_company_that_bills_is_added_once_and_its_code_and_currency_stay(console):
    from billing.models import LegalEntity

    browser = finance(console)
    assert browser.post("/finance/companies/add", COMPANY).status_code == 302
    made = row(LegalEntity, name="Patchwork UK")
    assert (made.code, made.sort_code, made.reminder_days, made.accounts) == ("PWUK", "00-00-00", [7, 21, 45],
                                                                             {"bank": "1200"})  # fmt: skip
    page = browser.get(f"/finance/companies/{made.id}").content.decode()
    assert 'value="7, 21, 45"' in page
    assert "bank: 1200" in page
    assert 'name="code"' not in page
    changed = {**COMPANY, "code": "OTHER", "currency": "AUD", "payment_days": "14"}
    assert browser.post(f"/finance/companies/{made.id}", changed).status_code == 302
    made = row(LegalEntity, id=made.id)
    assert (made.code, made.currency, made.payment_days) == ("PWUK", "GBP", 14)
    assert "Patchwork Example Ltd" in text(browser.get("/finance/companies"))


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("time_zone", "Europe/Nowhere"), ("reminder_days", "21, 7"), ("reminder_days", "soon"), ("accounts", "1200"),
        ("accounts", "bank: 1200\nbanc: 1201"),
        ("payment_days", "-1"), ("payment_days", "a month"), ("iban", "GB00 AAAA 1111"), ("sort_code", "12"),
        ("tax_id", ""), ("phone", "call us"), ("code", "1"),
    ],
)  # fmt: skip
def test_a_company_with_something_wrong_is_refused_and_what_was_typed_stays(console, field, typed):
    answer = finance(console).post("/finance/companies/add", {**COMPANY, field: typed})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert f'href="#id_{field}"' in page
    assert 'value="Patchwork Example Ltd"' in page


# --- prices


def test_a_price_book_is_published_whole_and_read_beside_the_one_before(console):
    from billing.models import Price, PriceBook

    with shared():
        old = make_book()
    browser, on = finance(console), first_of_next_month()
    form = browser.get("/finance/prices/publish/GBP").content.decode()
    assert "50,000: 9,000.00" in form
    assert 'value="4,500.00"' in form
    answer = browser.post("/finance/prices/publish/GBP", {**BOOK, **day("valid_from", on)})
    made = row(PriceBook, name="Prices 2027")
    assert answer["Location"].endswith(f"/finance/prices/{made.id}")
    with shared():
        bands = dict(Price.objects.filter(book=made, kind="practitioner").values_list("from_quantity", "amount"))
        assert bands == {0: Decimal("3.20"), 200: Decimal("2.60")}
        assert not Price.objects.filter(book=made, kind="dedicated").exists()
    page = text(browser.get(f"/finance/prices/{made.id}"))
    assert "Fiona Finance" in page
    assert old.name in page
    assert "to come" in page
    listed = text(browser.get("/finance/prices"))
    assert "in force" in listed
    assert "No book yet: nothing can be billed in this currency." in listed


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("platform", "50,000: 9,000", "Begin with a line from 0"),
        ("platform", "0: 6,000\n0: 7,000", "Line 2 begins where another line does"),
        ("platform", "0: €6,000", "Line 1: Amounts here are in GBP"),
        ("practitioner", "0: -3.20", "Line 1: An amount here can&#39;t be below zero"),
        ("practitioner", "0: 3.205", "at most two places"),
        ("practitioner", "nothing", "Line 1: write from how many on"),
        ("practitioner", "", "Enter the price of a practitioner"),
        ("setup", "999,999,999,999", "at most £99,999,999.99"),
        ("group_discounts", "3: 101", "above 0 and up to 100"),
        ("name", "", "Enter a name"),
    ],
)
def test_prices_that_can_t_be_are_refused_by_line_and_what_was_typed_stays(console, field, typed, sentence):
    from billing.models import PriceBook

    said = {**BOOK, **day("valid_from", first_of_next_month()), field: typed}
    answer = finance(console).post("/finance/prices/publish/GBP", said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert 'value="750.00"' in page
    with shared():
        assert not PriceBook.objects.exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"valid_from_day": "30", "valid_from_month": "2", "valid_from_year": "2027"}, "February 2027 has 28 days"),
        ({"valid_from_day": "", "valid_from_month": "", "valid_from_year": ""}, "Enter the first day"),
        (day("valid_from", date(2020, 1, 1)), "no month that has begun changes"),
    ],
)
def test_prices_from_a_day_that_can_t_be_are_refused(console, typed, sentence):
    with shared():
        make_book()
    answer = finance(console).post("/finance/prices/publish/GBP", {**BOOK, **typed})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert finance(console).get("/finance/prices/publish/EUR").status_code == 404


# --- usage


def test_a_month_is_counted_by_hand_corrected_and_told_to_be(console):
    from billing.models import UsageReading
    from core import clock

    month = (clock.today().replace(day=1) - timedelta(days=1)).replace(day=1)
    with shared():
        contract = make_contract(starts_on=month - timedelta(days=60), ends_on=month + timedelta(days=400))
        council = contract.councils.get()
    browser, page = finance(console), f"/finance/usage?month={month:%Y-%m}"
    assert "1 not counted yet" in text(browser.get(page))
    said = {
        "council_id": str(council.council_id),
        "month": month.isoformat(),
        "count": "1,240",
        "how": "From its rota.",
    }
    assert browser.post("/finance/usage/add", said).status_code == 302
    first = row(UsageReading, council_id=council.council_id)
    assert first.count == 1240
    again = browser.post("/finance/usage/add", {**said, "count": "7"})
    assert again.status_code == 422
    assert "If that is wrong, correct it" in text(again)
    assert 'value="7"' in again.content.decode()
    fix = {"count": "1,204", "how": "From its rota, read again.", "reason": "Two figures were swapped."}
    assert "It says 1,240. From its rota." in text(browser.get(f"/finance/usage/{first.id}/correct"))
    assert browser.post(f"/finance/usage/{first.id}/correct", fix).status_code == 302
    shown = text(browser.get(page))
    assert "Corrected from 1,240: Two figures were swapped." in shown
    assert ">1,204</td>" in shown
    assert browser.get(f"/finance/usage/{first.id}/correct").status_code == 404
    file = browser.get(f"/finance/usage.csv?month={month:%Y-%m}")
    assert ",1204," in file.content.decode()
    assert log_slugs()[-1] == "console.usage.exported"


@pytest.mark.parametrize(
    ("field", "typed"),
    [("count", "-1"), ("count", "many"), ("count", "99,999,999"), ("how", ""), ("month", "2031-01-01"),
     ("council_id", "6f1c2b7e-0d3a-4c55-9a53-3f0f5d1c9a10")],
)  # fmt: skip
def test_a_reading_that_can_t_be_is_refused_and_what_was_typed_stays(console, field, typed):
    from billing.models import UsageReading
    from core import clock

    month = (clock.today().replace(day=1) - timedelta(days=1)).replace(day=1)
    with shared():
        council = make_contract().councils.get()
    said = {"council_id": str(council.council_id), "month": month.isoformat(), "count": "12", "how": "From its rota."}
    answer = finance(console).post("/finance/usage/add", {**said, field: typed})
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in answer.content.decode()
    with shared():
        assert not UsageReading.objects.exists()


@pytest.mark.parametrize("asked", ["", "2026-13", "nonsense", "9999-01", "0001-01"])
def test_any_month_asked_for_is_answered(console, asked):
    assert finance(console).get("/finance/usage", {"month": asked}).status_code == 200


def test_the_month_asks_as_much_for_many_councils_as_for_one(console):
    browser = finance(console)
    with shared():
        contract = make_contract(councils=2)
        make_reading(contract.councils.first().council_id, date(2026, 3, 1), 10)
    once = queries_of(browser, "/finance/usage?month=2026-03")
    with shared():
        for council in make_contract(councils=12).councils.all():
            make_reading(council.council_id, date(2026, 3, 1), 10)
    assert queries_of(browser, "/finance/usage?month=2026-03") == once


def test_an_abn_is_asked_of_a_customer_in_australia(console):
    from billing.models import Customer

    said = {**PARTY, "country": "AU", "postcode": "3220", "region": "VIC"}
    assert finance(console).post("/finance/customers/add", said).status_code == 422
    assert finance(console).post("/finance/customers/add", {**said, "tax_id": "51 824 753 556"}).status_code == 302
    assert row(Customer, name="Larchshire").tax_id == AU_ABN
