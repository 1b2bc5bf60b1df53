"""The council's own finance page: for its finance contact and administrators, of its own account, in plain words."""

from __future__ import annotations

import dataclasses

import pytest

from core.accounts.choices import Role
from tenants.account import put_account, put_document
from tenants.context import inside, shared
from tests.factories import make_client, make_viewer
from tests.factories.site import Site
from tests.tenants.account_said import CHECKSUM, PDF, account, contract, invoice, month

NEVER = "Nobody loses access to Patchwork over an invoice."
MAY = (Role.FINANCE_CONTACT, Role.COUNCIL_ADMIN)


@pytest.fixture(autouse=True)
def _reads_what_is_not_committed(monkeypatch):
    """A council reads accounts as the router's role, which sees what is committed; a test's own rows never are."""
    monkeypatch.setattr("tenants.routers.REGISTRY_ALIAS", "console")


def signed_in(council, *roles):
    with inside(council):
        viewer = make_viewer(roles=tuple(role.value for role in roles))
    return Site(council).sign_in(viewer)


def say(council, **changes):
    with shared():
        put_account(council.id, account(**changes))


@pytest.mark.parametrize("role", MAY)
def test_who_looks_after_money_sees_the_account_and_fetches_an_invoice(amber, role):
    say(amber)
    with shared():
        put_document(amber.id, CHECKSUM, PDF)
    site = signed_in(amber, role)
    answer = site.get("/account")
    page = answer.content.decode()
    assert answer.status_code == 200
    for words in (NEVER, "£234.50", "£1,234.50", "PWUK-2026-000001", "Partly paid, past its due day", "C-2026-0001",
                  "January 2026", "42", "People who used the network", "Corrected from 40: Two people were left out.",
                  "020 7946 0018", "accounts@patchwork.example", "22 November 2026"):  # fmt: skip
        assert words in page, words
    assert 'role="img"' in page
    document = site.get(f"/account/documents/{CHECKSUM}")
    assert (document.status_code, document.content) == (200, PDF)
    assert document["Content-Type"] == "application/pdf"
    assert document["Content-Disposition"] == 'attachment; filename="PWUK-2026-000001.pdf"'


@pytest.mark.parametrize("role", [role for role in Role if role not in MAY])
def test_nobody_else_sees_it(amber, role):
    say(amber)
    site = signed_in(amber, role)
    assert site.get("/account").status_code in {403, 404}
    assert site.get(f"/account/documents/{CHECKSUM}").status_code in {403, 404}
    assert "/account" not in site.get("/").content.decode().replace("/accounts", "")


def test_a_finance_contact_finds_the_page_from_home_and_sees_no_client(amber):
    with inside(amber):
        client = make_client("Amy", "Thornbury")
    site = signed_in(amber, Role.FINANCE_CONTACT)
    home = site.get("/").content.decode()
    assert 'href="/account"' in home
    assert "Contract and invoices" in home
    for path in (f"/clients/{client.id}", "/search", "/colleagues", "/staff", "/policy"):
        assert site.get(path).status_code in {302, 403, 404, 405}, path
    assert site.get(f"/clients/{client.id}").status_code in {403, 404}


def test_another_councils_account_is_not_there(amber, birch):
    say(birch)
    with shared():
        put_document(birch.id, CHECKSUM, PDF)
    site = signed_in(amber, Role.FINANCE_CONTACT)
    assert "There is no contract here yet" in site.get("/account").content.decode()
    missing = site.get(f"/account/documents/{CHECKSUM}")
    assert missing.status_code == 404
    for wrong in ("0" * 64, "x", CHECKSUM.upper()):
        assert site.get(f"/account/documents/{wrong}").status_code == 404


def test_a_council_of_a_group_sees_its_usage_and_who_gets_the_invoices(amber):
    say(amber, contract=contract(is_group=True, customer="Amber County"), open=None, credit=None, invoices=[])
    page = signed_in(amber, Role.FINANCE_CONTACT).get("/account").content.decode()
    assert "Invoices go to Amber County" in page
    assert "People who used the network" in page
    assert "PWUK" not in page


def test_an_invoice_without_its_file_yet_and_a_credit_note_are_said(amber):
    late = invoice(number="PWUK-2026-000003", state="open", open="1234.50", pdf="", due_on="2126-01-01")
    note = invoice(number="PWUK-2026-000002", kind="credit_note", state="credit", open="0.00", gross="10.00")
    say(amber, invoices=[late, note], usage=[month(), month(month="2026-02-01", count=0, counted_on=None)])
    page = signed_in(amber, Role.FINANCE_CONTACT).get("/account").content.decode()
    assert "its file follows" in page
    assert "Not paid yet" in page
    assert "-£10.00" in page
    assert "nothing to pay" in page


def test_it_is_read_while_the_council_is_suspended(amber, monkeypatch):
    say(amber)
    site = signed_in(amber, Role.FINANCE_CONTACT)
    from tenants import routing

    suspended = dataclasses.replace(amber, state="suspended", suspended_from="live")
    monkeypatch.setattr(routing.hosts, "council", lambda _host: suspended)
    answer = site.get("/account")
    assert answer.status_code == 200
    assert NEVER in answer.content.decode()
    assert "read only" in answer.content.decode()


def test_a_council_admin_gives_the_role_to_someone_without_a_card(amber):
    from core.accounts.models import Invitation, User

    site = signed_in(amber, Role.COUNCIL_ADMIN)
    page = site.get("/staff/accounts")
    assert "Finance contact" in page.content.decode()
    sent = site.post("/staff/accounts", {"email": "purse@council.example", "roles": ["finance_contact"]})
    assert sent.status_code == 302
    with inside(amber):
        asked = Invitation.objects.filter(email="purse@council.example").values_list("roles", flat=True)
        assert list(asked) == [["finance_contact"]]
        assert not User.objects.filter(email="purse@council.example", roles__contains=["practitioner"]).exists()


def test_what_is_for_no_invoice_yet_is_said_beside_what_is_open(amber):
    site = signed_in(amber, Role.FINANCE_CONTACT)
    for credit, is_said in (("62.00", True), ("0.00", False), (None, False)):
        say(amber, credit=credit)
        page = site.get("/account").content.decode()
        assert ("is for no invoice yet" in page, "£62.00" in page) == (is_said, is_said)
