"""The journal balances, document by document, and its receivables are what customers owe."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.context import shared
from tests.billing.ledgers import DAYS, FIRST, STEPS, play
from tests.billing.test_payments import paid, refused
from tests.factories.billing import make_contract, make_customer, make_entity, make_invoice

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

IN_TEST = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
LAST = FIRST + timedelta(days=DAYS)


def rows_of(entity, first: date = FIRST, last: date = LAST):
    from billing.queries.journal import journal

    return journal(entity.id, first, last)


@IN_TEST
@given(st.lists(STEPS, min_size=1, max_size=2), st.integers(0, DAYS))
def test_every_document_balances_and_the_accounts_agree_with_the_ledgers(db, accounts, split):
    from billing.models import Invoice, Payment
    from billing.queries.journal import account_of
    from billing.queries.statements import owed_at_end_of

    with shared():
        contracts = [play(steps) for steps in accounts]
        customers = [one.customer_id for one in contracts]
        names = {one.customer.name for one in contracts}
        entity = contracts[0].entity
        rows = [one for one in rows_of(entity) if one.customer in names]
        for _key, theirs in groupby(rows, key=lambda one: (one.document, one.key)):
            held = list(theirs)
            assert sum(one.debit for one in held) == sum(one.credit for one in held)
            assert all((one.debit > 0) != (one.credit > 0) for one in held)
        moved = {
            name: sum(one.debit - one.credit for one in rows if one.account == account_of(entity, name)[0])
            for name in ("receivables", "bank", "tax", "bad_debts")
        }
        assert moved["receivables"] == sum(owed_at_end_of(LAST, one, entity) for one in customers)
        assert moved["bank"] == sum(one.amount for one in Payment.objects.filter(customer_id__in=customers))
        issued = Invoice.objects.filter(customer_id__in=customers)
        assert -moved["tax"] == sum(one.tax * (1 if one.kind == "invoice" else -1) for one in issued)
        middle = FIRST + timedelta(days=split)
        halves = [*rows_of(entity, FIRST, middle), *rows_of(entity, middle + timedelta(days=1), LAST)]
        assert [one for one in halves if one.customer in names] == rows


def test_an_invoice_a_payment_and_a_write_off_are_entered_on_the_entity_s_accounts():
    from uuid import uuid4

    from billing.actions.write_offs import write_off
    from tests.billing.test_payments import AT

    with shared():
        entity = make_entity(code="PWX", accounts={"bank": "BANK-7", "tax": "2210"})
        invoice = make_invoice(make_contract(entity=entity), net="100.00", issued_on=date(2026, 3, 1))
        paid(invoice, "70.00")
        write_off(
            proposal_id=uuid4(), invoice_id=invoice.id, amount=Decimal("50.00"), reason="Wound up",
            proposed_by=uuid4(), approved_by=uuid4(), at=AT,
        )  # fmt: skip
        said = [(one.document, one.account, one.debit, one.credit, one.tax_rule) for one in rows_of(entity)]
        zero = Decimal("0.00")
        assert said == [
            ("invoice", "1100", Decimal("120.00"), zero, ""),
            ("invoice", "4000", zero, Decimal("100.00"), "gb-standard"),
            ("invoice", "2210", zero, Decimal("20.00"), "gb-standard"),
            ("payment", "BANK-7", Decimal("70.00"), zero, ""),
            ("payment", "1100", zero, Decimal("70.00"), ""),
            ("write_off", "8100", Decimal("50.00"), zero, ""),
            ("write_off", "1100", zero, Decimal("50.00"), ""),
        ]


def test_the_journal_of_one_company_holds_nothing_of_another():
    with shared():
        make_invoice(make_contract(make_customer(country="AU")), issued_on=FIRST)
        assert rows_of(make_entity()) == ()
        assert {one.currency for one in rows_of(make_entity("AU"))} == {"AUD"}


def test_the_file_s_rows_fit_its_headings_and_a_journal_has_an_order():
    from billing.queries.exports import JOURNAL, journal_rows

    with shared():
        invoice = make_invoice(issued_on=FIRST)
        rows = list(journal_rows(invoice.entity_id, FIRST, LAST))
        assert {len(one) for one in rows} == {len(JOURNAL)}
        assert rows[0][:3] == ("2026-02-01", "invoice", invoice.number)
        assert "before it begins" in refused(rows_of, invoice.entity, LAST, FIRST)


def test_the_guide_names_every_column_document_and_account():
    from pathlib import Path

    from billing.queries.exports import JOURNAL
    from billing.queries.journal import ACCOUNTS
    from billing.queries.statements import WORDS

    guide = (Path(__file__).parents[2] / "docs" / "guides" / "accounting-journal.md").read_text()
    for name in (*JOURNAL, *ACCOUNTS, *WORDS, *(code for code, _words in ACCOUNTS.values())):
        assert name in guide, name
