"""Credit notes: never more than is left, and with the invoice they come to nothing, tax and all."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from billing.tax import taxes_on
from billing.totals import credit_totals, creditable_lines
from tenants.context import shared
from tests.billing.runs import AT, billed, drafted, issued, read
from tests.factories.billing import make_book, make_contract

JAN, FEB = date(2026, 1, 1), date(2026, 2, 1)
RULE = "gb-standard"
PENNIES = st.integers(min_value=1, max_value=5_000_00).map(lambda n: Decimal(n) / 100)


def said(nets):
    """The tax of an invoice with these lines, as it is stored."""
    return [
        {"rule": part.rule, "net": str(part.net), "tax": str(part.tax)} for part in taxes_on((RULE, n) for n in nets)
    ]


@given(st.lists(PENNIES, min_size=1, max_size=6), st.data())
@settings(max_examples=200, deadline=None)
def test_any_sequence_of_partial_credits_and_the_rest_make_the_invoice_nothing(nets, data):
    """Without a database: the sums of net and of tax are the invoice's, and no credit's tax is below zero."""
    taxes, left, credited = said(nets), list(nets), {}
    notes = []
    for _ in range(data.draw(st.integers(0, 8))):
        at = data.draw(st.integers(0, len(left) - 1))
        part = data.draw(st.integers(0, int(left[at] * 100))) / Decimal(100)
        left[at] -= part
        if part:
            notes.append([part])
    notes.append([amount for amount in left if amount])
    sum_net = sum_tax = Decimal(0)
    for note in notes:
        if not note:
            continue
        sums = credit_totals(((RULE, net) for net in note), taxes, credited)
        assert sums.tax >= 0
        assert sums.net == sum(note)
        before = credited.get(RULE, (Decimal(0), Decimal(0)))
        credited[RULE] = (before[0] + sums.net, before[1] + sums.tax)
        sum_net, sum_tax = sum_net + sums.net, sum_tax + sums.tax
    assert sum_net == sum(nets)
    assert sum_tax == Decimal(taxes[0]["tax"])


@given(st.lists(st.tuples(st.sampled_from(["platform", "practitioner"]), PENNIES), min_size=1, max_size=5), st.data())
def test_what_was_credited_elsewhere_lowers_what_is_left_by_exactly_as_much(lines, data):
    rows = [(uuid4(), kind, RULE, net) for kind, net in lines]
    whole = sum(net for _, _, _, net in rows)
    elsewhere = data.draw(st.integers(0, int(whole * 100))) / Decimal(100)
    left = creditable_lines(rows, {}, elsewhere)
    assert sum(line.left for line in left) == whole - elsewhere
    assert all(0 <= line.left <= line.net for line in left)


@pytest.fixture
def world(db):
    from billing.models import Discount

    with shared():
        make_book()
        contract = make_contract(councils=2)
        Discount.objects.create(contract=contract, kind="platform", percent=10, from_on=JAN, reason="First year")
        for month in (JAN, FEB):
            read(contract, month, 77)
        yield contract


def credit(invoice, amounts=None, *, bills_again=False):
    from billing.actions.crediting import draft_credit

    return draft_credit(
        invoice_id=invoice.id, amounts=amounts, reason="A mistake of ours", bills_again=bills_again, at=AT
    )


database = pytest.mark.django_db(databases=["default", "router", "console"])


@database
def test_a_whole_credit_says_the_invoice_s_lines_and_settles_it(world):
    from billing.queries.balances import open_of

    invoice = billed(world, JAN)
    note = issued(credit(invoice))
    assert (note.net, note.tax, note.gross) == (invoice.net, invoice.tax, invoice.gross)
    assert [(one.net, one.quantity) for one in note.lines.order_by("position")] == [
        (one.net, one.quantity) for one in invoice.lines.order_by("position")
    ]
    assert (note.kind, note.due_on, note.credits_id) == ("credit_note", note.issued_on, invoice.id)
    assert open_of([invoice.id]) == {invoice.id: Decimal("0.00")}
    assert drafted(world, JAN).outcome == "nothing"


@database
def test_partial_credits_in_the_tables_and_the_rest_come_to_the_invoice(world):
    from billing.errors import NotPossible
    from billing.models import Invoice

    invoice = billed(world, JAN)
    platform, less = list(invoice.lines.filter(kind="platform").order_by("position"))[:2]
    for amount in ("0.01", "0.02", "33.33", "100.07"):
        issued(credit(invoice, {platform.id: Decimal(amount)}))
    issued(credit(invoice, {platform.id: Decimal("150.00"), less.id: less.net}))
    issued(credit(invoice))
    notes = Invoice.objects.filter(credits=invoice)
    for name in ("net", "tax", "gross"):
        assert sum(getattr(note, name) for note in notes) == getattr(invoice, name)
    with pytest.raises(NotPossible, match="Nothing is left"):
        credit(invoice)


@database
def test_no_more_than_is_left_of_a_line_or_of_the_invoice_is_credited(world):
    from billing.errors import BadValue

    invoice = billed(world, JAN)
    platform, less = list(invoice.lines.filter(kind="platform").order_by("position"))[:2]
    bad = (
        {platform.id: platform.net + Decimal("0.01")}, {platform.id: Decimal("-1.00")},
        {platform.id: Decimal("0.005")}, {less.id: Decimal("-1.00")}, {less.id: Decimal("5.00")},
        {uuid4(): Decimal("1.00")}, {}, {line.id: line.net for line in invoice.lines.all() if line.net > 0},
    )  # fmt: skip
    for amounts in bad:
        with pytest.raises(BadValue):
            credit(invoice, amounts)
    issued(credit(invoice, {platform.id: platform.net - 10}))
    with pytest.raises(BadValue):
        credit(invoice, {platform.id: Decimal("10.01")})


@database
def test_a_credit_that_bills_again_takes_all_and_the_months_are_due_anew(world):
    from billing.actions.crediting import draft_credit
    from billing.errors import BadValue

    invoice = billed(world, JAN)
    platform = invoice.lines.filter(kind="platform").order_by("position").first()
    with pytest.raises(BadValue) as refused:
        credit(invoice, {platform.id: Decimal("10.00")}, bills_again=True)
    assert refused.value.field == "bills_again"
    with pytest.raises(BadValue) as refused:
        draft_credit(invoice_id=invoice.id, amounts=None, reason=" ", bills_again=True, at=AT)
    assert refused.value.field == "reason"
    draft = credit(invoice, bills_again=True)
    assert drafted(world, JAN).outcome == "nothing"
    issued(draft)
    again = billed(world, JAN)
    assert again.net == invoice.net
    assert drafted(world, JAN).outcome == "nothing"


@database
def test_what_was_credited_whole_can_be_billed_again_afterwards(world):
    from billing.actions.crediting import bill_again
    from billing.errors import NotPossible

    invoice = billed(world, JAN)
    with pytest.raises(NotPossible):
        bill_again(invoice_id=invoice.id, at=AT)
    issued(credit(invoice))
    assert bill_again(invoice_id=invoice.id, at=AT) == 1
    assert drafted(world, JAN).outcome == "drafted"


@database
def test_of_two_credit_notes_over_the_same_money_the_second_is_refused(world):
    from billing.actions.drafting import review_draft
    from billing.errors import ChangedMeanwhile, NotPossible
    from billing.models import UsageReading
    from tests.billing.runs import correct

    invoice = billed(world, JAN)
    whole = credit(invoice)
    with pytest.raises(NotPossible):
        credit(invoice)
    correct(UsageReading.objects.filter(month=JAN).first(), 70)
    less = drafted(world, JAN).draft
    assert (less.kind, less.credits_id) == ("credit_note", invoice.id)
    review_draft(draft_id=less.id, by=None, at=AT)
    issued(whole)
    with pytest.raises(ChangedMeanwhile):
        issued(less)


@database
def test_a_credit_note_can_t_be_credited(world):
    from billing.errors import NotThere

    note = issued(credit(billed(world, JAN)))
    with pytest.raises(NotThere):
        credit(note)


@database
def test_a_credit_that_bills_more_than_one_month_releases_them_all(world):
    invoice = billed(world, FEB)
    assert invoice.covers.count() == 2
    issued(credit(invoice, bills_again=True))
    assert drafted(world, FEB).detail["months"] == ["2026-01", "2026-02"]
