"""Money that came in pays what is open, and never more: in parts, too much, given back, taken back, by two at once."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest

from tenants.context import shared
from tests.factories.billing import make_contract, make_customer, make_invoice

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
ON = date(2026, 3, 9)


def paid(invoice, amount: str, *, to=None, **given):
    """A payment of an invoice's customer, allocated as `to` says: whole to the invoice where nothing is said."""
    from billing.actions.payments import record_payment

    allocations = {invoice.id: Decimal(amount)} if to is None else to
    values = {"reference": invoice.number, "received_on": ON, "by": None, "at": AT, **given}
    return record_payment(
        entity_id=invoice.entity_id, customer_id=invoice.customer_id, amount=Decimal(amount), allocations=allocations,
        **values,
    )  # fmt: skip


def open_of(invoice) -> Decimal:
    from billing.queries import balances

    return balances.open_of([invoice.id])[invoice.id]


def left_of(payment) -> Decimal:
    from billing.actions import payments

    return payments.left_of(payment.id)


def refused(act, *given, **named) -> str:
    from billing.errors import BillingError

    with pytest.raises(BillingError) as error:
        act(*given, **named)
    return str(error.value)


def credit_note_of(invoice, net: str):
    return make_invoice(invoice.contract, net=net, kind="credit_note", credits=invoice, issued_on=date(2026, 3, 1))


def test_a_part_payment_leaves_the_rest_open():
    with shared():
        invoice = make_invoice(net="100.00")
        payment = paid(invoice, "50.00")
        assert (open_of(invoice), left_of(payment)) == (Decimal("70.00"), Decimal("0.00"))
        paid(invoice, "70.00")
        assert open_of(invoice) == 0


def test_an_overpayment_is_left_over_and_pays_the_next_invoice():
    from billing.actions.payments import allocate
    from billing.queries.balances import credits_of, customer_balance

    with shared():
        first = make_invoice(net="100.00")
        payment = paid(first, "150.00", to={first.id: Decimal("120.00")})
        (credit,) = credits_of(customer_id=first.customer_id)
        assert (credit.id, credit.kind, credit.left) == (payment.id, "payment", Decimal("30.00"))
        second = make_invoice(first.contract, net="100.00")
        (balance,) = customer_balance(first.customer_id, on=date(2026, 4, 1))
        assert (balance.open, balance.credit, balance.owed) == (Decimal("120.00"), Decimal("30.00"), Decimal("90.00"))
        allocate(payment_id=payment.id, allocations={second.id: Decimal("30.00")}, by=None, at=AT)
        assert (open_of(second), left_of(payment)) == (Decimal("90.00"), Decimal("0.00"))
        assert credits_of(customer_id=first.customer_id) == ()


@pytest.mark.parametrize("amount", ["-1.00", "0.00", "0.001", "100000000.00", "NaN", "Infinity"])
def test_an_amount_that_nobody_pays_is_refused(amount):
    with shared():
        assert "Enter an amount" in refused(paid, make_invoice(), amount, to={})


@pytest.mark.parametrize(("day", "says"), [(date(2026, 3, 11), "still to come"), (date(1999, 12, 31), "too long ago")])
def test_a_day_on_which_no_money_came_is_refused(day, says):
    with shared():
        assert says in refused(paid, make_invoice(), "1.00", received_on=day)


def test_the_last_day_is_the_entity_s_own():
    at = datetime(2026, 3, 9, 14, 0, tzinfo=UTC)  # one in the morning of the 10th in Melbourne
    with shared():
        abroad = make_invoice(make_contract(make_customer(country="AU")))
        assert paid(abroad, "1.00", received_on=date(2026, 3, 10), at=at)
        assert "still to come" in refused(paid, make_invoice(), "1.00", received_on=date(2026, 3, 10), at=at)


def test_no_more_is_allocated_than_is_open_or_left_or_to_another_customer_s_invoice():
    from billing.actions.payments import allocate

    with shared():
        invoice, other = make_invoice(net="100.00"), make_invoice(net="100.00")
        credit = credit_note_of(invoice, "10.00")
        assert "Only £120.00" in refused(paid, invoice, "200.00", to={invoice.id: Decimal("120.01")})
        assert "another customer's" in refused(paid, invoice, "200.00", to={other.id: Decimal("1.00")})
        assert "no such invoice" in refused(paid, invoice, "200.00", to={credit.id: Decimal("1.00")})
        assert "no such invoice" in refused(paid, invoice, "200.00", to={uuid4(): Decimal("1.00")})
        assert "at least £0.01" in refused(paid, invoice, "200.00", to={invoice.id: Decimal("-1.00")})
        payment = paid(invoice, "50.00", to={})
        assert "only 50.00 is left" in refused(
            allocate, payment_id=payment.id, allocations={invoice.id: Decimal("50.01")}, by=None, at=AT
        )
        assert (open_of(invoice), open_of(other)) == (Decimal("120.00"), Decimal("120.00"))


def test_the_same_payment_is_entered_twice_only_on_purpose():
    with shared():
        invoice = make_invoice()
        paid(invoice, "10.00")
        assert "entered already" in refused(paid, invoice, "10.00")
        assert paid(invoice, "10.00", is_another=True)


def test_what_is_taken_back_is_open_and_free_again_once():
    from billing.actions.payments import undo_allocation
    from billing.models import Allocation

    with shared():
        invoice = make_invoice(net="100.00")
        payment = paid(invoice, "120.00")
        allocation = Allocation.objects.get(payment=payment)
        undone = undo_allocation(allocation_id=allocation.id, by=None, at=AT)
        assert (undone.amount, undone.undoes_id) == (Decimal("-120.00"), allocation.id)
        assert (open_of(invoice), left_of(payment)) == (Decimal("120.00"), Decimal("120.00"))
        assert "already" in refused(undo_allocation, allocation_id=allocation.id, by=None, at=AT)
        assert "no such" in refused(undo_allocation, allocation_id=undone.id, by=None, at=AT)


def test_a_refund_takes_what_is_left_and_no_more():
    from billing.actions.payments import refund

    with shared():
        invoice = make_invoice(net="100.00")
        payment = paid(invoice, "150.00", to={invoice.id: Decimal("120.00")})
        given = {"payment_id": payment.id, "on": ON, "note": "", "by": None, "at": AT}
        assert "Only £30.00" in refused(refund, amount=Decimal("30.01"), **given)
        back = refund(amount=Decimal("20.00"), **given)
        assert (back.amount, back.reverses_id, left_of(payment)) == (Decimal("-20.00"), payment.id, Decimal("10.00"))
        assert "before the day" in refused(refund, amount=Decimal("1.00"), **{**given, "on": date(2026, 3, 8)})
        assert "no such payment" in refused(refund, amount=Decimal("1.00"), **{**given, "payment_id": back.id})


def test_a_reversed_payment_pays_nothing_any_more():
    from billing.actions.payments import refund, reverse_payment
    from billing.queries.balances import customer_balance

    with shared():
        invoice = make_invoice(net="100.00")
        payment = paid(invoice, "150.00", to={invoice.id: Decimal("120.00")})
        given = {"payment_id": payment.id, "on": ON, "note": "", "by": None, "at": AT}
        refund(amount=Decimal("10.00"), **given)
        assert reverse_payment(**given).amount == Decimal("-140.00")
        assert (open_of(invoice), left_of(payment)) == (Decimal("120.00"), Decimal("0.00"))
        (balance,) = customer_balance(invoice.customer_id, on=ON)
        assert (balance.open, balance.credit) == (Decimal("120.00"), Decimal("0.00"))
        assert "already" in refused(reverse_payment, **given)


def test_a_credit_note_settles_its_invoice_up_to_what_is_open_and_the_rest_another():
    from billing.actions.payments import allocate_credit, allocate_credit_note, left_of_note

    with shared():
        invoice = make_invoice(net="100.00")
        paid(invoice, "100.00")
        note = credit_note_of(invoice, "50.00")
        assert allocate_credit(note, by=None, at=AT).amount == Decimal("20.00")
        assert (open_of(invoice), left_of_note(note.id)) == (Decimal("0.00"), Decimal("40.00"))
        assert allocate_credit(note, by=None, at=AT) is None
        other = make_invoice(invoice.contract, net="10.00")
        given = {"credit_note_id": note.id, "by": None, "at": AT}
        assert "Only £12.00" in refused(allocate_credit_note, allocations={other.id: Decimal("13.00")}, **given)
        allocate_credit_note(allocations={other.id: Decimal("12.00")}, **given)
        assert (open_of(other), left_of_note(note.id)) == (Decimal("0.00"), Decimal("28.00"))


def test_payments_and_what_they_pay_can_be_neither_changed_nor_deleted_by_the_service():
    from django.db import connections

    with shared(), connections["console"].cursor() as cursor:
        for table in ("billing_payment", "billing_allocation", "billing_writeoff", "billing_bankimport"):
            for right in ("UPDATE", "DELETE"):
                cursor.execute("SELECT has_table_privilege(%s, %s)", [table, right])
                assert cursor.fetchone() == (False,), (table, right)


RACER = """
import sys, time
from datetime import datetime, UTC, date
from decimal import Decimal
from uuid import UUID
from tenants.context import shared
from billing.actions.payments import allocate, record_payment
from billing.errors import BillingError
what, first, second, amount, start = sys.argv[1:]
while time.time() < float(start):
    pass
done = 0
for number in range(10):
    try:
        with shared():
            given = {"by": None, "at": datetime(2026, 3, 10, 9, 0, tzinfo=UTC)}
            if what == "invoice":
                record_payment(entity_id=UUID(first.split()[0]), customer_id=UUID(first.split()[1]), amount=Decimal(amount),
                    received_on=date(2026, 3, 9), reference="x", is_another=True, allocations={UUID(second): Decimal(amount)}, **given)
            else:
                allocate(payment_id=UUID(first), allocations={UUID(second): Decimal(amount)}, **given)
        done += 1
    except BillingError as error:
        assert "open" in str(error) or "left" in str(error), error
print(done)
"""
SET_UP = """
from tenants.context import shared
from tests.factories.billing import make_invoice
from tests.billing.test_payments import paid
from decimal import Decimal
with shared():
    invoice = make_invoice(net="100.00")
    second = make_invoice(invoice.contract, net="100.00")
    payment = paid(invoice, "70.00", to={})
    print(invoice.entity_id, invoice.customer_id, invoice.id, second.id, payment.id)
"""


@pytest.mark.timeout(300)
def test_two_at_once_never_pay_more_than_is_open_nor_give_out_more_than_there_is(own_database):
    import time

    entity, customer, invoice, other, payment = own_database.python(SET_UP).stdout.split()
    race = [
        ("payment", payment, other, "20.00"),
        ("payment", payment, invoice, "20.00"),
        ("invoice", f"{entity} {customer}", invoice, "25.00"),
        ("invoice", f"{entity} {customer}", invoice, "25.00"),
    ]
    env = {**own_database.env, "DJANGO_SETTINGS_MODULE": "config.settings"}
    code = "import django; django.setup()\n" + RACER
    start = str(time.time() + 20)
    racers = [
        subprocess.Popen(
            [sys.executable, "-c", code, *given, start], env=env, cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for given in race
    ]  # fmt: skip
    said = [racer.communicate(timeout=200) for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * 4, said
    ((on_payment, on_invoice),) = own_database.sql(
        "SELECT (SELECT sum(amount) FROM shared.billing_allocation WHERE payment_id = %s),"
        " (SELECT sum(amount) FROM shared.billing_allocation WHERE invoice_id = %s)",
        payment, invoice,
    )  # fmt: skip
    assert on_payment == Decimal("60.00")  # three times 20.00 of 70.00, whoever was first
    assert Decimal("100.00") <= on_invoice <= Decimal("120.00")  # 25.00 and 20.00, until no more fits
    done = [int(out) for out, _error in said]
    assert (done[0] + done[1], sum(done)) == (
        3,
        own_database.sql("SELECT count(*) FROM shared.billing_allocation")[0][0],
    )


def test_what_is_credited_of_a_written_off_invoice_is_money_for_nobody():
    from billing.actions.payments import allocate_credit, left_of_note
    from billing.actions.write_offs import write_off
    from billing.queries.balances import customer_balance
    from billing.queries.journal import journal, sums

    with shared():
        invoice = make_invoice(net="100.00")
        paid(invoice, "20.00")
        write_off(
            proposal_id=uuid4(), invoice_id=invoice.id, amount=Decimal("100.00"), reason="x", proposed_by=uuid4(),
            approved_by=uuid4(), at=AT,
        )  # fmt: skip
        note = credit_note_of(invoice, "32.00")
        assert allocate_credit(note, by=None, at=AT).amount == Decimal("38.40")
        assert (open_of(invoice), left_of_note(note.id)) == (Decimal("0.00"), Decimal("0.00"))
        (balance,) = customer_balance(invoice.customer_id, on=ON)
        assert (balance.open, balance.credit) == (Decimal("0.00"), Decimal("0.00"))
        rows = journal(invoice.entity_id, date(2026, 1, 1), date(2026, 12, 31))
        debts = [one for one in rows if one.account == "8100"]
        assert sum(one.debit - one.credit for one in debts) == Decimal("61.60")
        assert len(set(sums(rows))) == 1


def test_a_credit_takes_of_a_write_off_no_more_than_it_needs():
    from billing.actions.payments import allocate_credit, left_of_note
    from billing.actions.write_offs import write_off
    from billing.models import Allocation

    with shared():
        invoice = make_invoice(net="100.00")
        write_off(
            proposal_id=uuid4(), invoice_id=invoice.id, amount=Decimal("20.00"), reason="x", proposed_by=uuid4(),
            approved_by=uuid4(), at=AT,
        )  # fmt: skip
        small, whole = credit_note_of(invoice, "10.00"), credit_note_of(invoice, "90.00")
        allocate_credit(small, by=None, at=AT)
        assert (open_of(invoice), Allocation.objects.filter(write_off__isnull=False).count()) == (Decimal("88.00"), 1)
        allocate_credit(whole, by=None, at=AT)
        assert (open_of(invoice), left_of_note(whole.id)) == (Decimal("0.00"), Decimal("0.00"))
        assert sum(Allocation.objects.filter(write_off__isnull=False).values_list("amount", flat=True)) == 0


def test_what_a_reversed_payment_leaves_open_its_invoice_s_credit_note_settles():
    from billing.actions.payments import allocate_credit, left_of_note, reverse_payment

    with shared():
        invoice = make_invoice(net="100.00")
        payment = paid(invoice, "120.00")
        note = credit_note_of(invoice, "100.00")
        assert allocate_credit(note, by=None, at=AT) is None
        reverse_payment(payment_id=payment.id, on=ON, note="", by=None, at=AT)
        assert (open_of(invoice), left_of_note(note.id), left_of(payment)) == (0, 0, 0)


def test_a_credit_note_is_paid_back_out_of_the_payments_of_its_invoice():
    from billing.actions.payments import left_of_note
    from billing.actions.refunds import pay_back_credit

    with shared():
        invoice = make_invoice(net="100.00")
        first, second = paid(invoice, "70.00"), paid(invoice, "50.00", reference="the rest")
        note = credit_note_of(invoice, "90.00")
        given = {"credit_note_id": note.id, "on": ON, "note": "", "by": None, "at": AT}
        assert "Only £108.00" in refused(pay_back_credit, amount=Decimal("108.01"), **given)
        backs = pay_back_credit(amount=Decimal("100.00"), **given)
        assert sum(one.amount for one in backs) == Decimal("-100.00")
        assert {one.reverses_id for one in backs} == {first.id, second.id}
        assert (open_of(invoice), left_of_note(note.id)) == (Decimal("0.00"), Decimal("8.00"))
        assert left_of(first) == left_of(second) == 0  # nothing of them is free: it settles, or went back
        assert "no such credit note" in refused(
            pay_back_credit, amount=Decimal("1.00"), **{**given, "credit_note_id": invoice.id}
        )


def test_a_credit_that_settled_nothing_paid_is_not_paid_back():
    from billing.actions.refunds import pay_back_credit

    with shared():
        invoice = make_invoice(net="100.00")
        note = credit_note_of(invoice, "100.00")
        given = {"credit_note_id": note.id, "amount": Decimal("120.00"), "on": ON, "note": "", "by": None, "at": AT}
        assert "no payment" in refused(pay_back_credit, **given)
        paid(invoice, "30.00")
        assert "Only £30.00" in refused(pay_back_credit, **given)
