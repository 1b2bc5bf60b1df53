"""Sending a whole run from its page: once to everyone it reaches, and whom nobody reaches by name."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tenants.context import shared
from tests.console.conftest import log_slugs
from tests.console.finance_steps import contract_due, text, work
from tests.factories.billing import make_contract, make_customer, make_entity, make_invoice

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

BUTTON = "Send all that was issued"


@pytest.fixture
def browser(console):
    return console.browser("Fiona Finance", "finance")


@pytest.fixture
def run(db):
    from billing.models import InvoiceRun
    from core import clock

    with shared():
        return InvoiceRun.objects.create(
            entity=make_entity(), month=date(2026, 1, 1), state="done", started_at=clock.now()
        )


def issued(run, name: str = "Larchshire", *, is_reached: bool = True, **given):
    """One invoice of a run, to a customer that has somebody who gets it, or nobody."""
    with shared():
        customer = make_customer(name)
        if not is_reached:
            customer.contacts.update(gets_invoices=False)
        return make_invoice(make_contract(customer), run_id=run.id, **given)


def sent_to() -> list[str]:
    from billing.models import Delivery

    with shared():
        return list(Delivery.objects.order_by("invoice__number").values_list("invoice__number", flat=True))


def test_all_that_was_issued_of_a_run_is_sent_at_once_and_never_twice(browser, run):
    first, second = issued(run), issued(run, "Rowanshire")
    here = f"/finance/runs/{run.id}"
    page = text(browser.get(here))
    assert BUTTON in page
    assert "2 invoices and credit notes were sent to nobody yet" in page
    assert "On its way to 2 addresses." in text(browser.post(f"{here}/send", follow=True))
    assert sent_to() == [first.number, second.number]
    assert BUTTON not in text(browser.get(here))
    assert "was sent before" in text(browser.post(f"{here}/send", follow=True))
    assert len(sent_to()) == 2
    assert "console.invoice_run.sent" in log_slugs()


def test_whom_nobody_reaches_stands_on_the_run_s_page_with_a_link_until_a_contact_is_added(browser, run):
    reached, alone = issued(run), issued(run, "Rowanshire", is_reached=False)
    here = f"/finance/runs/{run.id}"
    page = text(browser.post(f"{here}/send", follow=True))
    assert "On its way to 1 address." in page
    assert "1 reaches nobody" in page
    assert f'href="/finance/invoices/{alone.id}"' in page
    assert f'href="/finance/customers/{alone.customer_id}"' in page
    assert reached.number not in page
    assert BUTTON not in page
    with shared():
        alone.customer.contacts.update(gets_invoices=True)
    assert BUTTON in text(browser.get(here))
    browser.post(f"{here}/send")
    assert sent_to() == [reached.number, alone.number]
    assert alone.number not in text(browser.get(here))


def test_an_electronic_invoice_reaches_its_network_without_anybody_to_mail(browser, run):
    issued(run, is_reached=False, xml="<Invoice/>")
    page = text(browser.get(f"/finance/runs/{run.id}"))
    assert BUTTON in page
    assert "reaches nobody" not in page


def test_of_many_whom_nobody_reaches_the_first_are_listed_and_all_are_counted(browser, run):
    with shared():
        contract = make_contract()
        contract.customer.contacts.update(gets_invoices=False)
        made = [make_invoice(contract, run_id=run.id) for _number in range(53)]
    page = text(browser.get(f"/finance/runs/{run.id}"))
    assert "53 reach nobody" in page
    assert made[49].number in page
    assert made[50].number not in page
    assert "and 3 more" in page


def test_a_dry_run_and_one_of_which_nothing_is_issued_send_nothing(browser):
    with shared():
        contract_due()
        entity = make_entity()
    from tests.console.finance_steps import last_month

    said = {"entity": str(entity.id), "month": last_month().isoformat()}
    for dry in ("yes", "no"):
        run = browser.post("/finance/runs/start", {**said, "dry": dry})["Location"]
        work()
        assert BUTTON not in text(browser.get(run))


def test_an_auditor_sees_whom_nobody_reaches_and_sends_nothing(console, run):
    alone = issued(run, is_reached=False)
    issued(run, "Rowanshire")
    auditor, here = console.browser("Audrey Auditor", "auditor"), f"/finance/runs/{run.id}"
    page = text(auditor.get(here))
    assert alone.number in page
    assert BUTTON not in page
    assert auditor.post(f"{here}/send").status_code == 403
    assert sent_to() == []


def test_a_run_that_is_not_there_is_not_sent(browser, run):
    assert browser.post("/finance/runs/00000000-0000-0000-0000-000000000000/send").status_code == 404


def test_a_run_s_page_takes_as_many_statements_for_forty_invoices_as_for_two(browser, run):
    def statements() -> int:
        with CaptureQueriesContext(connections["console"]) as seen:
            assert browser.get(f"/finance/runs/{run.id}").status_code == 200
        return len(seen)

    with shared():
        contract = make_contract()
        for _number in range(2):
            make_invoice(contract, run_id=run.id)
    few = statements()
    with shared():
        for _number in range(38):
            make_invoice(contract, run_id=run.id)
    assert statements() == few
