"""Invoices and credit notes on the console: the list, the document, sending, crediting, writing off, and statements."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tenants.context import shared
from tests.console.conftest import log_slugs, row
from tests.console.finance_steps import contract_due, day, invoice_of, paid, text
from tests.factories.billing import make_contract, make_customer, make_entity, make_invoice

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])


@pytest.fixture
def browser(console):
    return console.browser("Fiona Finance", "finance")


@pytest.fixture
def invoice(db):
    with shared():
        return invoice_of(contract_due())


def today():
    from core import clock

    return clock.today()


def queries_of(browser, path) -> int:
    with CaptureQueriesContext(connections["console"]) as seen:
        assert browser.get(path).status_code == 200
    return len(seen)


def old_invoice(days_late: int, name: str = "Rowanshire", **given):
    """An invoice that was due so many days ago."""
    due = today() - timedelta(days=days_late)
    customer = make_customer(name)
    return make_invoice(make_contract(customer), issued_on=due - timedelta(days=30), due_on=due, **given)


def test_the_list_is_narrowed_by_words_state_kind_and_company(browser, invoice):
    with shared():
        late = old_invoice(9)
    page = text(browser.get("/finance/invoices"))
    assert invoice.number in page
    assert "9 days overdue" in page
    assert "2 invoices and credit notes" in page
    for query, there, not_there in (
        ("q=rowan", late, invoice),
        (f"q={invoice.number[-6:]}", invoice, late),
        ("state=overdue", late, invoice),
        (f"customer={invoice.customer_id}", invoice, late),
    ):
        page = text(browser.get(f"/finance/invoices?{query}")).split("</details>")[-1]
        assert there.number in page, query
        assert not_there.number not in page, query
    assert "No invoice fits" in text(browser.get("/finance/invoices?kind=credit_note"))
    assert "No invoice fits" in text(browser.get("/finance/invoices?state=settled"))
    assert browser.get("/finance/invoices?state=nonsense").status_code == 422
    assert browser.get("/finance/invoices?page=99999").status_code == 200


def test_an_overdue_invoice_takes_nobody_s_access_away(browser):
    with shared():
        late = old_invoice(40)
    page = text(browser.get(f"/finance/invoices/{late.id}"))
    assert "takes nobody's access away" in page
    assert "40 days overdue" in page


def test_the_pdf_is_one_and_is_what_was_sent_once_it_was(browser, invoice):
    from billing.models import InvoiceDocument
    from core import clock

    answer = browser.get(f"/finance/invoices/{invoice.id}/pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert f'inline; filename="{invoice.number.lower()}.pdf"' == answer["Content-Disposition"]
    with shared():
        InvoiceDocument.objects.create(
            invoice=invoice, content=b"%PDF-as-it-was-sent", checksum="0" * 64, made_at=clock.now()
        )
    assert browser.get(f"/finance/invoices/{invoice.id}/pdf").content == b"%PDF-as-it-was-sent"


def test_an_electronic_form_is_there_for_who_takes_one(browser, invoice):
    assert browser.get(f"/finance/invoices/{invoice.id}/xml").status_code == 404
    assert "(XML)" not in text(browser.get(f"/finance/invoices/{invoice.id}"))
    with shared():
        electronic = invoice_of(contract_due(customer=make_customer("Alderdale", takes_einvoices=True)))
    answer = browser.get(f"/finance/invoices/{electronic.id}/xml")
    assert answer["Content-Type"].startswith("application/xml")
    assert electronic.number.encode() in answer.content
    assert "(XML)" in text(browser.get(f"/finance/invoices/{electronic.id}"))


def test_it_is_sent_to_who_gets_it_and_not_twice_at_once(browser, invoice):
    from billing.models import Delivery

    here = f"/finance/invoices/{invoice.id}"
    answer = browser.post(f"{here}/send", {"back": here}, follow=True)
    assert "On its way" in text(answer)
    delivery = row(Delivery)
    assert delivery.to in text(answer)
    assert "is on its way to everyone" in text(browser.post(f"{here}/send", {"back": here}, follow=True))
    stopped = browser.post(f"/finance/sendings/{delivery.id}/stop", {"back": here}, follow=True)
    assert "given up" in text(stopped)
    assert delivery.to in text(browser.get("/finance/sendings"))
    assert "once more" in text(browser.post(f"/finance/sendings/{delivery.id}/again", {"back": here}, follow=True))
    with shared():
        assert Delivery.objects.count() == 2


def test_a_button_leads_back_only_to_a_page_of_ours(browser, invoice):
    for back in ("https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""):
        answer = browser.post(f"/finance/invoices/{invoice.id}/send", {"back": back})
        assert answer["Location"] == "/finance/invoices"


def test_a_part_of_a_line_is_credited_and_settles_its_invoice(browser, invoice):
    from billing.models import Draft, Invoice

    with shared():
        line = invoice.lines.order_by("position").first()
    here = f"/finance/invoices/{invoice.id}/credit"
    said = {"how": "some", f"line-{line.id}": "10.00", "reason": "Agreed with the council"}
    answer = browser.post(here, said)
    draft = row(Draft, issued=None)
    assert answer["Location"] == f"/finance/drafts/{draft.id}"
    page = text(browser.get(answer["Location"]))
    assert "£10.00" in page
    assert "£12.00" in page
    assert invoice.number in page
    browser.post(f"/finance/drafts/{draft.id}/review")
    browser.post(f"/finance/drafts/{draft.id}/issue", day("on", today()))
    note = row(Invoice, kind="credit_note")
    page = text(browser.get(f"/finance/invoices/{invoice.id}"))
    assert note.number in page
    assert "Credit note" in page
    assert "All of it is used." in text(browser.get(f"/finance/invoices/{note.id}"))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({}, "Choose how much is credited"),
        ({"how": "some", "reason": "Why not"}, "Enter an amount for at least one line"),
        ({"how": "some", "amount": "0", "reason": "Why not"}, "at least £0.01"),
        ({"how": "some", "amount": "-5", "reason": "Why not"}, "can&#39;t be below zero"),
        ({"how": "some", "amount": "99,999.00", "reason": "Why not"}, "at most £"),
        ({"how": "some", "amount": "€10", "reason": "Why not"}, "Amounts here are in GBP"),
        ({"how": "some", "amount": "ten", "reason": "Why not"}, "Amounts here are in GBP"),
        ({"how": "some", "amount": "1.234", "reason": "Why not"}, "at most two places"),
        ({"how": "all"}, "Say why"),
    ],
)
def test_what_can_t_be_credited_is_said_and_what_was_typed_stays(browser, invoice, said, sentence):
    with shared():
        line = invoice.lines.order_by("position").first()
    typed = {(f"line-{line.id}" if name == "amount" else name): value for name, value in said.items()}
    answer = browser.post(f"/finance/invoices/{invoice.id}/credit", typed)
    assert answer.status_code == 422
    assert sentence in text(answer)
    if "amount" in said:
        assert f'value="{said["amount"]}"' in text(answer)


def test_all_of_it_credited_leaves_nothing_to_credit(browser, invoice):
    from billing.models import Draft

    here = f"/finance/invoices/{invoice.id}/credit"
    assert browser.post(here, {"how": "all", "reason": "Wrong council", "bills_again": "on"}).status_code == 302
    assert "billed again in the next run" in text(browser.get(f"/finance/drafts/{row(Draft, issued=None).id}"))
    assert "Nothing is left to credit" in text(browser.get(here))


def test_a_credit_note_is_credited_no_further(browser, invoice):
    with shared():
        note = make_invoice(invoice.contract, kind="credit_note", credits=invoice, net="5.00")
    assert browser.get(f"/finance/invoices/{note.id}/credit").status_code == 404


def test_what_is_left_of_a_credit_note_settles_another_invoice(browser, invoice):
    with shared():
        note = make_invoice(invoice.contract, kind="credit_note", credits=invoice, net="5.00")
    here = f"/finance/invoices/{note.id}/use"
    over = browser.post(here, {f"invoice-{invoice.id}": "6.01"})
    assert over.status_code == 422
    assert "That is £6.01 in all, and there is £6.00" in text(over)
    answer = browser.post(here, {f"invoice-{invoice.id}": "6.00"}, follow=True)
    assert "settled by that much" in text(answer)
    assert "All of it is used." in text(answer)
    assert "There is nothing to settle with it" in text(browser.get(here))


def test_writing_off_takes_another_operator(console, browser):
    from console.models import Proposal

    with shared():
        late = old_invoice(120)
    here = f"/finance/invoices/{late.id}/write-off"
    assert 'value="120.00"' in text(browser.get(here))
    wrong = browser.post(here, {"amount": "500", "reason": ""})
    assert wrong.status_code == 422
    assert 'value="500"' in text(wrong)
    answer = browser.post(here, {"amount": "120.00", "reason": "The council was dissolved"})
    proposal = row(Proposal)
    assert answer["Location"] == f"/proposals/{proposal.id}"
    assert "waits for another operator" in text(browser.get(f"/finance/invoices/{late.id}"))
    decision = {"approve": "yes", "reason": "Seen the order of dissolution"}
    browser.post(f"/proposals/{proposal.id}/decide", decision)
    assert row(Proposal).decision == "open"
    other = console.browser("Faro Finance", "finance")
    assert other.post(f"/proposals/{proposal.id}/decide", decision).status_code == 302
    page = text(browser.get(f"/finance/invoices/{late.id}"))
    assert "Written off" in page
    assert "Nothing of it is open." in page


def test_what_settles_an_invoice_is_taken_back(browser, invoice):
    from billing.models import Allocation

    with shared():
        payment = paid(invoice.customer, "50.00", reference="Half of it")
    browser.post(f"/finance/payments/{payment.id}/allocate", {f"invoice-{invoice.id}": "50.00"})
    here = f"/finance/invoices/{invoice.id}"
    assert "Half of it" in text(browser.get(here))
    allocation = row(Allocation)
    answer = browser.post(f"/finance/allocations/{allocation.id}/undo", {"back": here}, follow=True)
    assert "Taken back" in text(answer)
    assert "taken back" in text(answer)
    again = browser.post(f"/finance/allocations/{allocation.id}/undo", {"back": here}, follow=True)
    assert "was taken back already" in text(again)


def test_a_statement_is_looked_at_and_sent(browser, invoice):
    from billing.models import Delivery

    here = f"/finance/customers/{invoice.customer_id}/statement"
    page = text(browser.get(here))
    assert invoice.number in page
    assert "Owed on" in page
    sent = {"entity": str(invoice.entity_id), "first": "2026-01-01", "last": today().isoformat()}
    answer = browser.post(f"{here}/send", sent, follow=True)
    assert "On its way to 1 address" in text(answer)
    assert row(Delivery).kind == "statement"
    assert browser.get(f"{here}.pdf").content.startswith(b"%PDF-")
    backwards = browser.get(f"{here}?entity={invoice.entity_id}&first=2026-05-02&last=2026-05-01")
    assert backwards.status_code == 422
    assert "The last day can&#39;t be before the first" in text(backwards)
    assert browser.get(f"/finance/customers/{uuid4()}/statement").status_code == 404


def test_who_owes_for_how_long_as_a_page_and_as_a_file(browser):
    with shared():
        old_invoice(5, "Rowanshire")
        old_invoice(95, "=Formula council")
    page = text(browser.get("/finance/owed"))
    assert "Rowanshire" in page
    assert "£240.00" in page
    answer = browser.get("/finance/owed.csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert "'=Formula council" in answer.content.decode()
    assert "console.finance.exported" in log_slugs()
    assert browser.get("/finance/owed?entity=nothing").status_code == 422
    assert browser.get("/finance/owed.csv?entity=nothing").status_code == 302


def test_files_for_accounting_hold_figures_and_are_noted(browser, invoice):
    with shared():
        paid(invoice.customer, "50.00")
    first, last = today() - timedelta(days=40), today()
    query = f"entity={invoice.entity_id}&first={first}&last={last}"
    page = text(browser.get(f"/finance/files?{query}"))
    assert f"/finance/files/journal.csv?{query}" in page.replace("&amp;", "&")
    for name, held in (("invoices", invoice.number), ("payments", "50.00"), ("journal", "1100")):
        answer = browser.get(f"/finance/files/{name}.csv?{query}")
        assert held in answer.content.decode()
        assert f"{name}-{first}-{last}.csv" in answer["Content-Disposition"]
    assert log_slugs().count("console.finance.exported") == 3


def test_an_amount_below_zero_stays_a_figure_in_a_file(db):
    from console.pages.csv_file import csv_file

    cells = csv_file("a.csv", ["A"], [["-5.00"], ["-5.00+1"], ["=1"], ["-"]]).content.decode().split()
    assert cells == ["A", "-5.00", "'-5.00+1", "'=1", "'-"]


def test_whom_to_ring_with_a_number_to_ring(browser):
    from billing.models import Reminder

    with shared():
        late = old_invoice(60)
        Reminder.objects.create(invoice=late, step=3, on=today())
    page = text(browser.get("/finance/calls"))
    assert "Rowanshire" in page
    assert re.search(r'href="tel:\+?[\d]+"', page)
    assert "60 days overdue" in page


def test_before_any_company_bills_the_pages_say_what_to_do_first(browser):
    for path in ("/finance/owed", "/finance/files", "/finance/owed.csv", "/finance/files/journal.csv"):
        assert "No company bills yet" in text(browser.get(path))
    for path in ("/finance/runs", "/finance/runs/start", "/finance/invoices", "/finance/calls", "/finance/sendings"):
        assert browser.get(path).status_code == 200


def test_an_auditor_sees_everything_and_can_do_nothing(console, browser, invoice):
    auditor = console.browser("Audrey Auditor", "auditor")
    here = f"/finance/invoices/{invoice.id}"
    for path in ("/finance/invoices", here, f"/finance/customers/{invoice.customer_id}/statement", "/finance/owed"):
        page = text(auditor.get(path)).split("<main", 1)[1].split("</main", 1)[0]
        assert 'method="post"' not in page, path
    assert auditor.get(f"{here}/pdf").status_code == 200
    assert auditor.get(f"{here}/credit").status_code == 403
    for path in (f"{here}/send", f"{here}/write-off", f"{here}/bill-again"):
        assert auditor.post(path).status_code == 403


def test_as_many_statements_for_sixty_invoices_as_for_three(browser):
    with shared():
        customer = make_customer("Larchshire")
        contract = make_contract(customer)
        make_entity()
        some = [make_invoice(contract, issued_on=today() - timedelta(days=70 + n)) for n in range(3)]
    paths = (
        "/finance/invoices", f"/finance/invoices/{some[0].id}", f"/finance/customers/{customer.id}/statement",
        "/finance/owed", "/finance/calls",
    )  # fmt: skip
    few = [queries_of(browser, path) for path in paths]
    with shared():
        for n in range(57):
            make_invoice(contract, issued_on=today() - timedelta(days=80 + n))
    assert [queries_of(browser, path) for path in paths] == few
    assert "page 1 of 2" in text(browser.get("/finance/invoices"))


def test_who_was_rung_stands_below_until_the_day_that_was_noted(console, browser):
    from billing.models import Reminder

    with shared():
        late = old_invoice(60)
        Reminder.objects.create(invoice=late, step=3, on=today())
    here = f"/finance/calls/{late.customer_id}/{late.entity_id}/rung"
    assert here in text(browser.get("/finance/calls"))
    assert "Nothing of what was said" in text(browser.get(here))
    assert browser.post(here, day("again_on", today())).status_code == 422
    done = text(browser.post(here, day("again_on", today() + timedelta(days=4)), follow=True))
    assert "Rung, and to be rung again later" in done
    assert "by Fiona Finance" in done
    assert here not in done
    assert "console.call.noted" in log_slugs()
    assert browser.post(here, day("again_on", today() + timedelta(days=5))).status_code == 409
    assert browser.get(f"/finance/calls/{uuid4()}/{late.entity_id}/rung").status_code == 404
    assert console.browser("Audrey Auditor", "auditor").get(here).status_code == 403


def test_what_is_overdue_and_was_never_sent_is_named_among_the_calls(browser):
    from tests.factories.billing import sent

    with shared():
        late, there = old_invoice(60), sent(old_invoice(61))
    page = text(browser.get("/finance/calls"))
    assert "Overdue, and never sent" in page
    assert (late.number in page, there.number in page) == (True, False)


def test_what_is_left_of_a_credit_note_is_paid_back_in_one_step(browser, invoice):
    from billing.models import Payment

    with shared():
        paid(invoice.customer, f"{invoice.gross}", entity=invoice.entity)
        money = Payment.objects.get()
        note = make_invoice(invoice.contract, net="50.00", kind="credit_note", credits=invoice, issued_on=today())
    here = f"/finance/invoices/{note.id}/pay-back"
    assert here in text(browser.get(f"/finance/invoices/{note.id}"))
    said = {"amount": "60.00", "reason": "They asked for it", **day("on", today())}
    assert "no payment of theirs" in text(browser.post(here, said))
    browser.post(f"/finance/payments/{money.id}/allocate", {f"invoice-{invoice.id}": f"{invoice.gross}"})
    assert browser.post(here, {**said, "amount": "60.01"}).status_code == 422
    answer = browser.post(here, said, follow=True)
    assert "All of it is used" in text(answer)
    back = row(Payment, reverses=money)
    assert (back.amount, back.note) == (-60, "They asked for it")
    assert "console.credit_note.paid_back" in log_slugs()
    assert browser.get(f"/finance/invoices/{invoice.id}/pay-back").status_code == 404
    assert "Nothing is left to pay back" in text(browser.get(here))
