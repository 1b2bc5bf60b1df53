"""Finance's days are those of the company that bills: its people work in the morning while London has not gone to bed."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
import time_machine

from tenants.context import shared
from tests.console.conftest import row
from tests.console.finance_steps import day, text
from tests.factories.billing import make_book, make_contract, make_customer, make_entity, make_invoice, make_reading

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

EVENING = datetime(2026, 11, 30, 21, 0, tzinfo=UTC)
"""In London still 30 November; in Melbourne eight in the morning of 1 December."""
NOVEMBER, FIRST, SECOND = date(2026, 11, 1), date(2026, 12, 1), date(2026, 12, 2)


@pytest.fixture
def browser(console):
    with time_machine.travel(EVENING, tick=False):
        yield console.browser("Fiona Finance", "finance")


@pytest.fixture
def contract(browser):
    with shared():
        make_book("AUD")
        make_entity("GB")
        found = make_contract(make_customer("Banksia", "AU"), starts_on=NOVEMBER, ends_on=date(2027, 10, 31))
        make_reading(found.councils.get().council_id, NOVEMBER, 100)
        return found


def run_of_november(browser, country: str = "AU"):
    with shared():
        entity = make_entity(country)
    said = {"entity": str(entity.id), "month": NOVEMBER.isoformat(), "dry": "no"}
    return browser.post("/finance/runs/start", said)


def drafted(browser):
    from billing.models import Draft
    from tests.console.finance_steps import work

    answer = run_of_november(browser)
    assert answer.status_code == 302, text(answer)
    work()
    return answer["Location"], row(Draft)


def test_a_month_is_billed_where_it_is_over_and_not_yet_elsewhere(browser, contract):
    assert run_of_november(browser).status_code == 302
    early = run_of_november(browser, "GB")
    assert early.status_code == 422
    assert "billed once it is over" in text(early)


def test_a_draft_is_issued_on_the_day_that_has_begun_and_not_on_a_later_one(browser, contract):
    from billing.models import Invoice

    _run, draft = drafted(browser)
    browser.post(f"/finance/drafts/{draft.id}/review")
    address = f"/finance/drafts/{draft.id}/issue"
    assert 'name="on_day" value="1"' in shown(browser, address)
    late = browser.post(address, day("on", SECOND))
    assert late.status_code == 422
    assert "must be today or in the past" in text(late)
    assert browser.post(address, day("on", FIRST)).status_code == 302
    assert row(Invoice).issued_on == FIRST


def test_a_run_is_issued_on_the_day_that_has_begun(browser, contract):
    from billing.models import Invoice
    from tests.console.finance_steps import work

    run, _draft = drafted(browser)
    browser.post(f"{run}/review")
    assert browser.post(f"{run}/issue", day("on", SECOND)).status_code == 422
    assert browser.post(f"{run}/issue", day("on", FIRST)).status_code == 302
    work()
    assert row(Invoice).issued_on == FIRST


def test_a_payment_of_this_morning_is_entered_and_taken_back(browser, contract):
    from billing.models import Payment

    def typed(country: str) -> dict[str, str]:
        with shared():
            entity = make_entity(country)
        return {"customer": str(contract.customer_id), "entity": str(entity.id), "amount": "10", "reference": "x"}

    early = browser.post("/finance/payments/add", {**typed("GB"), **day("received_on", FIRST)})
    assert early.status_code == 422
    entered = browser.post("/finance/payments/add", {**typed("AU"), **day("received_on", FIRST)})
    assert entered.status_code == 302, text(entered)
    payment = row(Payment)
    address = f"/finance/payments/{payment.id}/reverse"
    assert 'name="on_day" value="1"' in shown(browser, address)
    said = {"kind": "mistake", "reason": "Typed twice"}
    assert browser.post(address, {**said, **day("on", SECOND)}).status_code == 422
    assert browser.post(address, {**said, **day("on", FIRST)}).status_code == 302


def test_what_is_owed_is_of_the_day_that_has_begun(browser, contract):
    with shared():
        make_invoice(contract, issued_on=NOVEMBER, due_on=date(2026, 11, 30))
        entity = make_entity("AU")
    asked = browser.get("/finance/owed", {"entity": str(entity.id), **day("on", FIRST)})
    assert asked.status_code == 200
    assert "1 December 2026" in text(asked)
    assert browser.get("/finance/owed", {"entity": str(entity.id), **day("on", SECOND)}).status_code == 422


def test_usage_of_the_month_that_is_over_is_counted_on_the_day_that_has_begun(browser, contract):
    from billing.models import UsageReading

    with shared():
        other = make_contract(contract.customer, starts_on=NOVEMBER, ends_on=date(2027, 10, 31))
        council = other.councils.get().council_id
    said = {
        "council_id": str(council), "month": NOVEMBER.isoformat(), "count": "12", "how": "Asked the council.",
        **day("counted_on", FIRST),
    }  # fmt: skip
    answer = browser.post("/finance/usage/add", said)
    assert answer.status_code == 302, text(answer)
    assert row(UsageReading, council_id=council).counted_on == FIRST
    assert "November 2026" in text(browser.get("/finance/usage"))


def test_notice_is_given_on_the_day_that_has_begun(browser, contract):
    address = f"/finance/contracts/{contract.id}/notice"
    assert 'name="given_on_day" value="1"' in shown(browser, address)
    assert browser.post(address, day("given_on", FIRST)).status_code == 302


def shown(browser, address: str) -> str:
    """A page with the attributes of its boxes in one order."""
    page = browser.get(address).content.decode()
    boxes = re.findall(r"<input[^>]*>", page)
    found = []
    for box in boxes:
        name, value = re.search(r'name="([^"]*)"', box), re.search(r'value="([^"]*)"', box)
        found.append(f'name="{name[1] if name else ""}" value="{value[1] if value else ""}"')
    return " ".join(found)
