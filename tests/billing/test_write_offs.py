"""An amount is written off by two of finance: who proposed it does not decide it, and nobody else decides it."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from tenants.context import shared
from tests.billing.test_payments import AT, open_of, paid, refused
from tests.console.conftest import console, log_slugs
from tests.factories.billing import make_invoice

__all__ = ["console"]
pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])


@pytest.fixture
def invoice(db):
    with shared():
        return make_invoice(net="100.00")


def proposed(console, invoice, amount: str = "120.00", name: str = "Fay Finance", *roles: str):
    from console.actions.finance.write_offs import propose_write_off

    by = console.ref(name, *(roles or ("finance",)))
    with shared():
        return propose_write_off(
            invoice_id=invoice.id, amount=Decimal(amount), reason="The council was wound up", by=by
        )


def decided(console, proposal, name: str, *roles: str, approve: bool = True):
    from console.actions.proposals import decide

    by = console.ref(name, *roles)
    with shared():
        return decide(proposal_id=proposal.id, approve=approve, reason="Looked at it", by=by)


def is_open(invoice) -> Decimal:
    with shared():
        return open_of(invoice)


def test_what_another_of_finance_approves_is_written_off(console, invoice):
    from billing.models import WriteOff

    proposal = proposed(console, invoice, "100.00")
    assert is_open(invoice) == Decimal("120.00")
    decided(console, proposal, "Fred Finance", "finance")
    assert is_open(invoice) == Decimal("20.00")
    with shared():
        made = WriteOff.objects.get()
    people = console.operator("Fay Finance").id, console.operator("Fred Finance").id
    assert (made.proposed_by_id, made.approved_by_id, made.proposal_id) == (*people, proposal.id)
    assert {"console.proposal.made", "console.proposal.approved", "console.write_off.made"} <= set(log_slugs())


def test_who_proposed_it_does_not_decide_it(console, invoice):
    from console.errors import NotPermitted

    proposal = proposed(console, invoice)
    with pytest.raises(NotPermitted, match="You proposed this yourself"):
        decided(console, proposal, "Fay Finance")
    assert is_open(invoice) == Decimal("120.00")


@pytest.mark.parametrize("role", ["operator", "release_manager", "auditor", "administrator"])
def test_no_other_role_proposes_or_decides_it(console, invoice, role):
    from console.errors import NotPermitted

    proposal = proposed(console, invoice)
    with pytest.raises(NotPermitted, match="do not allow"):
        decided(console, proposal, "Olga Other", role)
    with pytest.raises(NotPermitted, match="do not allow"):
        proposed(console, invoice, "1.00", "Olga Other")
    assert is_open(invoice) == Decimal("120.00")


def test_finance_decides_on_no_council(console):
    from console.actions.suspension import propose_suspension
    from console.errors import NotPermitted

    council, olive = console.council(), console.ref("Olive Operator")
    with shared():
        proposal = propose_suspension(council_id=council.id, contact="01632 960001", reason="Ended", by=olive)
    with pytest.raises(NotPermitted, match="do not allow"):
        decided(console, proposal, "Fay Finance", "finance")


def test_what_is_refused_stays_open(console, invoice):
    decided(console, proposed(console, invoice), "Fred Finance", "finance", approve=False)
    assert is_open(invoice) == Decimal("120.00")


def test_when_it_was_paid_meanwhile_nothing_is_decided(console, invoice):
    from console.errors import NotPossible
    from console.models import Proposal

    proposal = proposed(console, invoice)
    with shared():
        paid(invoice, "20.01")
    with pytest.raises(NotPossible, match="Only £99.99"):
        decided(console, proposal, "Fred Finance", "finance")
    with shared():
        assert Proposal.objects.get(id=proposal.id).decision == "open"
    assert is_open(invoice) == Decimal("99.99")


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "120.01", "0.001"])
def test_no_amount_that_is_not_open_is_proposed(console, invoice, amount):
    from billing.errors import BillingError
    from console.models import Proposal

    with pytest.raises(BillingError):
        proposed(console, invoice, amount)
    with shared():
        assert not Proposal.objects.exists()


def test_a_write_off_that_is_taken_back_is_owed_again(console, invoice):
    from billing.models import Allocation
    from console.actions.finance.payments import undo_allocation

    decided(console, proposed(console, invoice), "Fred Finance", "finance")
    assert is_open(invoice) == 0
    fay = console.ref("Fay Finance")
    with shared():
        undo_allocation(allocation_id=Allocation.objects.get().id, by=fay)
    assert is_open(invoice) == Decimal("120.00")


def test_the_pages_show_it_to_those_who_see_money_alone(console, invoice):
    proposal = proposed(console, invoice, "1.50")
    path = f"/proposals/{proposal.id}"
    for name, role in (("Fred Finance", "finance"), ("Ada Auditor", "auditor")):
        page = console.browser(name, role).get(path)
        assert "£1.50" in page.content.decode()
        assert (f"{path}/decide" in page.content.decode()) == (role == "finance")
    for name, role in (("Olive Operator", "operator"), ("Adam Admin", "administrator")):
        browser = console.browser(name, role)
        assert browser.get(path).status_code == 404
        assert browser.get(f"{path}/decide").status_code == 404
        assert invoice.number not in browser.get("/proposals").content.decode()
    answer = console.browser("Fred Finance").post(f"{path}/decide", {"approve": "yes", "reason": "Looked"})
    assert answer.status_code == 302
    assert is_open(invoice) == Decimal("118.50")


def test_two_are_asked_for_in_the_tables_too():
    from billing.actions.write_offs import write_off

    with shared():
        invoice, one = make_invoice(net="100.00"), uuid4()
        given = {"invoice_id": invoice.id, "amount": Decimal("1.00"), "reason": "Why", "at": AT}
        assert "two people" in refused(write_off, proposal_id=uuid4(), proposed_by=one, approved_by=one, **given)
        proposal = uuid4()
        write_off(proposal_id=proposal, proposed_by=one, approved_by=uuid4(), **given)
        assert "already" in refused(write_off, proposal_id=proposal, proposed_by=one, approved_by=uuid4(), **given)
        assert open_of(invoice) == Decimal("119.00")
