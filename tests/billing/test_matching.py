"""Which invoices a bank's line pays: never more than the line or than is open, and sure only where all agrees."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.matching import Pool, match, numbers_in


@dataclass(frozen=True)
class Line:
    amount: Decimal
    reference: str = ""
    payer: str = ""


@dataclass(frozen=True)
class Open:
    number: str
    open: Decimal
    customer_id: UUID
    customer_name: str = "Larch County Council"
    due_on: date = date(2026, 11, 1)
    currency: str = "GBP"
    id: UUID = field(default_factory=uuid4)


LARCH, HAZEL = uuid4(), uuid4()
ONE = Open("PWUK-2026-000012", Decimal("1200.00"), LARCH)
TWO = Open("PWUK-2026-000013", Decimal("300.00"), LARCH, due_on=date(2026, 10, 1))
THREE = Open("PWUK-2026-000014", Decimal("300.00"), HAZEL, "Hazel District Council")
ALL = [ONE, TWO, THREE]


def matched(amount: str, reference: str = "", payer: str = "", invoices=ALL):
    return match(Line(Decimal(amount), reference, payer), Pool(invoices), code="PWUK")


def parts(found):
    return {one.invoice_id: one.amount for one in found.allocations}


@pytest.mark.parametrize(
    "text",
    ["PWUK-2026-000012", "pwuk 2026 000012", "Inv. PWUK/2026/000012.", "PWUK2026000012", "PWUK-2026-000012PWUK"],
)
def test_a_number_is_found_however_it_is_written(text):
    assert numbers_in(text, "PWUK") == ("PWUK-2026-000012",)


@pytest.mark.parametrize(
    "text",
    ["PWUK-2026-0000123", "XPWUK-2026-000012", "PWAU-2026-000012", "2026-000012", "PWUK-26-12", "PWUK20260000123"],
)
def test_a_part_of_another_number_is_none(text):
    assert numbers_in(text, "PWUK") == ()


def test_number_and_amount_together_are_sure():
    found = matched("1200.00", "PWUK-2026-000012")
    assert found.is_sure
    assert parts(found) == {ONE.id: Decimal("1200.00")}


def test_two_numbers_of_one_customer_whose_sum_is_paid_are_sure():
    found = matched("1500.00", "PWUK-2026-000012 PWUK-2026-000013")
    assert found.is_sure
    assert parts(found) == {ONE.id: Decimal("1200.00"), TWO.id: Decimal("300.00")}


def test_invoices_of_two_customers_are_never_sure():
    found = matched("1500.00", "PWUK-2026-000012 PWUK-2026-000014")
    assert not found.is_sure
    assert (parts(found), len(found.others)) == ({}, 2)


@pytest.mark.parametrize(
    ("amount", "paid", "says"), [("1000.00", "1000.00", "£200.00 less"), ("1250.00", "1200.00", "£50.00 more")]
)
def test_a_part_payment_or_an_overpayment_is_looked_at(amount, paid, says):
    found = matched(amount, "PWUK-2026-000012")
    assert (found.is_sure, parts(found)) == (False, {ONE.id: Decimal(paid)})
    assert says in found.why


def test_a_settled_number_may_have_been_paid_twice():
    found = matched("1200.00", "PWUK-2026-000001", "LARCH COUNTY")
    assert (found.is_sure, parts(found)) == (False, {})
    assert "paid twice" in found.why
    assert {one.invoice_id for one in found.others} == {ONE.id, TWO.id}


def test_a_settled_number_beside_an_open_one_is_not_sure():
    assert not matched("1200.00", "PWUK-2026-000012 PWUK-2026-000001").is_sure


def test_the_amount_alone_is_never_sure():
    found = matched("1200.00", "thank you")
    assert (found.is_sure, parts(found)) == (False, {ONE.id: Decimal("1200.00")})


def test_two_invoices_of_an_amount_are_both_offered_and_the_payer_tells_them_apart():
    assert {one.invoice_id for one in matched("300.00").others} == {TWO.id, THREE.id}
    assert parts(matched("300.00", payer="HAZEL DISTRICT COUNCIL")) == {THREE.id: Decimal("300.00")}


def test_a_known_payer_s_longest_due_invoices_come_first():
    found = matched("400.00", payer="Larch County Council")
    assert (found.is_sure, parts(found)) == (False, {TWO.id: Decimal("300.00"), ONE.id: Decimal("100.00")})


def test_of_what_is_unknown_nothing_is_said():
    found = matched("7.77", "interest", "Example Bank")
    assert (found.is_sure, found.allocations, found.others) == (False, (), ())


MONEY = st.decimals(min_value="0.01", max_value="5000", places=2)
NAMES = {LARCH: "Larch County Council", HAZEL: "Hazel District Council"}


@st.composite
def ledgers(draw):
    owed = draw(st.lists(st.tuples(st.sampled_from([LARCH, HAZEL]), st.just(Decimal("0.00")) | MONEY), max_size=6))
    invoices = [
        Open(f"PWUK-2026-{number:06}", amount, customer, NAMES[customer], date(2026, 1, 1 + number))
        for number, (customer, amount) in enumerate(owed, start=1)
    ]
    named = draw(st.lists(st.sampled_from([one.number for one in invoices] + ["PWUK-2026-000099"]), max_size=3))
    some = sum((one.open for one in invoices if one.number in named), Decimal(0))
    amount = draw(MONEY | (st.just(some) if some else MONEY))
    return Line(amount, " ".join(named), draw(st.sampled_from(["", *NAMES.values()]))), invoices, named


@given(ledgers())
def test_nothing_is_allocated_beyond_the_line_or_what_is_open(ledger):
    line, invoices, _named = ledger
    found = match(line, Pool(invoices), code="PWUK")
    opened = {one.id: one for one in invoices}
    given_out = parts(found)
    assert len(given_out) == len(found.allocations)
    assert sum(given_out.values()) <= line.amount
    assert all(0 < amount <= opened[one].open for one, amount in given_out.items())
    assert all(0 < one.amount <= min(line.amount, opened[one.invoice_id].open) for one in found.others)
    assert len({one.customer_id for one in found.allocations}) <= 1


@given(ledgers())
def test_sure_is_only_what_names_open_invoices_of_one_customer_that_add_up(ledger):
    line, invoices, named = ledger
    found = match(line, Pool(invoices), code="PWUK")
    meant = [one for one in invoices if one.number in named]
    adds_up = (
        bool(meant)
        and "PWUK-2026-000099" not in named
        and all(one.open > 0 for one in meant)
        and len({one.customer_id for one in meant}) == 1
        and sum(one.open for one in meant) == line.amount
    )
    assert found.is_sure == adds_up
    if found.is_sure:
        assert parts(found) == {one.id: one.open for one in meant}


@given(ledgers())
def test_the_order_in_which_invoices_are_held_changes_nothing(ledger):
    line, invoices, _named = ledger
    assert parts(match(line, Pool(invoices), code="PWUK")) == parts(match(line, Pool(invoices[::-1]), code="PWUK"))
    assert match(line, Pool(invoices), code="PWUK").others == match(line, Pool(invoices[::-1]), code="PWUK").others


@given(ledgers(), ledgers())
def test_what_was_put_in_anew_is_matched_as_it_is_now(ledger, later):
    line, invoices, _named = ledger
    pool = Pool(invoices)
    now = [replace(one, open=other.open) for one, other in zip(invoices, later[1], strict=False)]
    for one in now:
        pool.put(one)
    assert match(line, pool, code="PWUK") == match(line, Pool([*now, *invoices[len(now) :]]), code="PWUK")


@pytest.mark.parametrize("text", ["PWUK2026000012", "PWUK-2026000012", "BACS PWUK2026000012 REF"])
def test_a_number_that_a_bank_wrote_without_its_hyphens_is_sure(text):
    found = matched("1200.00", text)
    assert (found.is_sure, parts(found)) == (True, {ONE.id: Decimal("1200.00")})


@pytest.mark.parametrize("text", ["PWUK-2O26-OOOO12", "pwuk-2026-00oo12", "PWUK2O26OOOO12"])
def test_a_number_with_a_letter_for_a_nought_is_offered_and_never_sure(text):
    found = matched("1200.00", text)
    assert (found.is_sure, parts(found)) == (False, {ONE.id: Decimal("1200.00")})
    assert "almost" in found.why


def test_a_number_that_is_almost_written_beside_a_right_one_makes_both_doubtful():
    found = matched("1500.00", "PWUK-2026-000012 and PWUK-2026-O00013")
    assert not found.is_sure
    assert parts(found) == {ONE.id: Decimal("1200.00"), TWO.id: Decimal("300.00")}


@pytest.mark.parametrize("text", ["PWUK20260000123", "PWUK-2026-0000I2", "PWUK-2026-00012"])
def test_what_is_no_number_even_almost_is_not_read_as_one(text):
    assert "almost" not in matched("99.00", text).why
