"""Renewing what ran out without notice, and telling finance in time: as often as one likes, and once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.actions.renewals import note_told, notices_due, renew_due, renewed_until
from billing.models import Contract, ContractNotice, Covered, PurchaseOrder
from billing.periods import add_months
from tenants.context import shared
from tests.factories.billing import make_contract, make_customer, make_entity, make_invoice

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

NEW_YEAR = date(2027, 1, 1)


def kinds(on: date):
    return [(due.kind.value, due.about) for due in notices_due(on)]


def test_a_contract_without_notice_is_renewed_once_it_has_run_out(db):
    with shared():
        contract = make_contract()
        assert renew_due(date(2026, 12, 31)) == ()
        (renewed,) = renew_due(NEW_YEAR)
        assert renew_due(NEW_YEAR) == ()
        contract.refresh_from_db()
    assert (renewed.ended_on, renewed.ends_on) == (date(2026, 12, 31), date(2027, 12, 31))
    assert contract.ends_on == date(2027, 12, 31)


def test_a_contract_that_nobody_looked_at_for_years_is_renewed_up_to_today(db):
    with shared():
        make_contract()
        (renewed,) = renew_due(date(2029, 6, 1))
    assert renewed.ends_on == date(2029, 12, 31)


@pytest.mark.parametrize("given", [{"notice_given_on": date(2026, 8, 1)}, {"renews_months": 0}])
def test_a_contract_under_notice_or_that_does_not_renew_ends(db, given):
    with shared():
        make_contract(**given)
        assert renew_due(NEW_YEAR) == ()


def test_one_company_s_contracts_are_renewed_on_its_own_day(db):
    with shared():
        british, australian = make_contract(), make_contract(make_customer(country="AU"))
        (renewed,) = renew_due(NEW_YEAR, entity_id=make_entity("AU").id)
        british.refresh_from_db()
    assert renewed.contract_id == australian.id
    assert british.ends_on == date(2026, 12, 31)


@UNHURRIED
@given(st.dates(date(2020, 1, 1), date(2060, 12, 31)), st.sampled_from([1, 3, 6, 12, 24]), st.integers(1, 20))
def test_terms_follow_one_another_without_drifting(starts_on, months, terms):
    contract = Contract(
        starts_on=starts_on, ends_on=add_months(starts_on, months) - timedelta(days=1), renews_months=months
    )
    for _ in range(terms):
        contract.ends_on = renewed_until(contract)
    assert contract.ends_on == add_months(starts_on, months * (terms + 1)) - timedelta(days=1)


def test_29_february_comes_back_with_the_leap_year():
    contract = Contract(starts_on=date(2027, 3, 1), ends_on=date(2028, 2, 29), renews_months=12)
    ends = []
    for _ in range(4):
        contract.ends_on = renewed_until(contract)
        ends.append(contract.ends_on)
    assert ends == [date(2029, 2, 28), date(2030, 2, 28), date(2031, 2, 28), date(2032, 2, 29)]


def test_a_contract_whose_council_is_on_another_since_is_not_renewed_and_finance_is_told(db):
    with shared():
        contract = make_contract()
        council = contract.councils.get().council_id
        make_contract(council_ids=[council], starts_on=NEW_YEAR, ends_on=date(2027, 12, 31))
        assert renew_due(NEW_YEAR) == ()
        assert ("not_renewed", "2026-12-31") in kinds(NEW_YEAR)


def test_a_contract_whose_last_month_was_billed_in_part_is_not_renewed(db):
    with shared():
        contract = make_contract(ends_on=date(2026, 10, 15))
        Covered.objects.create(contract=contract, key="2026-10", invoice=make_invoice(contract))
        assert renew_due(date(2026, 11, 2)) == ()


@pytest.mark.parametrize(
    ("on", "told"),
    [
        (date(2026, 9, 1), []),
        (date(2026, 9, 2), [("notice_soon", "2026-10-02")]),
        (date(2026, 10, 2), [("notice_soon", "2026-10-02")]),
        (date(2026, 10, 3), []),
    ],
)
def test_finance_is_told_in_the_month_before_the_last_day_of_notice(db, on, told):
    with shared():
        make_contract()
        assert kinds(on) == told


@pytest.mark.parametrize(
    ("on", "told"),
    [
        (date(2026, 10, 31), []),
        (date(2026, 11, 1), [("ends_soon", "2026-12-31")]),
        (NEW_YEAR, [("ended", "2026-12-31")]),
        (date(2027, 6, 1), []),
    ],
)
def test_finance_is_told_of_an_end(db, on, told):
    with shared():
        make_contract(notice_given_on=date(2026, 8, 1))
        assert kinds(on) == told


def test_finance_is_told_of_an_order_of_which_little_is_left(db):
    with shared():
        contract = make_contract()
        order = PurchaseOrder.objects.create(contract=contract, number="PO-7", value=100, valid_from=date(2026, 1, 1))
        make_invoice(contract, net="90.00", order=order)
        assert kinds(date(2026, 6, 1)) == []
        make_invoice(contract, net="0.01", order=order)
        assert kinds(date(2026, 6, 1)) == [("order_low", "PO-7")]


def test_what_was_told_is_not_told_again(db):
    with shared():
        make_contract()
        (due,) = notices_due(date(2026, 9, 10))
        said = {"contract_id": due.contract_id, "kind": due.kind.value, "about": due.about, "on": date(2026, 9, 10)}
        assert note_told(**said) is True
        assert note_told(**said) is False
        assert notices_due(date(2026, 9, 11)) == ()
        assert ContractNotice.objects.count() == 1
