"""Finance drafts, reviews and issues a month, opens a PDF, imports the bank's file, resolves a doubt, sends a statement."""

from __future__ import annotations

import json
from urllib.request import Request, urlopen

import pypdfium2
import pytest

from tests.journeys.conftest import SHOTS, VIEWS

WORK = """
from console.actions.finance.runs import work
work()
"""
"""What workers do, here in one go: the stage has none."""

SEED = """
import json
from datetime import timedelta

from billing.models import PriceBook
from billing.periods import add_months
from core import clock
from tenants.context import shared
from tests.factories.billing import make_book, make_contract, make_customer, make_entity, make_reading

with shared():
    month = add_months(clock.today().replace(day=1), -1)
    entity = make_entity(name="Patchwork VIEW", legal_name="Patchwork VIEW Example Ltd", code="CODE")
    if not PriceBook.objects.exists():
        make_book()
    made = {"entity": str(entity.id), "month": month.isoformat(), "today": clock.today().strftime("%d/%m/%Y")}
    for name in ("Larch", "Rowan"):
        customer = make_customer(f"{name} VIEW")
        contract = make_contract(
            customer, entity=entity, reference=f"C-VIEW-{name[0]}", starts_on=month, ends_on=month + timedelta(days=365)
        )
        make_reading(contract.councils.get().council_id, month, 240)
        made[name] = str(customer.id)
print(json.dumps(made))
"""


@pytest.fixture
def seeded(stage, view) -> dict[str, str]:
    """A company of this view's own, so that views don't meet, with two customers to bill for last month."""
    code = SEED.replace("VIEW", view).replace("CODE", f"J{list(VIEWS).index(view)}")
    return json.loads(stage.own.python(code).stdout.splitlines()[-1])


def press(visitor, name: str) -> None:
    visitor.page.get_by_role("button", name=name, exact=True).click()
    visitor.page.wait_for_load_state()


def follow(visitor, name: str) -> None:
    visitor.page.get_by_role("link", name=name, exact=True).click()
    visitor.page.wait_for_load_state()


def opened(visitor, stage, name: str) -> bytes:
    """What stands behind a link, as this visitor's browser would get it."""
    path = visitor.page.get_by_role("button", name=name, exact=True).get_attribute("href")
    session = next(one["value"] for one in visitor.context.cookies() if one["name"] == "session")
    asked = Request(
        f"http://127.0.0.1:{stage.port}{path}",
        headers={"Host": f"console.localhost:{stage.port}", "Cookie": f"session={session}"},
    )
    with urlopen(asked, timeout=60) as answer:  # noqa: S310 -- an address of the stage's own
        return answer.read()


def words_of(pdf: bytes, name: str) -> str:
    """The words of a PDF, of which a picture is kept."""
    document = pypdfium2.PdfDocument(pdf)
    SHOTS.mkdir(parents=True, exist_ok=True)
    document[0].render(scale=1.5).to_pil().save(SHOTS / f"{name}.png")
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)


def drafted(fiona, stage, seeded, view) -> str:
    """The run's page, with last month drafted."""
    fiona.go("/finance", "console")
    fiona.look("finance-home")
    follow(fiona, "Runs")
    fiona.look("finance-runs")
    press(fiona, "Start a run")
    fiona.page.check(f"[name=entity][value='{seeded['entity']}']")
    fiona.page.check("[name=dry][value=no]")
    fiona.look("finance-run-start")
    press(fiona, "Start it")
    assert fiona.says("0 of 2 contracts looked at.")
    fiona.look("finance-run-waiting")
    stage.own.python(WORK)
    if fiona.has_script:
        follow(fiona, "It is over: look at what it found")
    else:
        follow(fiona, "See how far it is now")
    assert fiona.says("2 are to be looked at")
    fiona.look("finance-run")
    return fiona.page.url


def issued_one(fiona, stage, view) -> str:
    """The number of the first customer's invoice, looked at and issued by itself, and its PDF."""
    fiona.page.get_by_role("link", name=f"Larch {view}").first.click()
    fiona.page.wait_for_load_state()
    fiona.look("finance-draft")
    press(fiona, "I have looked at it: it is right")
    press(fiona, "Issue it")
    fiona.look("finance-issue")
    press(fiona, "Issue it")
    assert fiona.says("Issued as J")
    fiona.look("finance-invoice")
    number = fiona.page.title().partition(",")[0]
    words = words_of(opened(fiona, stage, "Open the PDF"), f"finance-pdf-{view}")
    assert number in words
    assert f"Larch {view} Council" in words
    press(fiona, "Send it")
    assert fiona.says("On its way")
    fiona.look("finance-invoice-sent")
    return number


def test_a_month_is_billed_paid_and_accounted_for(visitors, stage, view, seeded):
    fiona = visitors("fiona", council="console")
    fiona.page.set_default_timeout(60_000)  # a PDF is laid out meanwhile
    run = drafted(fiona, stage, seeded, view)
    number = issued_one(fiona, stage, view)

    fiona.page.goto(run)
    press(fiona, "I have looked at all of them")
    press(fiona, "Issue what is reviewed")
    fiona.look("finance-issue-run")
    press(fiona, "Issue 1")
    assert fiona.says("1 draft is being issued.")
    fiona.look("finance-run-issuing")
    stage.own.python(WORK)
    fiona.page.goto(run)
    assert fiona.says("2 are issued")
    fiona.go(f"/finance/invoices?q=Larch+{view}", "console")
    fiona.look("finance-invoices")
    whole = fiona.page.locator("tbody td").nth(2).inner_text().strip().removeprefix("£").replace(",", "")

    imported(fiona, seeded, number, whole)
    resolved(fiona, view, seeded)

    fiona.go(f"/finance/customers/{seeded['Rowan']}/statement", "console")
    assert fiona.says("Payment, thank you")
    fiona.look("finance-statement")
    assert "Statement" in words_of(opened(fiona, stage, "Open the PDF"), f"finance-statement-pdf-{view}")
    press(fiona, "Send this statement")
    assert fiona.says("On its way to 1 address.")
    for path, name in (("owed", "ageing"), ("calls", "calls"), ("files", "files"), ("sendings", "sendings")):
        fiona.go(f"/finance/{path}", "console")
        fiona.look(f"finance-{name}")
    audrey = visitors("audrey", council="console")
    audrey.go("/log", "console")
    for words in ("Issued an invoice or credit note", "Started an invoice run"):
        assert audrey.says(words)


def imported(fiona, seeded, number: str, whole: str) -> None:
    """A file that can't be read, then the bank's: one line that is sure, and one that is not."""
    fiona.go("/finance/bank", "console")
    press(fiona, "Import a bank's file")
    fiona.page.check(f"[name=entity][value='{seeded['entity']}']")
    bad = b"Date,Reference,Amount\n31/13/2026,A,5.00\n01/02/2026,B,lots\n"
    fiona.page.set_input_files("[name=file]", {"name": "bad.csv", "mimeType": "text/csv", "buffer": bad})
    press(fiona, "Import it")
    assert fiona.says("Row 2")
    assert fiona.says("Row 3")
    fiona.look("finance-bank-import-wrong")
    rows = ["Date,Reference,Payer,Amount", f"{seeded['today']},{number},LARCH,{whole}"]
    rows.append(f"{seeded['today']},SOMETHING ON ACCOUNT,RWN BC,100.00")
    content = "\n".join(rows).encode()
    fiona.page.set_input_files("[name=file]", {"name": "may.csv", "mimeType": "text/csv", "buffer": content})
    press(fiona, "Import it")
    assert fiona.says("2 payments were read.")
    fiona.look("finance-bank")


def resolved(fiona, view, seeded) -> None:
    """Say whose the doubtful money is, and that it pays a part."""
    fiona.page.get_by_role("link", name="RWN BC", exact=True).first.click()
    fiona.page.select_option("[name=customer]", label=f"Rowan {view}")
    press(fiona, "Show their open invoices")
    box = fiona.page.locator("input[name^='invoice-']").first
    box.fill("1000000")
    press(fiona, "Take it as this customer's payment")
    fiona.look("finance-bank-line-wrong")
    fiona.page.locator("input[name^='invoice-']").first.fill("100.00")
    press(fiona, "Take it as this customer's payment")
    assert fiona.says("Taken as a payment.")
    fiona.go("/finance/payments", "console")
    fiona.look("finance-payments")
    fiona.page.get_by_role("link", name=f"Rowan {view}").first.click()
    fiona.look("finance-payment")
