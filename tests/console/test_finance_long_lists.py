"""Finance's long lists: 50 a page, with how many there are in all, and as many statements for many as for few."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from tenants.context import shared
from tests.console.conftest import row
from tests.console.finance_steps import text
from tests.factories.billing import AT, make_contract, make_customer, make_entity, make_invoice

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

NEXT = "page=2"


@pytest.fixture
def browser(console):
    return console.browser("Fiona Finance", "finance")


def body(answer) -> str:
    return text(answer).split("<main", 1)[1].split("</main", 1)[0]


def test_whatever_could_not_be_sent_is_counted_and_paged(browser):
    from billing.models import Delivery

    with shared():
        invoice = make_invoice()
        Delivery.objects.bulk_create(
            Delivery(
                kind="invoice", way="mail", customer=invoice.customer, invoice=invoice, to=f"a{number:02}@council.example",
                state="failing", queued_at=AT + timedelta(minutes=number), error="no such mailbox",
            )
            for number in range(53)
        )  # fmt: skip
    first, second = body(browser.get("/finance/sendings?page=0")), body(browser.get("/finance/sendings?page=2"))
    for page in (first, second):
        assert "53 sendings" in page
    assert "a52@council.example" in first
    assert "a02@council.example" not in first
    assert NEXT in first
    assert "a02@council.example" in second
    assert "a00@council.example" in second
    assert "a03@council.example" not in second


def test_usage_of_many_councils_is_paged_and_its_sums_are_of_all(browser):
    with shared():
        make_contract(make_customer("Larch"), councils=53)
    first = body(browser.get("/finance/usage?month=2026-03"))
    second = body(browser.get("/finance/usage?month=2026-03&page=2"))
    for page, count in ((first, 50), (second, 3)):
        assert "53 councils" in page
        assert page.count('scope="row"') == count
    assert "month=2026-03&amp;page=2" in first
    assert len(browser.get("/finance/usage.csv?month=2026-03").content.decode().splitlines()) == 54


def test_what_is_owed_by_many_is_paged_and_its_sums_are_of_all(browser):
    with shared():
        entity = make_entity()
        for number in range(53):
            make_invoice(make_contract(make_customer(f"Council {number:02}")), net="100.00")
    asked = f"entity={entity.id}&on_day=1&on_month=3&on_year=2026"
    first, second = body(browser.get(f"/finance/owed?{asked}")), body(browser.get(f"/finance/owed?{asked}&page=2"))
    for page, count in ((first, 50), (second, 3)):
        assert "53 customers" in page
        assert page.count("/statement?") == count
        assert "£6,360.00" in page  # the last row, of all
    href = re.search(r'href="(/finance/owed\?[^"]*page=2)"', first)
    assert href
    assert "Council 52" in body(browser.get(href[1].replace("&amp;", "&")))


def test_calls_to_many_are_paged_and_counted(browser):
    from billing.models import Reminder

    with shared():
        for number in range(53):
            invoice = make_invoice(make_contract(make_customer(f"Council {number:02}")), due_on=date(2026, 3, 3))
            Reminder.objects.create(invoice=invoice, step=3, on=date(2026, 5, 1))
    first, second = body(browser.get("/finance/calls")), body(browser.get("/finance/calls?page=2"))
    for page, count in ((first, 50), (second, 3)):
        assert "53 customers" in page
        assert page.count('class="pw-card"') == count
    assert NEXT in first


def invoice_of(lines: int):
    """An invoice of so many lines, 1.00 each."""
    from billing.models import InvoiceLine

    invoice = make_invoice(net=f"{lines}.00")
    one = invoice.lines.get()
    shown = {
        "period_first": one.period_first, "period_last": one.period_last, "quantity": 1, "unit": "month",
        "unit_price": Decimal("1.00"), "net": Decimal("1.00"), "tax_rule": one.tax_rule,
        "tax_category": one.tax_category, "tax_rate": one.tax_rate, "kind": "platform", "month": one.month,
    }  # fmt: skip
    made = InvoiceLine.objects.bulk_create(
        InvoiceLine(invoice=invoice, position=number + 2, key=f"k{number}", description=f"Fee {number:04}", **shown)
        for number in range(lines)
    )
    return invoice, made


@pytest.fixture
def long_invoice(db):
    """1,150 lines: more than a form may have boxes."""
    with shared():
        return invoice_of(1_150)


def boxes(page: str) -> dict[str, str]:
    """What a browser would send of a form: each of its boxes, though it is empty."""
    names = re.findall(r'<(?:input|textarea)[^>]* name="([^"]+)"', page)
    return {name: "" for name in names if name not in {"how", "bills_again", "csrfmiddlewaretoken"}}


def test_the_longest_invoice_can_be_credited_whole(browser, long_invoice):
    from billing.models import Draft

    invoice, _lines = long_invoice
    here = f"/finance/invoices/{invoice.id}/credit"
    page = body(browser.get(here))
    said = {**boxes(page), "how": "all", "reason": "Wrong council"}
    assert len(said) < 200
    answer = browser.post(here, said)
    assert answer.status_code == 302
    with shared():
        assert Draft.objects.get(issued=None).lines.count() == 1_151


def test_single_lines_of_a_long_invoice_are_credited_page_by_page(browser, long_invoice):
    from billing.models import Draft

    invoice, lines = long_invoice
    here = f"/finance/invoices/{invoice.id}/credit"
    first, second = body(browser.get(here)), body(browser.get(f"{here}?page=2"))
    assert "Lines 1 to 100 of 1,151" in first
    assert "Lines 101 to 200 of 1,151" in second
    far = f"line-{lines[120].id}"
    assert far not in first
    assert far in second
    refused = browser.post(f"{here}?page=2", {"how": "some", far: "5.00", "reason": "Agreed"})
    assert refused.status_code == 422
    assert "Lines 101 to 200 of 1,151" in body(refused)
    assert browser.post(f"{here}?page=2", {"how": "some", far: "0.40", "reason": "Agreed"}).status_code == 302
    assert row(Draft, issued=None).net == Decimal("0.40")


def test_a_short_invoice_says_nothing_of_pages(browser):
    with shared():
        invoice = make_invoice()
    page = body(browser.get(f"/finance/invoices/{invoice.id}/credit"))
    assert "Lines 1 to" not in page
    assert "page=" not in page
