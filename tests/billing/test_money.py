"""Amounts: rounded once, read as people type them, written as people read them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.errors import BadValue
from billing.money import read_amount, to_penny, total, written

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure

amounts = st.decimals(min_value="0.01", max_value="99999999.99", places=2)
exact = st.decimals(min_value="-99999999", max_value="99999999", places=6)


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [("0.005", "0.01"), ("0.0049", "0.00"), ("2.675", "2.68"), ("-0.005", "-0.01"), ("-2.675", "-2.68")],
)
def test_half_a_penny_is_rounded_away_from_nothing(amount, rounded):
    assert to_penny(Decimal(amount)) == Decimal(rounded)


@UNHURRIED
@given(exact)
def test_a_credit_is_rounded_as_what_it_credits(amount):
    assert to_penny(-amount) == -to_penny(amount)


@UNHURRIED
@given(exact)
def test_rounding_moves_an_amount_by_half_a_penny_at_most(amount):
    assert abs(to_penny(amount) - amount) <= Decimal("0.005")


def test_a_sum_of_nothing_has_two_places():
    assert str(total([])) == "0.00"


@pytest.mark.parametrize("currency", ["GBP", "AUD"])
@UNHURRIED
@given(amount=amounts)
def test_what_is_written_is_read_back_as_the_same_amount(currency, amount):
    assert read_amount(written(amount, currency), field="amount", currency=currency) == amount


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("1250", "1250.00"), ("1,250.5", "1250.50"), (" £12 ", "12.00"), ("GBP 7.10", "7.10"), ("1 000", "1000.00")],
)
def test_an_amount_is_read_as_people_type_it(typed, amount):
    assert read_amount(typed, field="amount", currency="GBP") == Decimal(amount)


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Enter an amount"),
        ("-", "Enter an amount"),
        ("-5", "below zero"),
        ("0", "at least £0.01"),
        ("0.00", "at least £0.01"),
        ("100000000", "at most £99,999,999.99"),
        ("1" * 60, "at most"),
        ("€12", "in GBP"),
        ("12 AUD", "in GBP"),
        ("$12", "in GBP"),
        ("1.005", "at most two places"),
        ("1,25", "in figures"),
        ("1.250,00", "in figures"),
        ("12-3", "in figures"),
        ("१२", "in figures"),
        ("1e5", "in figures"),
    ],
)
def test_what_is_no_amount_is_refused_with_a_sentence_at_its_field(typed, says):
    with pytest.raises(BadValue) as refused:
        read_amount(typed, field="agreed_price", currency="GBP")
    assert says in str(refused.value)
    assert refused.value.field == "agreed_price"


def test_an_amount_below_nothing_is_read_where_it_may_be():
    assert read_amount("\u22125.00", field="amount", currency="GBP", signed=True) == Decimal("-5.00")


def test_dollars_of_australia_are_read_with_either_of_their_signs():
    assert {read_amount(text, field="a", currency="AUD") for text in ("$70", "A$70", "AUD 70", "70")} == {Decimal(70)}


def test_amounts_are_written_with_their_sign_before_the_currency():
    assert written(Decimal("-1234.5"), "GBP") == "-£1,234.50"
    assert written(Decimal("70"), "AUD") == "A$70.00"
