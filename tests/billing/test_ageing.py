"""Ageing says who owes how much for how long on a day, and its columns add up."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from tenants.context import shared
from tests.billing.test_payments import paid, refused
from tests.factories.billing import make_contract, make_customer, make_entity, make_invoice

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

ON = date(2026, 6, 30)


def aged(*late: int, contract=None):
    """An invoice of 12.00 for each, so many days late on the day."""
    contract = contract or make_contract()
    for days in late:
        due = ON - timedelta(days=days)
        make_invoice(contract, net="10.00", issued_on=min(due, ON) - timedelta(days=30), due_on=due)
    return contract


def found_on(day: date = ON):
    from billing.queries.ageing import ageing

    return ageing(make_entity().id, day)


def test_an_invoice_stands_in_the_bucket_of_its_days():
    with shared():
        aged(-1, 0, 1, 30, 31, 60, 61, 90, 91, 400)
        (row,) = found_on().rows
        assert [one.amount for one in row.buckets] == [Decimal("24.00")] * 5
        assert (row.owed, row.oldest_due_on) == (Decimal("120.00"), ON - timedelta(days=400))


def test_who_owes_most_comes_first_and_the_columns_add_up():
    with shared():
        little, much = aged(5), aged(5, 40)
        found = found_on()
        assert [row.customer_id for row in found.rows] == [much.customer_id, little.customer_id]
        assert [one.amount for one in found.sums] == [
            sum(row.buckets[place].amount for row in found.rows) for place in range(5)
        ]
        assert found.owed == sum(row.owed for row in found.rows) == Decimal("36.00")


def test_what_is_left_over_is_taken_off_and_a_customer_with_credit_alone_is_there():
    with shared():
        contract = aged(5)
        invoice = make_invoice(contract, issued_on=date(2026, 2, 1))
        paid(invoice, "200.00", to={invoice.id: Decimal("120.00")})
        (row,) = found_on().rows
        assert (row.credit, row.owed) == (Decimal("80.00"), Decimal("-68.00"))
        assert found_on().credit == Decimal("80.00")


def test_a_settled_account_and_another_company_s_customers_are_left_out():
    with shared():
        invoice = make_invoice(net="100.00", issued_on=date(2026, 2, 1))
        paid(invoice, "120.00")
        aged(5, contract=make_contract(make_customer(country="AU")))
        assert found_on().rows == ()


def test_a_day_in_the_past_is_as_it_was():
    with shared():
        invoice = make_invoice(net="100.00", issued_on=date(2026, 2, 1), due_on=date(2026, 3, 1))
        paid(invoice, "120.00")  # on 9 March
        assert [row.owed for row in found_on(date(2026, 3, 8)).rows] == [Decimal("120.00")]
        assert found_on(date(2026, 3, 9)).rows == ()
        assert found_on(date(2026, 1, 31)).rows == ()


def test_nobody_s_ageing_is_refused():
    from uuid import uuid4

    from billing.queries.ageing import ageing

    with shared():
        assert "no such company" in refused(ageing, uuid4(), ON)


def test_the_files_rows_fit_their_headings():
    from billing.queries.exports import (
        INVOICES,
        PAYMENTS,
        ageing_headings,
        ageing_rows,
        invoice_rows,
        payment_rows,
    )

    with shared():
        contract = aged(5)
        invoice = make_invoice(contract, issued_on=date(2026, 2, 1))
        paid(invoice, "200.00", to={invoice.id: Decimal("120.00")})
        found = found_on()
        ((customer, currency, *amounts, oldest),) = ageing_rows(found)
        assert len(ageing_headings(found)) == 3 + len(amounts)
        assert (customer, currency, oldest) == (contract.customer.name, "GBP", "2026-06-25")
        given = (contract.entity_id, date(2026, 1, 1), ON)
        (first, second) = invoice_rows(*given)
        assert {len(first), len(second)} == {len(INVOICES)}
        assert {first[-1], second[-1]} == {"12.00", "0.00"}
        (payment,) = payment_rows(*given)
        assert (len(payment), payment[3], payment[4]) == (len(PAYMENTS), "200.00", "80.00")
