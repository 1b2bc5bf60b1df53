"""A council's account: taken in as it should be or not at all, and shown to that council alone."""

from __future__ import annotations

import base64
from decimal import Decimal
from hashlib import sha256
from uuid import uuid4

import pytest
from django.db import ProgrammingError, connection, models, transaction

from tenants import account as accounts
from tenants import grants
from tenants.context import inside, shared
from tenants.errors import AccountRefused, NoCouncil
from tenants.models import Council, CouncilAccount, CouncilDocument
from tenants.names import ROUTER_ROLE
from tests.tenants.account_said import CHECKSUM, PDF, account, contract, invoice, month
from tests.tenants.test_operator_api import HOST, KEY, ask

OTHER_PDF = b"%PDF-1.7\nanother one"
OTHER = sha256(OTHER_PDF).hexdigest()


@pytest.fixture(autouse=True)
def _reads_what_is_not_committed(monkeypatch):
    """A council reads accounts as the router's role, which sees what is committed; a test's own rows never are."""
    monkeypatch.setattr("tenants.routers.REGISTRY_ALIAS", "console")


@pytest.fixture
def told(amber):
    """Amber, with an account and its one file."""
    with shared():
        assert accounts.put_account(amber.id, account()) == (CHECKSUM,)
        accounts.put_document(amber.id, CHECKSUM, PDF)
    return amber


def test_a_council_reads_its_own_account_and_file(told):
    with inside(told):
        found = accounts.account_here()
        assert found.open == Decimal("234.50")
        assert (found.invoices[0].number, found.usage[0].earlier[0].count) == ("PWUK-2026-000001", 40)
        assert accounts.document_here(CHECKSUM) == accounts.DocumentHere("PWUK-2026-000001", PDF)


def test_no_council_reads_anothers_account_nor_its_file_though_it_knows_the_checksum(told, birch):
    with inside(birch):
        assert accounts.account_here() is None
        assert accounts.document_here(CHECKSUM) is None
    with shared():
        assert accounts.put_account(birch.id, account(contract=contract(customer="Birch"))) == (CHECKSUM,)
    with inside(birch):
        assert accounts.account_here().contract.customer == "Birch"
        assert accounts.document_here(CHECKSUM) is None
    with inside(told):
        assert accounts.account_here().contract.customer == "Amber Council"


def test_a_councils_own_role_reaches_the_tables_of_accounts_not_at_all(told):
    for model in (CouncilAccount, CouncilDocument):
        with inside(told), pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f'SELECT 1 FROM shared."{model._meta.db_table}"')


def test_the_role_that_reads_accounts_for_councils_may_change_nothing():
    granted = [one for one in grants.shared_grants() if ROUTER_ROLE in one and "tenants_council" in one]
    mine = [one for one in granted if "account" in one or "document" in one]
    assert len(mine) == 2
    assert all(one.startswith("GRANT SELECT ON ") for one in mine)


def test_outside_of_a_council_there_is_no_account_to_read(told):
    with pytest.raises(NoCouncil):
        accounts.account_here()


def test_what_is_named_no_more_is_deleted_and_what_is_there_is_not_asked_for_again(told):
    with shared():
        both = [invoice(), invoice(number="PWUK-2026-000002", pdf=OTHER)]
        assert accounts.put_account(told.id, account(invoices=both)) == (OTHER,)
        assert accounts.put_account(told.id, account(invoices=both)) == (OTHER,)
        accounts.put_document(told.id, OTHER, OTHER_PDF)
        accounts.put_document(told.id, OTHER, OTHER_PDF)
        assert accounts.put_account(told.id, account(invoices=[both[1]])) == ()
    with inside(told):
        assert accounts.document_here(CHECKSUM) is None
        assert accounts.document_here(OTHER).name == "PWUK-2026-000002"


def test_what_is_not_known_here_is_left_out(amber):
    with shared():
        accounts.put_account(amber.id, account(suspend=True, usage=[month(clients=["Amy"])]))
        kept = CouncilAccount.objects.get(council_id=amber.id).content
    assert kept == account()


@pytest.mark.parametrize(
    "said",
    [
        [],
        None,
        "an account",
        {},
        account(as_of="yesterday"),
        account(as_of="0001-01-01"),
        account(as_of=20261122),
        account(currency="EUR"),
        account(currency=["GBP"]),
        account(open="1e9"),
        account(open=12.5),
        account(open="NaN"),
        account(open="1.234"),
        account(contract=None),
        account(contract=contract(customer="")),
        account(contract=contract(customer="x" * 121)),
        account(contract=contract(customer="Amber\u202eCouncil")),
        account(contract=contract(customer="Amber\x00")),
        account(contract=contract(is_group="no")),
        account(contract=contract(is_group=True)),
        account(contract=contract(is_group=True), open=None, invoices=[]),
        account(credit=5),
        account(invoices={}),
        account(invoices=[invoice()] * 2),
        account(invoices=[invoice(number=f"X-{number}") for number in range(401)]),
        account(invoices=[invoice(number="../../x")]),
        account(invoices=[invoice(kind="threat")]),
        account(invoices=[invoice(state="suspended")]),
        account(invoices=[invoice(open=None)]),
        account(invoices=[invoice(pdf="x" * 64)]),
        account(invoices=[invoice(pdf=CHECKSUM.upper())]),
        account(usage=[month()] * 61),
        account(usage=[month(count=-1)]),
        account(usage=[month(count=True)]),
        account(usage=[month(count=10**9)]),
        account(usage=[month(how="x" * 301)]),
        account(usage=[month(earlier=None)]),
        account(usage=[month(earlier=[{"count": 1, "how": "x"}] * 2)]),
        account(contact={"name": "P", "email": "no address", "phone": "020 7946 0018"}),
        account(contact={"name": "P", "email": "a@b.example", "phone": "javascript:alert(1)"}),
    ],
)
def test_an_account_with_one_thing_wrong_is_refused_whole_and_the_last_one_stays(told, said):
    with shared():
        with pytest.raises(AccountRefused):
            accounts.put_account(told.id, said)
        assert CouncilAccount.objects.get(council_id=told.id).content == account()


@pytest.mark.parametrize(
    ("checksum", "content"),
    [
        (CHECKSUM, OTHER_PDF),
        (OTHER, OTHER_PDF),
        (sha256(b"<html>").hexdigest(), b"<html>"),
        (CHECKSUM, b""),
        ("x", PDF),
        (sha256(PDF + b" " * accounts.MOST_BYTES).hexdigest(), PDF + b" " * accounts.MOST_BYTES),
    ],
    ids=["another's checksum", "not named", "no pdf", "empty", "no checksum", "too big"],
)
def test_a_file_that_is_not_the_one_named_is_refused(told, checksum, content):
    with shared():
        with pytest.raises(AccountRefused):
            accounts.put_document(told.id, checksum, content)
        assert CouncilDocument.objects.count() == 1


def test_a_council_that_is_not_here_has_no_account(db):
    with shared():
        with pytest.raises(NoCouncil):
            accounts.put_account(uuid4(), account())
        with pytest.raises(NoCouncil):
            accounts.put_document(uuid4(), CHECKSUM, PDF)


def test_both_tables_go_with_the_council():
    for model in (CouncilAccount, CouncilDocument):
        key = model._meta.get_field("council")
        assert key.related_model is Council
        assert key.remote_field.on_delete is models.CASCADE


@pytest.fixture
def _api(settings, db):
    settings.OPERATOR_API_HOST = HOST
    settings.CONSOLE_PUBLIC_KEYS = (KEY.public_line,)


@pytest.mark.usefixtures("_api")
def test_a_console_elsewhere_says_an_account_and_gives_its_file(amber, birch):
    path = f"/councils/{amber.id}"
    assert ask("PUT", f"{path}/account", account()).json() == {"wanted": [CHECKSUM]}
    said = {"content": base64.b64encode(PDF).decode()}
    assert ask("PUT", f"{path}/documents/{CHECKSUM}", said).status_code == 204
    assert ask("PUT", f"{path}/account", account()).json() == {"wanted": []}
    with inside(amber):
        assert accounts.document_here(CHECKSUM).content == PDF
    with inside(birch):
        assert accounts.account_here() is None


@pytest.mark.usefixtures("_api")
def test_a_console_that_says_something_wrong_is_told_so_and_nobody_else_may_say_anything(amber):
    path = f"/councils/{amber.id}"
    assert ask("PUT", f"{path}/account", account(), token="").status_code == 401
    wrong = ask("PUT", f"{path}/account", account(currency="EUR"))
    assert (wrong.status_code, wrong.json()["code"]) == (409, "refused")
    assert ask("PUT", f"{path}/account", []).status_code == 409
    assert ask("PUT", f"/councils/{uuid4()}/account", account()).json()["code"] == "not_here"
    assert ask("PUT", f"{path}/documents/{CHECKSUM}", {"content": "not base64!"}).status_code == 409
    assert ask("PUT", f"{path}/documents/{CHECKSUM}", {}).status_code == 400
    assert ask("GET", f"{path}/account").status_code == 405
