"""Councils are told how their account stands: what changed, once, whole, and again where a deployment was away."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from uuid import uuid4

import pytest
import time_machine
from django.db import connections
from django.test.utils import CaptureQueriesContext

from console.actions.finance import accounts
from console.models import AccountSent, Council, Deployment
from console.ports import errors
from console.queries.finance.accounts import accounts_of
from tenants.account_reading import account as read_account
from tenants.account_reading import plain
from tenants.context import shared
from tenants.models import CouncilAccount, CouncilDocument
from tests.factories.billing import make_contract, make_customer, make_invoice, make_reading

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PDF = b"%PDF-1.7\nof an invoice"
CHECKSUM = sha256(PDF).hexdigest()


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


class Port:
    """A deployment that keeps what it was told; `away` is the error it raises instead."""

    def __init__(self):
        self.told, self.files, self.asked, self.away = {}, {}, [], None

    def put_account(self, council_id, account):
        self.asked.append(council_id)
        if self.away:
            raise self.away
        self.told[council_id] = account
        return tuple(one["pdf"] for one in account["invoices"] if one["pdf"] and one["pdf"] not in self.files)

    def put_document(self, council_id, checksum, content):
        if self.away:
            raise self.away
        self.files[checksum] = content


@pytest.fixture
def port(monkeypatch):
    made: dict[object, Port] = {}
    monkeypatch.setattr(accounts, "port_for", lambda deployment: made.setdefault(deployment.name, Port()))
    return made


def deployment(name="Elsewhere", **given):
    found, _new = Deployment.objects.get_or_create(
        name=name, defaults={"region": "uk", "address": f"https://{name.lower()}.example", **given}
    )
    return found


def council(name="Amberley", there=None, **given):
    return Council.objects.create(
        name=name, deployment=there or deployment(), hosts=[], pack_id="gb-eng", state="live", created_at=NOW, **given
    )


def contracted(name="Amberley", there=None, **given):
    """A council with a contract of its own, an invoice and a reading."""
    one = council(name, there)
    contract = make_contract(make_customer(f"{name} Council"), council_ids=[one.id], **given)
    invoice = make_invoice(contract, issued_on=date(2026, 10, 3))
    make_reading(one.id, date(2026, 10, 1), 40)
    return one, contract, invoice


def give_pdf(invoice, content=PDF):
    from billing.models import InvoiceDocument

    InvoiceDocument.objects.create(invoice=invoice, content=content, checksum=sha256(content).hexdigest(), made_at=NOW)


def pay(invoice, amount):
    from billing.actions.payments import record_payment

    record_payment(
        entity_id=invoice.entity_id, customer_id=invoice.customer_id, received_on=date(2026, 11, 1),
        amount=Decimal(amount), reference="", by=None, at=NOW, allocations={invoice.id: Decimal(amount)},
    )  # fmt: skip


def test_a_council_is_told_its_invoices_usage_and_whom_to_ring(port):
    from billing.actions.usage import correct_reading

    with shared():
        one, contract, invoice = contracted()
        give_pdf(invoice)
        pay(invoice, "20.00")
        note = make_invoice(contract, net="10.00", kind="credit_note", credits=invoice, issued_on=date(2026, 10, 9))
        reading = make_reading(one.id, date(2026, 9, 1), 30, counted_on=date(2026, 9, 30))
        correct_reading(
            reading_id=reading.id, count=33, how="Looked at again.", reason="Three were new.", by=None, at=NOW
        )
    assert accounts.push_accounts(draw=0) == 1
    said = port["Elsewhere"].told[one.id]
    assert plain(read_account(said)) == said
    assert (said["open"], said["currency"], said["as_of"]) == ("100.00", "GBP", "2026-11-22")
    assert said["contract"]["customer"] == "Amberley Council"
    assert [(line["number"], line["state"], line["open"], line["pdf"]) for line in said["invoices"]] == [
        (note.number, "credit", "0.00", ""), (invoice.number, "part", "100.00", CHECKSUM),
    ]  # fmt: skip
    assert [(line["month"], line["count"]) for line in said["usage"]] == [("2026-10-01", 40), ("2026-09-01", 33)]
    assert said["usage"][1]["earlier"] == [{"count": 30, "how": "Counted for a test.", "reason": "Three were new."}]
    assert said["contact"]["phone"] == "020 7946 0018"
    assert port["Elsewhere"].files == {CHECKSUM: PDF}


def test_what_has_not_changed_is_not_said_again_until_the_next_day(port):
    with shared():
        _one, _contract, invoice = contracted()
    assert accounts.push_accounts(draw=0) == 1
    assert accounts.push_accounts(draw=0) == 0
    with shared():
        pay(invoice, "120.00")
    assert accounts.push_accounts(draw=0) == 1
    assert accounts.push_accounts(draw=0) == 0
    with time_machine.travel(datetime(2026, 11, 23, 12, 0, tzinfo=UTC)):
        assert accounts.push_accounts(draw=0) == 1
    assert len(port["Elsewhere"].asked) == 3


def test_a_deployment_that_is_away_is_asked_once_a_sweep_told_later_and_keeps_no_other_waiting(port):
    with shared():
        away = deployment("Away")
        for name in ("Amberley", "Birchley"):
            contracted(name, away)
        contracted("Corley", deployment("There"))
    port["Away"] = Port()
    port["Away"].away = errors.Unreachable("No answer.")
    assert accounts.push_accounts(draw=0) == 1
    assert len(port["Away"].asked) == 1
    with shared():
        assert AccountSent.objects.get(failure="unreachable").checksum == ""
    port["Away"].away = None
    assert accounts.push_accounts(draw=0) == 2
    with shared():
        assert not AccountSent.objects.exclude(failure="").exists()


def test_one_council_that_is_refused_leaves_the_others_theirs_and_a_file_that_failed_is_sent_again(port):
    with shared():
        first, _contract, _invoice = contracted("Amberley")
        second, _contract, invoice = contracted("Birchley")
        give_pdf(invoice)
    one = port["Elsewhere"] = Port()
    one.put_document = None
    plain_put = one.put_account

    def put(council_id, account):
        if council_id == first.id:
            raise errors.OrderRefused("No.")
        return plain_put(council_id, account)

    one.put_account = put
    assert accounts.push_accounts(draw=0) == 0
    with shared():
        said = dict(AccountSent.objects.values_list("council_id", "failure"))
    assert said == {first.id: "refused", second.id: "failed"}
    del one.put_document
    assert accounts.push_accounts(draw=0) == 1
    assert one.files == {CHECKSUM: PDF}


def test_in_a_group_contract_no_council_is_told_an_invoice_nor_anothers_usage(port):
    with shared():
        one, other = council("Amberley"), council("Birchley")
        county = make_customer("Example County")
        invoice = make_invoice(make_contract(county, council_ids=[one.id, other.id]))
        give_pdf(invoice)
        make_reading(one.id, date(2026, 10, 1), 40)
        make_reading(other.id, date(2026, 10, 1), 77)
    assert accounts.push_accounts(draw=0) == 2
    for who, count in ((one, 40), (other, 77)):
        said = port["Elsewhere"].told[who.id]
        assert (said["invoices"], said["open"], said["credit"], said["contract"]["is_group"]) == ([], None, None, True)
        assert said["contract"]["customer"] == "Example County"
        assert [line["count"] for line in said["usage"]] == [count]
        assert plain(read_account(said)) == said
    assert port["Elsewhere"].files == {}


def test_a_council_that_took_anothers_place_is_not_told_what_that_one_was_billed(port):
    from billing.models import ContractCouncil

    with shared():
        gone, _contract, invoice = contracted("Amberley")
        ContractCouncil.objects.filter(council_id=gone.id).update(ends_on=date(2026, 6, 30))
        came = council("Birchley")
        ContractCouncil.objects.create(
            contract=invoice.contract, council_id=came.id, name="Birchley", population=1000, starts_on=date(2026, 7, 1)
        )
        said = accounts_of([gone.id, came.id])
    assert said[gone.id]["invoices"] == said[came.id]["invoices"] == []
    assert said[gone.id]["contract"]["ends_on"] == "2026-06-30"


def test_invoices_older_than_two_years_are_left_out_unless_they_are_open(port):
    with shared():
        one = council()
        contract = make_contract(make_customer(), council_ids=[one.id], starts_on=date(2023, 1, 1))
        old = make_invoice(contract, issued_on=date(2023, 2, 1))
        paid = make_invoice(contract, issued_on=date(2023, 3, 1))
        pay(paid, "120.00")
        said = accounts_of([one.id])[one.id]
    assert [line["number"] for line in said["invoices"]] == [old.number]
    assert said["open"] == "120.00"


def test_councils_that_are_not_there_yet_or_no_more_are_told_nothing(port):
    with shared():
        for state in ("preparing", "deleted"):
            one, _contract, _invoice = contracted(state)
            Council.objects.filter(id=one.id).update(state=state)
        council("Without a contract")
        make_contract(make_customer("Nobody's"), council_ids=[uuid4()])
    assert accounts.push_accounts(draw=0) == 0
    assert port == {}


def test_a_sweep_makes_a_few_of_the_files_that_are_missing(port, monkeypatch):
    drawn = []
    with shared():
        _one, contract, first = contracted()
        make_invoice(contract, issued_on=date(2026, 11, 3))
    monkeypatch.setattr(accounts, "pdf_of", lambda invoice_id, *, at: drawn.append(invoice_id))
    accounts.push_accounts(draw=1)
    assert drawn == [first.id]
    monkeypatch.setattr(accounts, "pdf_of", lambda invoice_id, *, at: 1 / 0)
    assert accounts.push_accounts(draw=5) == 0


def test_many_councils_take_no_more_queries_than_one(port):
    with shared():
        ids = [contracted(f"Council {number}")[0].id for number in range(6)]
        counts = []
        for some in (ids[:1], ids):
            with CaptureQueriesContext(connections["console"]) as asked:
                assert len(accounts_of(some)) == len(some)
            counts.append(len(asked))
    assert counts[0] == counts[1] <= 11


def test_what_came_in_for_no_invoice_is_said_beside_what_is_open():
    from billing.actions.payments import record_payment

    with shared():
        one, _contract, invoice = contracted()
        other, _other_contract, _other_invoice = contracted("Birchley")
        given = {"entity_id": invoice.entity_id, "reference": "", "by": None, "at": NOW}
        record_payment(customer_id=invoice.customer_id, received_on=date(2026, 11, 1), amount=Decimal("50.00"), **given)
        note = make_invoice(invoice.contract, net="10.00", kind="credit_note", credits=invoice)
        said = accounts_of([one.id, other.id])
    assert (said[one.id]["open"], said[one.id]["credit"]) == ("120.00", "62.00")
    assert (said[other.id]["open"], said[other.id]["credit"]) == ("120.00", "0.00")
    assert read_account(said[one.id]).credit == Decimal("62.00")
    assert note.gross == Decimal("12.00")


def test_money_of_a_customer_with_another_council_s_contract_is_told_to_neither():
    from billing.actions.payments import record_payment

    with shared():
        one, contract, invoice = contracted()
        make_contract(contract.customer)
        record_payment(
            entity_id=invoice.entity_id, customer_id=invoice.customer_id, received_on=date(2026, 11, 1),
            amount=Decimal("50.00"), reference="", by=None, at=NOW,
        )  # fmt: skip
        assert accounts_of([one.id])[one.id]["credit"] == "0.00"


def test_of_invoices_that_were_settled_long_ago_nothing_is_read():
    with shared():
        one = council()
        contract = make_contract(make_customer(), council_ids=[one.id], starts_on=date(2023, 1, 1))
        old = make_invoice(contract, issued_on=date(2023, 3, 1))
        pay(old, "120.00")
        late = make_invoice(contract, issued_on=date(2023, 2, 1))
        with CaptureQueriesContext(connections["console"]) as asked:
            accounts_of([one.id])
    read = [query["sql"] for query in asked]
    assert [sql for sql in read if str(old.id) in sql or old.id.hex in sql] == []
    assert any(str(late.id) in sql or late.id.hex in sql for sql in read)


def test_in_this_installation_the_council_has_it_at_once(amber):
    from console.actions.syncing import sync_all

    assert sync_all() == 1
    with shared():
        invoice = make_invoice(make_contract(make_customer("Amber Council"), council_ids=[amber.id]))
        give_pdf(invoice)
    assert accounts.push_accounts(draw=0) == 1
    with shared():
        assert CouncilAccount.objects.get(council_id=amber.id).content["invoices"][0]["number"] == invoice.number
        assert bytes(CouncilDocument.objects.get(council_id=amber.id).content) == PDF
