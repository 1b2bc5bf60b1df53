"""Runs and drafts on the console: starting, looking, holding back, issuing, and who may do which."""

from __future__ import annotations

import re
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tenants.context import shared
from tests.console.conftest import log_slugs, row
from tests.console.finance_steps import contract_due, day, draft_of, invoice_of, last_month, text, work
from tests.factories.billing import make_entity, make_reading

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])


@pytest.fixture
def browser(console):
    return console.browser("Fiona Finance", "finance")


def started(browser, *, dry: str = "no", month=None):
    with shared():
        entity = make_entity()
    answer = browser.post(
        "/finance/runs/start",
        {"entity": str(entity.id), "month": (month or last_month()).isoformat(), "dry": dry},
    )
    assert answer.status_code == 302, text(answer)
    return answer["Location"]


def today():
    from core import clock

    return clock.today()


def queries_of(browser, path) -> int:
    with CaptureQueriesContext(connections["console"]) as seen:
        assert browser.get(path).status_code == 200
    return len(seen)


def test_finance_drafts_reviews_and_issues_a_month(browser):
    from billing.models import Draft, Invoice

    with shared():
        contract_due()
    run = started(browser)
    waiting = text(browser.get(run))
    assert "0 of 1 contracts looked at" in waiting
    assert "hx-get" in waiting
    work()
    page = text(browser.get(run))
    assert "Larchshire" in page
    assert "1 is to be looked at" in page
    assert "hx-trigger" not in page
    draft = row(Draft, issued=None)
    shown = text(browser.get(f"/finance/drafts/{draft.id}"))
    assert "platform fee" in shown.lower()
    assert "Tax of 20 %" in shown
    assert browser.post(f"/finance/drafts/{draft.id}/review").status_code == 302
    answer = browser.post(f"/finance/drafts/{draft.id}/issue", day("on", today()))
    invoice = row(Invoice)
    assert answer["Location"] == f"/finance/invoices/{invoice.id}"
    assert invoice.number in text(browser.get(answer["Location"]))
    assert invoice.number in text(browser.get(f"/finance/drafts/{draft.id}"))
    for slug in ("console.invoice_run.started", "console.draft.reviewed", "console.invoice.issued"):
        assert slug in log_slugs()


def test_all_drafts_of_a_run_are_reviewed_and_issued_together(browser):
    from billing.models import Invoice

    with shared():
        for name in ("Larchshire", "Rowanshire", "Alderdale"):
            contract_due(name)
    run = started(browser)
    work()
    assert "3 drafts are reviewed now." in text(browser.post(f"{run}/review", follow=True))
    assert "3 drafts become invoices" in text(browser.get(f"{run}/issue"))
    asked = browser.post(f"{run}/issue", day("on", today()), follow=True)
    assert "3 drafts are being issued." in text(asked)
    assert "hx-get" in text(asked)
    work()
    assert "3 are issued" in text(browser.get(run))
    with shared():
        assert sorted(Invoice.objects.values_list("sequence", flat=True)) == [1, 2, 3]


def test_two_who_issue_the_same_run_at_once_are_told_and_issue_it_once(console, browser):
    from billing.models import Invoice

    with shared():
        contract_due()
    run = started(browser)
    work()
    browser.post(f"{run}/review")
    other = console.browser("Faro Finance", "finance")
    assert "1 draft is being issued." in text(browser.post(f"{run}/issue", day("on", today()), follow=True))
    assert "somebody else was quicker" in text(other.post(f"{run}/issue", day("on", today()), follow=True))
    work()
    work()
    with shared():
        assert Invoice.objects.count() == 1


def test_of_two_who_issue_one_draft_the_second_sees_the_number_it_has(console, browser):
    with shared():
        draft = draft_of(contract_due())
    browser.post(f"/finance/drafts/{draft.id}/review")
    other = console.browser("Faro Finance", "finance")
    browser.post(f"/finance/drafts/{draft.id}/issue", day("on", today()))
    late = other.post(f"/finance/drafts/{draft.id}/issue", day("on", today()))
    assert late.status_code == 409
    assert re.search(r"It was issued meanwhile, as PWUK-\d{4}-000001", text(late))
    assert other.get(f"/finance/drafts/{draft.id}/issue").status_code == 302


def test_a_dry_run_shows_what_it_would_draft_and_drafts_nothing(browser):
    from billing.models import Draft

    with shared():
        contract_due()
    run = started(browser, dry="yes")
    work()
    page = text(browser.get(run))
    assert "dry run" in page
    assert "Nothing was drafted" in page
    assert re.search(r"£[\d,]+\.\d\d", page)
    with shared():
        assert not Draft.objects.exists()


def test_a_run_is_not_started_without_an_answer_and_keeps_what_was_chosen(browser):
    with shared():
        entity = make_entity()
        make_entity("AU")
    answer = browser.post("/finance/runs/start", {"month": last_month().isoformat(), "dry": "no"})
    assert answer.status_code == 422
    page = text(answer)
    assert "Error:" in page
    assert f'value="{last_month().isoformat()}" selected' in page
    assert re.search(r'value="no"[^>]*checked', page)
    late = browser.post(
        "/finance/runs/start", {"entity": str(entity.id), "month": today().replace(day=1).isoformat(), "dry": "no"}
    )
    assert late.status_code == 422


def test_a_council_that_was_not_counted_is_named_and_nothing_is_drafted(browser):
    with shared():
        contract_due("Larchshire", count=None)
    run = started(browser)
    work()
    page = text(browser.get(f"{run}?outcome=held"))
    assert "Not counted yet for" in page
    assert "Larchshire 1" in page
    assert "No contract had this outcome" in text(browser.get(f"{run}?outcome=failed"))
    assert browser.get(f"{run}?outcome=nonsense").status_code == 422


def test_a_run_again_looks_at_what_could_not_be_billed(browser):
    with shared():
        contract = contract_due("Larchshire", count=None)
    run = started(browser)
    work()
    with shared():
        make_reading(contract.councils.get().council_id, last_month(), 7)
    assert browser.post(f"{run}/again")["Location"] == run
    work()
    assert "1 is to be looked at" in text(browser.get(run))


def test_a_dry_run_again_leads_to_the_new_one(browser):
    with shared():
        contract_due()
    first = started(browser, dry="yes")
    work()
    second = browser.post(f"{first}/again")["Location"]
    assert second.startswith("/finance/runs/")
    assert second != first
    assert "0 of 1 contracts looked at" in text(browser.get(second))


@pytest.mark.parametrize("dry", ["yes", "no"])
def test_a_run_says_which_credit_note_comes_beside_an_invoice_and_leads_to_it(browser, dry):
    from datetime import timedelta

    from billing.actions.drafting import draft_contract, review_draft
    from billing.actions.issuing import issue
    from billing.models import Draft
    from billing.periods import add_months
    from core import clock
    from tests.factories.billing import make_book, make_contract

    before = add_months(last_month(), -1)
    with shared():
        make_book()
        contract = make_contract(starts_on=before, ends_on=before + timedelta(days=365))
        council = contract.councils.get().council_id
        reading = make_reading(council, before, 1000)
        make_reading(council, last_month(), 100)
        draft = draft_contract(contract_id=contract.id, until=before, at=clock.now()).draft
        review_draft(draft_id=draft.id, by=None, at=clock.now())
        issue(draft_id=draft.id, on=clock.today(), by=None, at=clock.now())
        make_reading(council, before, 0, corrects=reading, reason="Counted the wrong council")
    run = started(browser, dry=dry)
    work()
    page = text(browser.get(run))
    assert "And a credit note of £3,264.00 with tax" in page
    assert "£1,284.00" in page
    if dry == "no":
        note = row(Draft, issued=None, kind="credit_note")
        assert f'href="/finance/drafts/{note.id}"' in page
        assert "Another draft: Credit note" in page


def test_progress_asks_again_until_it_is_over_with_and_without_scripts(browser):
    with shared():
        contract_due()
    run = started(browser)
    part = browser.get(f"{run}/progress", headers={"hx-request": "true"})
    assert "<html" not in text(part)
    assert 'hx-trigger="every 2s"' in text(part)
    assert "See how far it is now" in text(browser.get(f"{run}/progress"))
    work()
    over = text(browser.get(f"{run}/progress", headers={"hx-request": "true"}))
    assert "hx-trigger" not in over
    assert "look at what it found" in over


def test_usage_corrected_since_stops_a_draft_until_it_is_drafted_again(browser):
    with shared():
        contract = contract_due()
        draft = draft_of(contract)
        council = contract.councils.get()
        from billing.models import UsageReading

        first = UsageReading.objects.get(council_id=council.council_id)
        make_reading(council.council_id, last_month(), 60, corrects=first, reason="Counted twice")
    answer = browser.post(f"/finance/drafts/{draft.id}/review", follow=True)
    assert "have changed since it was drafted" in text(answer)
    again = browser.post(f"/finance/drafts/{draft.id}/again")
    assert again.status_code == 302
    assert str(draft.id) not in again["Location"]
    assert "£192.00" in text(browser.get(again["Location"]))
    assert browser.get(f"/finance/drafts/{draft.id}").status_code == 404


def test_a_draft_without_its_purchase_order_waits_for_a_reason(browser):
    with shared():
        from tests.factories.billing import make_customer

        draft = draft_of(contract_due(customer=make_customer("Larchshire", needs_order=True)))
    page = text(browser.get(f"/finance/drafts/{draft.id}"))
    assert "asks for a purchase order" in page
    assert "I have looked at it" not in page
    empty = browser.post(f"/finance/drafts/{draft.id}/allow", {"reason": ""})
    assert empty.status_code == 422
    assert "Say why" in text(empty)
    assert browser.post(f"/finance/drafts/{draft.id}/allow", {"reason": "The order comes on Monday"}).status_code == 302
    page = text(browser.get(f"/finance/drafts/{draft.id}"))
    assert "The order comes on Monday" in page
    assert "I have looked at it" in page


def test_an_order_that_was_closed_after_drafting_is_said_and_can_be_allowed(browser):
    from billing.models import PurchaseOrder
    from core import clock

    with shared():
        contract = contract_due()
        order = PurchaseOrder.objects.create(contract=contract, number="PO-1", valid_from=contract.starts_on)
        draft = draft_of(contract)
    assert "Issue it without an order" not in text(browser.get(f"/finance/drafts/{draft.id}"))
    with shared():
        PurchaseOrder.objects.filter(id=order.id).update(closed_at=clock.now())
    page = text(browser.get(f"/finance/drafts/{draft.id}"))
    assert "No purchase order has enough left" in page
    assert "Issue it without an order" in page
    answer = browser.post(f"/finance/drafts/{draft.id}/allow", {"reason": "The order comes on Monday"})
    assert answer.status_code == 302
    assert "I have looked at it" in text(browser.get(f"/finance/drafts/{draft.id}"))
    assert browser.post(f"/finance/drafts/{draft.id}/review").status_code == 302
    assert "Issue it" in text(browser.get(f"/finance/drafts/{draft.id}"))


def test_what_is_not_reviewed_or_still_to_come_is_not_issued(browser):
    from datetime import timedelta

    with shared():
        draft = draft_of(contract_due())
    answer = browser.post(f"/finance/drafts/{draft.id}/issue", day("on", today()))
    assert (answer.status_code, "Review the draft first." in text(answer)) == (422, True)
    browser.post(f"/finance/drafts/{draft.id}/review")
    answer = browser.post(f"/finance/drafts/{draft.id}/issue", day("on", today() + timedelta(days=1)))
    assert answer.status_code == 422
    assert f'value="{(today() + timedelta(days=1)).day}"' in text(answer)


def test_a_draft_thrown_away_is_due_again(browser):
    from billing.models import Draft

    with shared():
        contract_due()
    run = started(browser)
    work()
    draft = row(Draft)
    assert browser.post(f"/finance/drafts/{draft.id}/discard")["Location"] == run
    browser.post(f"{run}/again")
    work()
    assert row(Draft).net == draft.net


def test_a_note_is_kept_and_stands_on_the_invoice(browser):
    with shared():
        draft = draft_of(contract_due())
    long = browser.post(f"/finance/drafts/{draft.id}", {"note": "x" * 601})
    assert long.status_code == 422
    assert "x" * 601 in text(long)
    browser.post(f"/finance/drafts/{draft.id}", {"note": "With thanks to the parks team"})
    browser.post(f"/finance/drafts/{draft.id}/review")
    answer = browser.post(f"/finance/drafts/{draft.id}/issue", day("on", today()), follow=True)
    assert "With thanks to the parks team" in text(answer)


def test_an_auditor_sees_runs_and_drafts_and_can_do_nothing_with_them(console, browser):
    with shared():
        contract_due()
    run = started(browser)
    work()
    from billing.models import Draft

    draft = row(Draft)
    auditor = console.browser("Audrey Auditor", "auditor")
    for path in ("/finance/runs", run, f"/finance/drafts/{draft.id}"):
        page = text(auditor.get(path)).split("<main", 1)[1].split("</main", 1)[0]
        assert 'method="post"' not in page, path
        assert "Start a run" not in page
    for path in (f"{run}/review", f"{run}/again", f"{run}/stop", f"/finance/drafts/{draft.id}/review"):
        assert auditor.post(path).status_code == 403
    assert auditor.post(f"/finance/drafts/{draft.id}", {"note": "no"}).status_code == 403
    assert console.browser().get("/finance/runs").status_code == 403


def test_what_is_not_there_is_not_found(browser):
    for path in (f"/finance/runs/{uuid4()}", f"/finance/drafts/{uuid4()}", f"/finance/runs/{uuid4()}/issue"):
        assert browser.get(path).status_code == 404


def test_as_many_statements_for_forty_contracts_as_for_two(browser):
    with shared():
        for number in range(2):
            contract_due(f"Council {number}")
    run = started(browser)
    work()
    few = [queries_of(browser, path) for path in ("/finance/runs", run, f"{run}/progress")]
    with shared():
        for number in range(2, 40):
            contract_due(f"Council {number}")
    browser.post(f"{run}/again")
    work()
    assert [queries_of(browser, path) for path in ("/finance/runs", run, f"{run}/progress")] == few


def test_what_a_run_drafts_comes_to_what_its_page_says(browser):
    from billing.models import Draft
    from billing.money import written

    with shared():
        for name in ("Larchshire", "Rowanshire"):
            contract_due(name)
    run = started(browser)
    work()
    with shared():
        gross = sum(Draft.objects.values_list("gross", flat=True), Decimal(0))
    assert written(gross, "GBP") in text(browser.get(run))


def test_an_issued_draft_offers_no_act(browser):
    with shared():
        invoice = invoice_of(contract_due())
    page = text(browser.get(f"/finance/drafts/{invoice.draft_id}"))
    assert "It was issued as" in page
    assert "Throw it away" not in page
    assert "meanwhile" in text(browser.post(f"/finance/drafts/{invoice.draft_id}/discard", follow=True))
