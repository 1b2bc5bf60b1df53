"""A statement adds up on every day: opening and movements make the closing, which is what is open less what is left."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.context import shared
from tests.billing.ledgers import DAYS, FIRST, STEPS, play
from tests.billing.test_payments import paid, refused
from tests.factories.billing import make_contract, make_customer, make_invoice

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

IN_TEST = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def statement_of(invoice, first: date, last: date):
    from billing.queries.statements import statement

    return statement(invoice.customer_id, invoice.entity_id, first, last)


@IN_TEST
@given(STEPS, st.integers(-1, DAYS + 1), st.integers(0, DAYS))
def test_on_every_day_opening_and_movements_make_what_is_open_less_credit(db, steps, start, length):
    from billing.queries.ageing import ageing
    from billing.queries.balances import credits_of, open_invoices
    from billing.queries.statements import statement

    with shared():
        contract = play(steps)
        customer, entity = contract.customer_id, contract.entity_id
        first = FIRST + timedelta(days=start)
        last = first + timedelta(days=length)
        found = statement(customer, entity, first, last)
        assert found.opening + sum(one.amount for one in found.lines) == found.closing
        assert found.closing == sum(one.open for one in found.open_invoices) - found.credit
        assert sum(one.amount for one in found.buckets) == found.closing + found.credit
        assert [one.on for one in found.lines] == sorted(one.on for one in found.lines)
        assert all(first <= one.on <= last for one in found.lines)
        before = statement(customer, entity, FIRST - timedelta(days=9), first - timedelta(days=1))
        assert (before.opening, before.closing) == (0, found.opening)
        owed = [row.owed for row in ageing(entity, last).rows if row.customer_id == customer]
        assert sum(owed) == found.closing
        end = FIRST + timedelta(days=DAYS)
        now = statement(customer, entity, FIRST, end)
        assert {(one.id, one.open) for one in now.open_invoices} == {
            (one.id, one.open) for one in open_invoices(on=end, customer_id=customer)
        }
        assert now.credit == sum(one.left for one in credits_of(customer_id=customer))


@IN_TEST
@given(STEPS)
def test_no_invoice_is_ever_paid_beyond_its_gross_and_no_money_given_out_twice(db, steps):
    from billing.models import Invoice, Payment
    from billing.queries.balances import with_left, with_left_to_credit, with_open

    with shared():
        customer = play(steps).customer_id
        for one in with_open(Invoice.objects.filter(customer_id=customer)):
            assert 0 <= one.open_now <= one.gross
        for one in with_left(Payment.objects.filter(customer_id=customer)):
            assert 0 <= one.left_now <= one.amount
        for one in with_left_to_credit(Invoice.objects.filter(customer_id=customer)):
            assert 0 <= one.left_now <= one.gross


def test_a_statement_says_what_moved_and_what_is_open():
    with shared():
        invoice = make_invoice(net="100.00", issued_on=date(2026, 2, 1))
        make_invoice(invoice.contract, net="10.00", issued_on=date(2026, 3, 1))
        paid(invoice, "70.00")
        found = statement_of(invoice, date(2026, 3, 1), date(2026, 3, 31))
        assert (found.opening, found.closing, found.overdue) == (Decimal("120.00"), Decimal("62.00"), Decimal("50.00"))
        assert [(one.kind, one.amount, one.balance) for one in found.lines] == [
            ("invoice", Decimal("12.00"), Decimal("132.00")),
            ("payment", Decimal("-70.00"), Decimal("62.00")),
        ]
        assert [one.open for one in found.open_invoices] == [Decimal("50.00"), Decimal("12.00")]
        assert (found.buyer["name"], found.seller["name"]) == (found.customer_name, "Patchwork UK")
        assert found.written(found.closing) == "£62.00"


def test_a_payment_that_was_entered_late_counts_from_the_day_it_came():
    with shared():
        invoice = make_invoice(net="100.00", issued_on=date(2026, 2, 1))
        paid(invoice, "120.00", received_on=date(2026, 2, 27), at=datetime(2026, 3, 5, 9, tzinfo=UTC))
        found = statement_of(invoice, date(2026, 2, 1), date(2026, 2, 28))
        assert (found.closing, found.open_invoices, found.credit) == (Decimal("0.00"), (), Decimal("0.00"))


def test_a_statement_that_ends_before_it_begins_and_one_of_nobody_are_refused():
    from uuid import uuid4

    from billing.queries.statements import statement

    with shared():
        invoice = make_invoice()
        assert "before it begins" in refused(statement_of, invoice, date(2026, 3, 2), date(2026, 3, 1))
        assert "no such" in refused(statement, uuid4(), invoice.entity_id, date(2026, 3, 1), date(2026, 3, 1))


def test_a_statement_takes_as_many_statements_of_sql_for_much_as_for_little(django_assert_max_num_queries):
    with shared():
        contract = make_contract()
        for day in range(1, 25):
            paid(make_invoice(contract, issued_on=date(2026, 2, day)), "10.00", received_on=date(2026, 3, 1))
        invoice = make_invoice(contract)
        with django_assert_max_num_queries(11, using="console"):
            assert len(statement_of(invoice, date(2026, 2, 1), date(2026, 3, 31)).lines) == 49


def test_what_a_customer_owes_one_company_stands_in_no_statement_of_another():
    with shared():
        invoice = make_invoice(net="100.00")
        abroad = make_invoice(make_contract(make_customer(country="AU")), net="50.00")
        assert statement_of(invoice, FIRST, date(2026, 3, 1)).closing == Decimal("120.00")
        assert statement_of(abroad, FIRST, date(2026, 3, 1)).closing == Decimal("55.00")
