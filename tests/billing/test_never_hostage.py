"""An unpaid invoice never takes a practitioner's access away, nor anything else of a council's."""

from __future__ import annotations

import ast
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest

from billing.actions.reminders import remind
from billing.actions.write_offs import write_off
from billing.documents.letters import NEVER, reminder_words
from billing.models import Reminder
from console.actions.finance import accounts, keeping, reminders, runs
from console.actions.syncing import sync_all
from console.models import Council as ConsoleCouncil
from console.models import Order, Proposal
from core import clock
from tenants.context import inside, shared
from tenants.models import Council, CouncilOrder, Domain
from tests.factories import make_client, make_involvement, make_publication, make_service, make_viewer
from tests.factories.billing import make_contract, make_customer, make_invoice, sent
from tests.factories.site import Site

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

ROOT = Path(__file__).resolve().parents[2]
KNOWS_MONEY = (
    "billing/", "platform/console/actions/finance/", "platform/console/queries/finance/",
    "platform/console/pages/finance/", "platform/console/management/", "platform/console/tasks.py",
)  # fmt: skip
"""All of the house that may import billing. What suspends, deletes, orders or lets in is not among it."""
SHOWS_MONEY = {
    ("platform/console/pages/councils.py", "billing.money.written"),
    ("platform/console/pages/councils.py", "billing.queries.summary.money_of_council"),
}
"""What is only shown: what is overdue, on a council's page. It decides nothing."""
THREATS = re.compile(
    r"suspen|switch(ed|ing)? off|turn(ed|ing)? off|\bcut\b|access will|lose access|terminat|disconnect|restrict"
    r"|withdraw|\bcourt\b|legal action|debt collect|penalt|consequence|or else",
    re.IGNORECASE,
)
MASKS = re.compile(
    rb'csrfmiddlewaretoken" value="\w+|X-CSRFToken[^:]*:\s*[^\w]*\w+|nonce="[^"]+"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'
)


@pytest.fixture
def practitioner(amber):
    """Someone at work in amber with a client, and the pages they live on."""
    with inside(amber):
        service = make_service()
        viewer = make_viewer(service)
        client = make_client("Amy", "Thornbury")
        make_publication(make_involvement(client, viewer, service=service))
    return Site(amber).sign_in(viewer), client


def pages(practitioner) -> list[tuple[str, int, bytes]]:
    site, client = practitioner
    found = []
    for path in ("/", f"/clients/{client.id}", f"/clients/{client.id}/before", "/colleagues", "/card"):
        answer = site.get(path)
        found.append((path, answer.status_code, MASKS.sub(b"", answer.content)))
    asked = site.post("/search", {"q": "Thornbury"})
    found.append(("/search", asked.status_code, b""))
    return found


def registries(council) -> dict[str, object]:
    """All that either registry holds of a council, and everything that was ever asked of it."""
    with shared():
        return {
            "deployment": Council.objects.filter(id=council.id).values().get(),
            "hosts": list(Domain.objects.filter(tenant_id=council.id).values().order_by("id")),
            "console": ConsoleCouncil.objects.filter(id=council.id).values().get(),
            "orders": Order.objects.count(),
            "taken": CouncilOrder.objects.count(),
            "proposals": Proposal.objects.count(),
        }


def not_paid(council) -> None:
    """Everything that can befall a debtor: 400 days, every step of reminding, a write-off, a contract long over."""
    today = clock.today()
    with shared():
        contract = make_contract(
            make_customer("Amber Council"), council_ids=[council.id], starts_on=today - timedelta(days=800),
            ends_on=today - timedelta(days=430), renews_months=0,
        )  # fmt: skip
        old = make_invoice(
            contract, issued_on=today - timedelta(days=430), due_on=today - timedelta(days=400), net="90000.00"
        )
        lost = make_invoice(contract, issued_on=today - timedelta(days=430), due_on=today - timedelta(days=400))
        for days in contract.entity.reminder_days:
            for invoice in (sent(old), sent(lost)):
                remind(invoice_id=invoice.id, on=old.due_on + timedelta(days=days), by=None, at=clock.now())
        assert Reminder.objects.filter(invoice=old).count() == len(contract.entity.reminder_days)
        write_off(
            proposal_id=uuid4(), invoice_id=lost.id, amount=Decimal("120.00"), reason="It will not be paid.",
            proposed_by=uuid4(), approved_by=uuid4(), at=clock.now(),
        )  # fmt: skip


def test_a_council_that_never_pays_is_served_as_before(amber, practitioner):
    assert sync_all() == 1
    before, was = pages(practitioner), registries(amber)
    assert [status for _path, status, _content in before] == [200, 200, 200, 200, 200, 302]
    not_paid(amber)
    reminders.remind_overdue()
    keeping.keep_contracts()
    runs.work()
    accounts.push_accounts(draw=0)
    assert sync_all() == 1
    for (path, status, content), (_path, then, earlier) in zip(pages(practitioner), before, strict=True):
        assert (status, content) == (then, earlier), f"{path} is another page for someone whose council did not pay"
    now = registries(amber)
    for heard in (was, now):
        heard["console"] = {name: value for name, value in heard["console"].items() if name != "said_at"}
    assert now == was


def test_nothing_but_finances_own_rooms_imports_billing():
    strangers = {
        (path, name) for path, name in imports() if name.split(".")[0] == "billing" and not path.startswith(KNOWS_MONEY)
    }
    assert strangers == SHOWS_MONEY, "Nothing that lets people in, suspends, deletes or orders may know what is paid."


def test_nothing_but_finances_own_rooms_asks_finance():
    strangers = {
        (path, name)
        for path, name in imports()
        if re.match(r"console\.(actions|queries|pages)\.finance\b", name) and not path.startswith(KNOWS_MONEY)
    }
    assert strangers == set(), "What knows of money may show it; nothing that acts on councils may ask for it."


def imports() -> set[tuple[str, str]]:
    """Every import of the house: the file, and the module with what is taken from it."""
    found = set()
    for folder in ("billing", "core", "infra", "platform", "tenants"):
        for file in (ROOT / folder).rglob("*.py"):
            path = file.relative_to(ROOT).as_posix()
            if "node_modules" in path or path.startswith("platform/config/settings/"):
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Import):
                    found.update((path, alias.name) for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found.update((path, f"{node.module}.{alias.name}") for alias in node.names)
    assert len(found) > 1000
    return found


@pytest.mark.parametrize("days", [8, 22, 46, 400])
def test_no_reminder_threatens_and_each_says_that_nobody_loses_access(days):
    with shared():
        invoice = make_invoice(due_on=date(2026, 3, 3))
        for was_asked_before in (False, True):
            on = invoice.due_on + timedelta(days=days)
            words = reminder_words(invoice, was_asked_before=was_asked_before, still_open=invoice.gross, on=on)
            assert NEVER in words.text
            assert THREATS.search(f"{words.subject} {words.text}") is None


def test_no_letter_and_no_document_of_billing_holds_a_threat():
    texts = {
        path: path.read_text(encoding="utf-8")
        for path in (
            *(ROOT / "billing" / "documents").glob("letters.py"),
            *(ROOT / "billing" / "jinja2").rglob("*.html"),
        )
    }
    assert len(texts) > 1
    assert {path.name: THREATS.findall(text) for path, text in texts.items() if THREATS.search(text)} == {}


def test_control_a_threat_would_be_found():
    for words in ("We will suspend your council.", "Access will end.", "it is switched off", "We cut you off."):
        assert THREATS.search(words)
