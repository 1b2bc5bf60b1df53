"""Every address of the console by every role: who may enter is written here a second time, and must agree.

No page tells somebody without the right whether a thing is there; no form works without its token; to look changes
nothing but the log; and nothing of a council's own is ever read.
"""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.db import connections
from django.urls import URLPattern, URLResolver, get_resolver

from config.access_console import RULES
from tenants.context import inside, shared
from tests.conftest import ledger_records
from tests.console.conftest import row
from tests.factories import make_client, make_involvement, make_publication, make_viewer
from tests.factories.billing import make_book, make_contract, make_customer, make_invoice, make_reading
from tests.factories.console import ConsoleSite

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

CANARY = "Zzyzxcanary"
ROLES = ("operator", "release_manager", "finance", "auditor", "administrator")
NOT_WALKED = {"accounts:sign_out", "accounts:draft", "accounts:join", "accounts:choose_password"}
"""They end one's own session, or need a secret of their own."""

EVERYBODY = frozenset(ROLES)
OPERATOR, RELEASE = frozenset({"operator"}), frozenset({"release_manager"})
SEES_LOG, ADMIN = EVERYBODY - {"finance"}, frozenset({"administrator"})
DECIDES = frozenset({"operator", "release_manager"})
SEES_MONEY, FINANCE = frozenset({"finance", "auditor"}), frozenset({"finance"})

WHO = {
    EVERYBODY: """home proposals proposal decide_proposal withdraw_proposal councils council council_progress certificate
        certificate_pdf certificate_json deployments deployment releases release releases_where releases_where_csv
        health health_csv council_health council_health_csv fleet""",
    SEES_LOG: "operators operator log log_csv",
    ADMIN: "invite_operator operator_roles close_operator reopen_operator invite_operator_again",
    OPERATOR: """rename_council suspend_council resume_council export_council delete_council keep_council mark_template
        order_again ask_support add_deployment change_deployment test_deployment open_deployment onboardings
        start_onboarding onboarding add_agency change_agency onboarding_task copy_onboarding discard_onboarding
        onboarding_check onboarding_progress create_again go_live send_review make_live""",
    RELEASE: "add_pack_release add_template_release offer_again",
    DECIDES: "run_fleet resume_fleet",
    SEES_MONEY: """finance finance_books finance_book finance_customers finance_customer finance_entities
        finance_contracts finance_contract finance_usage usage_csv
        finance_runs finance_run run_progress finance_draft finance_invoices finance_invoice invoice_pdf
        invoice_xml finance_sendings finance_payments finance_payment finance_bank bank_line
        finance_statement statement_pdf finance_ageing ageing_csv finance_calls finance_files invoices_csv
        payments_csv journal_csv""",
    FINANCE: """add_book add_customer change_customer add_contact change_contact end_contact add_entity change_entity
        add_contract change_contract end_contract contract_notice take_notice_back add_contract_council
        remove_contract_council add_discount end_discount add_charge cancel_charge add_order close_order add_reading
        correct_reading
        start_run run_again review_run issue_run stop_run send_run redraft discard_draft review_draft allow_draft
        issue_draft send_invoice credit_invoice bill_again allocate_credit write_off send_again stop_sending
        add_payment allocate_payment reverse_payment undo_allocation import_bank look_again send_statement
        pay_back_credit call_made""",
}
MAY_ENTER = {f"console:{name}": roles for roles, names in WHO.items() for name in names.split()}


def addresses() -> dict[str, str]:
    """Every named address of the console's host with its pattern."""
    found: dict[str, str] = {}

    def walk(resolver, prefix: str, space: str) -> None:
        for entry in resolver.url_patterns:
            route = prefix + str(entry.pattern)
            if isinstance(entry, URLResolver):
                walk(entry, route, f"{space}{entry.namespace}:" if entry.namespace else space)
            elif isinstance(entry, URLPattern):
                found[f"{space}{entry.name}"] = route

    walk(get_resolver("config.urls.console"), "/", "")
    return found


def filled(route: str, ids: dict[str, object]) -> str:
    """The address with the id of the kind each part takes."""

    def value(part: re.Match[str]) -> str:
        kind, _, name = part[1].rpartition(":")
        return str(ids.get(name) or {"int": 1, "slug": "identity"}.get(kind) or uuid4())

    return re.sub(r"<([^>]+)>", value, route)


def console_names() -> list[str]:
    return sorted(name for name in addresses() if name.startswith("console:"))


@pytest.fixture
def world(console):
    """One of everything that an address could name."""
    from console.actions.suspension import propose_suspension
    from console.models import Certificate, Onboarding, Order, Release
    from core import clock

    council, olive = console.council(CANARY), console.ref("Someone operator", "operator")
    with shared():
        proposal = propose_suspension(council_id=council.id, contact="Help", reason="Why", by=olive)
        order = Order.objects.create(council=council, kind="export", state="failed", placed_at=clock.now())
        Certificate.objects.create(council=council, content={"rows": 1}, made_at=clock.now())
        now = {"started_at": clock.now(), "updated_at": clock.now()}
        onboarding = Onboarding.objects.create(name=CANARY, started_by_id=olive.id, **now)
        release = Release.objects.create(
            kind="template", slug="words", version="1", title=CANARY, checksum="a" * 64, made_by_id=olive.id,
            made_at=clock.now(),
        )  # fmt: skip
    return {
        "council_id": council.id, "proposal_id": proposal.id, "order_id": order.id, "onboarding_id": onboarding.id,
        "release_id": release.id, "deployment_id": console.deployment.id,
        "operator_id": console.operator("Someone else", "auditor").id, **money(council.id),
    }  # fmt: skip


def money(council_id) -> dict[str, object]:
    """One of everything that finance's addresses could name."""
    from billing.models import Charge, Discount, InvoiceRun, Payment
    from core import clock

    with shared():
        customer, book = make_customer(CANARY), make_book()
        contract = make_contract(customer, council_ids=[council_id])
        first = contract.starts_on
        reading = make_reading(council_id, first, 12)
        invoice = make_invoice(contract)
        discount = Discount.objects.create(contract=contract, percent=5, from_on=first, reason=CANARY)
        charge = Charge.objects.create(
            contract=contract, kind="training", description=CANARY, on=first, quantity=1, created_at=clock.now()
        )
        run = InvoiceRun.objects.create(entity=contract.entity, month=first, state="done", started_at=clock.now())
        payment = Payment.objects.create(
            entity=contract.entity, customer=customer, received_on=first, amount=1, method="hand",
            recorded_at=clock.now(),
        )  # fmt: skip
        return {
            "customer_id": customer.id, "contact_id": customer.contacts.get().id, "book_id": book.id,
            "contract_id": contract.id, "place_id": contract.councils.get().id, "discount_id": discount.id,
            "charge_id": charge.id, "reading_id": reading.id, "entity_id": contract.entity_id,
            "invoice_id": invoice.id, "run_id": run.id, "payment_id": payment.id,
        }  # fmt: skip


def browser_of(console, role: str) -> ConsoleSite:
    return console.browser(f"Someone {role}", role)


def test_every_address_is_classified():
    names = {name for name in RULES if name.startswith("console:")}
    assert names == set(console_names()), "Each address has a line in config/access_console.py, and each line one."
    assert names - set(MAY_ENTER) == set(), "Say in WHO, in this file, which roles may enter it."
    assert {name for name, rule in RULES.items() if name.startswith("console:") and not rule.permission} == set()


@pytest.mark.parametrize("role", ROLES)
def test_each_role_enters_what_it_may_and_nothing_else(console, world, role):
    for name in console_names():
        path = filled(addresses()[name], world)
        for method in ("get", "post"):
            answer = getattr(browser_of(console, role), method)(path)
            if role in MAY_ENTER[name]:
                assert answer.status_code != 403, (name, method)
            else:
                assert answer.status_code == 403, (name, method, answer.status_code)
                assert CANARY.encode() not in answer.content


@pytest.mark.parametrize("role", ["finance", "auditor"])
def test_somebody_without_the_right_can_t_tell_what_is_there(console, world, role):
    for name in console_names():
        if role in MAY_ENTER[name] or "<" not in addresses()[name]:
            continue
        there, nowhere = filled(addresses()[name], world), filled(addresses()[name], {})
        one, other = (browser_of(console, role).get(path) for path in (there, nowhere))
        assert (one.status_code, masked(one.content)) == (other.status_code, masked(other.content)), name


def test_a_stranger_is_sent_to_sign_in_whatever_is_there(console, world):
    for name in console_names():
        for path in (filled(addresses()[name], world), filled(addresses()[name], {})):
            for answer in (ConsoleSite().get(path), ConsoleSite().post(path)):
                assert answer.status_code == 302, name
                assert answer["Location"].startswith("/sign-in"), name


def test_what_is_nowhere_is_not_found(console, world):
    for role in ROLES:
        for name in console_names():
            if role in MAY_ENTER[name] and "_id>" in addresses()[name]:
                assert browser_of(console, role).get(filled(addresses()[name], {})).status_code in {404, 405}, name


def test_no_form_works_without_its_token(console, world):
    for role in ROLES:
        browser = ConsoleSite(enforce_csrf_checks=True).sign_in(console.operator(f"Someone {role}", role))
        for name in console_names():
            assert browser.post(filled(addresses()[name], world)).status_code == 403, name


def test_to_look_changes_nothing_but_the_log(console, world):
    browsers = {role: browser_of(console, role) for role in ROLES}
    before = contents()
    for role, browser in browsers.items():
        for name in console_names():
            if role in MAY_ENTER[name]:
                browser.get(filled(addresses()[name], world))
    changed = {table for table, held in contents().items() if held != before[table]}
    assert changed <= {"audit_event"}


def contents() -> dict[str, str]:
    """What every table of the shared world holds, as a mark; sessions are their owner's own and left out."""
    with shared(), connections["console"].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
            " AND has_table_privilege(oid, 'SELECT')"
        )
        tables = [name for (name,) in cursor.fetchall() if name not in {"django_session", "accounts_opensession"}]
        found = {}
        for table in tables:
            cursor.execute(
                f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{table}\" t"
            )
            found[table] = cursor.fetchone()[0]
    return found


def masked(content: bytes) -> bytes:
    return re.sub(rb'(csrfmiddlewaretoken" value="|X-CSRFToken[^:]*:\s*[^\w]*)\w+', rb"\1", content)


def test_the_console_never_reads_a_council(console, amber, monkeypatch, tmp_path):
    """A council full of a name that is nowhere on the console, and no statement of a request under a council's role."""
    from console.models import Council, Deployment
    from core import clock

    with inside(amber):
        viewer = make_viewer(family_name=CANARY)
        line = make_involvement(make_client(CANARY, CANARY), viewer)
        make_publication(line)
    with shared():
        local, _new = Deployment.objects.get_or_create(port="local", defaults={"name": "Here", "region": "uk"})
        council = Council.objects.create(
            id=amber.id, name=amber.name, deployment=local, hosts=[amber.host], pack_id=amber.pack_id, state="training",
            created_at=clock.now(),
        )  # fmt: skip
    ids = {"council_id": council.id, "deployment_id": local.id}
    browsers = {role: browser_of(console, role) for role in ROLES}
    monkeypatch.setenv("PATCHWORK_SQL_LEDGER", str(tmp_path))
    shown = 0
    for role, browser in browsers.items():
        for name, route in addresses().items():
            if name in NOT_WALKED or role not in MAY_ENTER.get(name, ROLES):
                continue
            answer = browser.get(filled(route, ids))
            shown += answer.status_code == 200
            assert CANARY.encode() not in answer.content, (role, name)
    assert shown > 20 * len(ROLES) // 2
    assert row(Council, id=amber.id).name == amber.name
    roles = {record["role"] for record in ledger_records(tmp_path)}
    assert roles == {"pw_console"}, "A request of the console ran a statement as somebody else."
    assert not any(re.search(r"\bt_[0-9a-f]{8,}\b", record["sql"]) for record in ledger_records(tmp_path))
