"""Payments and the bank on the console: by hand, from a file, what is not sure, and every file that can't be read."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test.utils import CaptureQueriesContext

from tenants.context import shared
from tests.console.conftest import log_slugs, row
from tests.console.finance_steps import contract_due, day, invoice_of, paid, text
from tests.factories.billing import make_contract, make_customer, make_entity, make_invoice
from tests.factories.console import ConsoleSite

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


def typed(invoice, **more) -> dict[str, str]:
    said = {"customer": str(invoice.customer_id), "entity": str(invoice.entity_id), "amount": "100.00"}
    return {**said, **day("received_on", today()), **more}


def send(browser, content: bytes, name: str = "bank.csv", entity=None):
    with shared():
        entity = entity or make_entity()
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    return browser.post("/finance/bank/import", {"entity": str(entity.id), "file": file})


def csv_of(*rows: tuple[str, str, str]) -> bytes:
    on = today().strftime("%d/%m/%Y")
    lines = [f"{on},{reference},{payer},{amount}" for reference, payer, amount in rows]
    return "\n".join(["Date,Reference,Payer,Amount", *lines]).encode()


def test_a_payment_is_entered_and_pays_a_part_of_an_invoice(browser, invoice):
    from billing.models import Payment

    answer = browser.post("/finance/payments/add", typed(invoice, reference="BACS 44"))
    payment = row(Payment)
    assert answer["Location"] == f"/finance/payments/{payment.id}/allocate"
    assert invoice.number in text(browser.get(answer["Location"]))
    done = browser.post(answer["Location"], {f"invoice-{invoice.id}": "60.00"}, follow=True)
    page = text(done)
    assert "£60.00" in page
    assert "£40.00" in page
    assert "BACS 44" in text(browser.get("/finance/payments"))
    assert "console.payment.allocated" in log_slugs()


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"customer": ""}, "Choose from"),
        ({"amount": ""}, "Enter amount"),
        ({"amount": "-3"}, "can&#39;t be below zero"),
        ({"amount": "0.00"}, "at least £0.01"),
        ({"amount": "A$50"}, "Amounts here are in GBP"),
        ({"amount": "100000000000000"}, "at most"),
        ({"received_on_year": "20"}, "must have a year of 4 numbers"),
        ({"received_on_year": "2199"}, "must be today or in the past"),
        ({"received_on_year": "1999"}, "this is too long ago"),
    ],
)
def test_a_payment_that_can_t_be_is_told_and_kept_in_the_form(browser, invoice, more, sentence):
    answer = browser.post("/finance/payments/add", typed(invoice, reference="Kept words", **more))
    assert answer.status_code == 422
    page = text(answer)
    assert sentence in page, page[page.find("error-summary") : page.find("error-summary") + 900]
    assert 'value="Kept words"' in page


def test_the_same_payment_again_is_asked_about(browser, invoice):
    from billing.models import Payment

    browser.post("/finance/payments/add", typed(invoice, reference="X1"))
    again = browser.post("/finance/payments/add", typed(invoice, reference="X1"))
    assert again.status_code == 422
    assert "was entered already" in text(again)
    assert "It is another payment" in text(again)
    assert browser.post("/finance/payments/add", typed(invoice, reference="X1", is_another="on")).status_code == 302
    with shared():
        assert Payment.objects.count() == 2


def test_no_more_is_allocated_than_there_is_and_two_at_once_are_told(console, browser, invoice):
    with shared():
        payment = paid(invoice.customer, "100.00")
    here = f"/finance/payments/{payment.id}/allocate"
    over = browser.post(here, {f"invoice-{invoice.id}": "100.01"})
    assert over.status_code == 422
    assert "That is £100.01 in all, and there is £100.00" in text(over)
    assert 'value="100.01"' in text(over)
    none = browser.post(here, {f"invoice-{invoice.id}": ""})
    assert "Enter an amount for at least one invoice" in text(none)
    other = console.browser("Faro Finance", "finance")
    assert browser.post(here, {f"invoice-{invoice.id}": "80.00"}).status_code == 302
    late = other.post(here, {f"invoice-{invoice.id}": "80.00"})
    assert late.status_code == 422
    assert "there is £20.00" in text(late)


def test_a_payment_entered_by_mistake_goes_back_with_what_it_paid(browser, invoice):
    with shared():
        payment = paid(invoice.customer, "100.00")
    browser.post(f"/finance/payments/{payment.id}/allocate", {f"invoice-{invoice.id}": "80.00"})
    here = f"/finance/payments/{payment.id}/reverse"
    empty = browser.post(here, day("on", today()))
    assert empty.status_code == 422
    assert "Choose what happened" in text(empty)
    answer = browser.post(here, {"kind": "mistake", "reason": "Another council's", **day("on", today())}, follow=True)
    page = text(answer)
    assert "What went back" in page
    assert "Another council&#39;s" in page
    assert "taken back" in page
    again = browser.post(here, {"kind": "mistake", "reason": "Once more", **day("on", today())})
    assert again.status_code == 409
    assert "was reversed or given back already" in text(again)


def test_only_what_is_left_is_paid_back(browser, invoice):
    with shared():
        payment = paid(invoice.customer, "100.00")
    browser.post(f"/finance/payments/{payment.id}/allocate", {f"invoice-{invoice.id}": "80.00"})
    here = f"/finance/payments/{payment.id}/reverse"
    refund = {"kind": "refund", "reason": "Paid twice", **day("on", today())}
    over = browser.post(here, {**refund, "amount": "50.00"})
    assert over.status_code == 409
    assert "Only £20.00" in text(over)
    assert "Paid twice" in text(browser.post(here, refund, follow=True))


def test_a_sure_line_pays_its_invoice_and_a_doubtful_one_waits(browser, invoice):
    from billing.models import BankLine

    other = f"{invoice.gross + 5:.2f}"
    content = csv_of((invoice.number, "LARCHSHIRE", f"{invoice.gross:.2f}"), ("HELLO", "SOMEBODY", other))
    answer = send(browser, content)
    assert answer.status_code == 302, text(answer)
    page = text(browser.get("/finance/bank"))
    assert "SOMEBODY" in page
    assert "bank.csv" in page
    assert "Nothing of it is open." in text(browser.get(f"/finance/invoices/{invoice.id}"))
    line = row(BankLine, state="doubtful")
    assert "SOMEBODY" in text(browser.get(f"/finance/bank/lines/{line.id}"))


def doubtful(browser, invoice, amount: str = "70.00"):
    from billing.models import BankLine

    send(browser, csv_of(("PARTLY", "LARCH", amount)))
    return row(BankLine)


def test_a_doubtful_line_is_taken_as_a_customer_s_payment(browser, invoice):
    line = doubtful(browser, invoice)
    here = f"/finance/bank/lines/{line.id}"
    shown = text(browser.get(f"{here}?customer={invoice.customer_id}"))
    assert invoice.number in shown
    over = browser.post(here, {"customer": str(invoice.customer_id), f"invoice-{invoice.id}": "70.01"})
    assert over.status_code == 422
    assert 'value="70.01"' in text(over)
    answer = browser.post(here, {"customer": str(invoice.customer_id), f"invoice-{invoice.id}": "50.00"}, follow=True)
    assert "Taken as a payment." in text(answer)
    assert "The payment that it became" in text(browser.get(here))
    assert "£20.00" in text(browser.get("/finance/payments?left=on"))
    late = browser.post(here, {"customer": str(invoice.customer_id), f"invoice-{invoice.id}": "1.00"})
    assert late.status_code == 409
    assert "was settled already" in text(late)


def test_a_line_of_nobody_s_asks_whose_it_is_and_may_be_left_out(browser, invoice):
    line = doubtful(browser, invoice)
    here = f"/finance/bank/lines/{line.id}"
    nobody = browser.post(here, {"customer": ""})
    if not line.suggestions:
        assert nobody.status_code == 422
        assert "Choose whose money is it" in text(nobody)
    empty = browser.post(here, {"ignore": "yes", "note": ""})
    assert empty.status_code == 422
    assert "Say what it is instead" in text(empty)
    assert "Left out" in text(browser.post(here, {"ignore": "yes", "note": "Interest"}, follow=True))
    assert "Interest" in text(browser.get(here))


def test_what_a_line_may_be_for_is_looked_at_again(browser):
    from billing.models import BankLine

    with shared():
        make_entity()
    send(browser, csv_of(("LARCHSHIRE", "LARCHSHIRE", "120.00")))
    line = row(BankLine)
    with shared():
        made = make_invoice(make_contract(make_customer("Larchshire")), issued_on=today())
    here = f"/finance/bank/lines/{line.id}"
    assert made.number not in text(browser.get(here))
    browser.post(f"{here}/again", {"back": here})
    assert made.number in text(browser.get(here))


def test_a_file_again_and_one_that_overlaps(browser, invoice):
    first = csv_of(("A", "ONE", "10.00"))
    assert send(browser, first).status_code == 302
    again = send(browser, first)
    assert again.status_code == 422
    assert "was taken in on" in text(again)
    assert send(browser, csv_of(("A", "ONE", "10.00"), ("B", "TWO", "11.00"))).status_code == 302
    from billing.models import BankLine

    with shared():
        assert BankLine.objects.count() == 2


BAD_FILES = {
    "empty": (b"", "This file is empty"),
    "a workbook": (b"PK\x03\x04rest", "not a CSV file"),
    "a pdf": (b"%PDF-1.7", "not a CSV file"),
    "bytes": (bytes(range(256)), "not a text file"),
    "no headings": (b"1,2,3\n4,5,6\n", "No row of headings"),
    "headings alone": (b"Date,Reference,Amount\n", "no movements"),
    "a month too many": (b"Date,Reference,Amount\n31/13/2026,A,5.00\n", "Row 2"),
    "words for money": (b"Date,Reference,Amount\n01/02/2026,A,lots\n", "Row 2"),
    "euros": (b"Date,Reference,Amount,Currency\n01/02/2026,A,5.00,EUR\n", "EUR"),
    "a broken balance": (
        b"Date,Reference,Amount,Balance\n01/02/2026,A,5.00,105.00\n02/02/2026,B,5.00,111.00\n", "the balance says",
    ),
    "a wrong total": (b"Date,Reference,Amount\n01/02/2026,A,5.00\nTotal,,6.00\n", "add up to"),
    "an open quotation": (b'Date,Reference,Amount\n01/02/2026,"A,5.00\n', "quotation mark"),
    "a page": (b"<html><body>Sign in</body></html>", "a web page"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_file_that_can_t_be_read_is_told_in_a_sentence_and_nothing_of_it_is_taken(browser, kind):
    from billing.models import BankImport

    content, sentence = BAD_FILES[kind]
    answer = send(browser, content)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "checked" in text(answer)
    with shared():
        assert not BankImport.objects.exists()


def test_everything_that_is_wrong_with_a_file_is_listed_with_its_row(browser):
    page = text(send(browser, b"Date,Reference,Amount\n32/01/2026,A,5.00\n01/02/2026,B,x\n"))
    assert "see below what is wrong with it" in page
    assert "Row 2" in page
    assert "Row 3" in page


def test_a_formula_in_a_file_stays_text(browser, invoice):
    send(browser, csv_of(('"=HYPERLINK(""http://x"")"', "<script>alert(1)</script>", "10.00")))
    page = text(browser.get("/finance/bank"))
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;" in page


def test_no_file_and_a_file_that_is_no_file(browser):
    with shared():
        entity = make_entity()
    answer = browser.post("/finance/bank/import", {"entity": str(entity.id)})
    assert answer.status_code == 422
    assert "Choose the bank&#39;s file" in text(answer)
    assert "Choose the bank&#39;s file" in text(browser.post("/finance/bank/import", {"file": "a text"}))


def test_a_huge_file_is_refused_before_it_is_read(console, browser):
    from billing.bank import MOST_BYTES

    with shared():
        make_entity()
    checking = ConsoleSite(enforce_csrf_checks=True).sign_in(console.operator("Fiona Finance", "finance"))
    for one in (browser, checking):
        answer = one.post(
            "/finance/bank/import", b"x", content_type="multipart/form-data; boundary=x",
            CONTENT_LENGTH=str(MOST_BYTES + 200_000),
        )  # fmt: skip
        assert answer.status_code == 413
        assert "greater than 5 MB" in text(answer)
    assert checking.post("/finance/bank/import", {"entity": "x"}).status_code == 403


def test_a_file_somewhat_too_big_is_told_by_its_size(browser):
    from billing.bank import MOST_BYTES

    answer = send(browser, b"x" * (MOST_BYTES + 1))
    assert answer.status_code == 422
    assert "bigger than 5 MB" in text(answer)


def test_an_auditor_sees_money_and_moves_none(console, browser, invoice):
    from billing.models import BankLine

    with shared():
        payment = paid(invoice.customer, "100.00")
    send(browser, csv_of(("A", "ONE", "10.00")))
    line = row(BankLine)
    auditor = console.browser("Audrey Auditor", "auditor")
    for path in (
        "/finance/payments",
        f"/finance/payments/{payment.id}",
        "/finance/bank",
        f"/finance/bank/lines/{line.id}",
    ):
        page = text(auditor.get(path)).split("<main", 1)[1].split("</main", 1)[0]
        assert 'method="post"' not in page, path
    for path in ("add", f"{payment.id}/allocate", f"{payment.id}/reverse"):
        assert auditor.get(f"/finance/payments/{path}").status_code == 403
    assert auditor.post(f"/finance/bank/lines/{line.id}", {"ignore": "yes", "note": "No"}).status_code == 403
    assert auditor.get("/finance/bank/import").status_code == 403
    assert console.browser().get("/finance/payments").status_code == 403


def test_what_is_not_there_is_not_found(browser):
    for path in (f"payments/{uuid4()}", f"payments/{uuid4()}/allocate", f"bank/lines/{uuid4()}"):
        assert browser.get(f"/finance/{path}").status_code == 404


def test_as_many_statements_for_sixty_payments_and_lines_as_for_two(browser, invoice):
    with shared():
        payments = [paid(invoice.customer, f"{n}.00", reference=f"P{n}") for n in (1, 2)]
    send(browser, csv_of(("A1", "ONE", "10.00"), ("A2", "ONE", "11.00")))
    paths = ("/finance/payments", "/finance/bank", f"/finance/payments/{payments[0].id}")
    few = [queries_of(browser, path) for path in paths]
    with shared():
        for n in range(3, 60):
            paid(invoice.customer, f"{n}.00", reference=f"P{n}")
    send(browser, csv_of(*((f"B{n}", "TWO", f"{20 + n}.00") for n in range(60))))
    assert [queries_of(browser, path) for path in paths] == few
    assert "page 1 of 2" in text(browser.get("/finance/payments"))
    assert "page 1 of 2" in text(browser.get("/finance/bank"))
    assert browser.get("/finance/bank?page=2").status_code == 200


def test_payments_are_found_by_payer_reference_and_number(browser, invoice):
    with shared():
        payment = paid(invoice.customer, "10.00", reference="ZEBRA 7")
        paid(make_customer("Rowanshire"), "11.00", reference="OTHER")
    browser.post(f"/finance/payments/{payment.id}/allocate", {f"invoice-{invoice.id}": "10.00"})
    for query in ("zebra", "larch", invoice.number.lower()):
        page = text(browser.get(f"/finance/payments?q={query}"))
        assert "ZEBRA 7" in page, query
        assert "OTHER" not in page, query
    assert "No payment fits" in text(browser.get("/finance/payments?q=nobody"))
    assert browser.get("/finance/payments?entity=nothing").status_code == 422
