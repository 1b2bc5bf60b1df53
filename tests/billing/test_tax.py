"""Tax: by rules with dates, worked out on the sum of the lines of a rule and rounded once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.money import to_penny, total
from billing.tax import NoTaxRule, rule_for, rule_named, taxes_on

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure

nets = st.lists(
    st.tuples(
        st.sampled_from(["gb-standard", "gb-abroad", "au-standard"]),
        st.decimals(min_value=-99_999, max_value=999_999, places=2),
    ),
    max_size=20,
)


@pytest.mark.parametrize(
    ("seller", "buyer", "on", "rate", "category"),
    [
        ("GB", "GB", date(2011, 1, 3), "17.50", "S"),
        ("GB", "GB", date(2011, 1, 4), "20.00", "S"),
        ("GB", "GB", date(2026, 10, 31), "20.00", "S"),
        ("AU", "AU", date(2026, 10, 31), "10.00", "S"),
        ("GB", "AU", date(2026, 10, 31), "0.00", "O"),
        ("AU", "GB", date(2026, 10, 31), "0.00", "O"),
    ],
)
def test_the_rule_of_a_sale_is_that_of_its_day_and_places(seller, buyer, on, rate, category):
    rule = rule_for(seller=seller, buyer=buyer, on=on)
    assert (rule.rate, rule.category) == (Decimal(rate), category)


def test_a_sale_outside_the_scope_says_why_no_tax_is_charged():
    assert "Outside the scope of UK VAT" in rule_for(seller="GB", buyer="AU", on=date(2026, 1, 1)).reason


@pytest.mark.parametrize(("seller", "on"), [("FR", date(2026, 1, 1)), ("GB", date(1972, 1, 1))])
def test_a_sale_that_no_rule_knows_is_refused(seller, on):
    with pytest.raises(NoTaxRule):
        rule_for(seller=seller, buyer=seller, on=on)


def test_a_rule_of_no_name_is_refused():
    with pytest.raises(NoTaxRule):
        rule_named("fr-standard")


def test_tax_is_rounded_once_on_the_sum_and_not_on_each_line():
    lines = [("gb-standard", Decimal("0.02"))] * 5  # 0.004 each: five rounded lines would be nothing
    assert [part.tax for part in taxes_on(lines)] == [Decimal("0.02")]


@UNHURRIED
@given(nets)
def test_parts_hold_every_line_and_their_tax_is_their_rate(lines):
    parts = taxes_on(lines)
    assert total(part.net for part in parts) == total(net for _, net in lines)
    assert [part.rule for part in parts] == list(dict.fromkeys(slug for slug, _ in lines))
    for part in parts:
        assert part.tax == to_penny(part.net * part.rate / 100)


@UNHURRIED
@given(nets)
def test_an_invoice_and_its_whole_credit_come_to_nothing(lines):
    charged = total(part.tax for part in taxes_on(lines))
    credited = total(part.tax for part in taxes_on((slug, -net) for slug, net in lines))
    assert charged + credited == 0
