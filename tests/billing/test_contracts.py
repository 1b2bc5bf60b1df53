"""Contracts: made, changed and ended; a council on one at a time; what is billed stays as it was billed."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from billing.actions.agreed import (
    add_charge,
    add_discount,
    add_order,
    cancel_charge,
    close_order,
    end_discount,
)
from billing.actions.contracts import (
    Joining,
    add_council,
    change_contract,
    create_contract,
    end_contract,
    extend_contract,
    give_notice,
    remove_council,
    take_notice_back,
)
from billing.actions.guards import billed_months
from billing.errors import BadValue, NotPossible, NotThere
from billing.models import Contract, Covered, Discount
from billing.queries.terms import terms_of
from tenants.context import shared
from tests.factories.billing import make_book, make_contract, make_customer, make_entity, make_invoice

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

AT = datetime(2026, 10, 14, 9, 0, tzinfo=UTC)
TODAY = date(2026, 10, 14)


def make(**given):
    values = {
        "reference": "C-2026-0042", "starts_on": date(2026, 4, 1), "ends_on": date(2027, 3, 31), "by": None, "at": AT,
    }  # fmt: skip
    values |= {} if "customer" in given else {"customer": make_customer().id}
    values |= {} if "entity" in given else {"entity": make_entity().id}
    return create_contract(**{**values, **given})


def bill(contract, *months: date, released: bool = False):
    """As if these months stood on an issued invoice."""
    invoice = make_invoice(contract)
    for month in months:
        Covered.objects.create(
            contract=contract, key=f"{month:%Y-%m}", invoice=invoice, released_at=AT if released else None
        )
    return invoice


def place_of(contract):
    return contract.councils.get()


# -- made --------------------------------------------------------------------------------------------------------------


def test_a_contract_is_made_with_the_councils_on_it(db):
    council = uuid4()
    with shared():
        contract = make(councils=[Joining(council, "Westshire", 90_000, is_dedicated=True)], terms="One\r\ntwo ")
        (place,) = terms_of([contract.id])[contract.id].councils
    assert (place.council_id, place.first, place.last) == (council, date(2026, 4, 1), date(2027, 3, 31))
    assert place.is_dedicated
    assert contract.terms == "One\ntwo"


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ({"reference": ""}, "reference", "Enter the contract's reference"),
        ({"reference": "C" * 21}, "reference", "at most 20"),
        ({"ends_on": date(2026, 3, 31)}, "ends_on", "before the contract begins, on 1 April 2026"),
        ({"ends_on": date(2046, 4, 1)}, "ends_on", "twenty years"),
        ({"starts_on": date(26, 4, 1)}, "starts_on", "from 2015"),
        ({"customer": uuid4()}, "customer", "Choose a customer"),
        ({"entity": uuid4()}, "entity", "companies that bill"),
        ({"renews_months": -1}, "renews_months", "whole number"),
        ({"notice_days": 10_000}, "notice_days", "whole number"),
        ({"billed_every": 2}, "billed_every", "every three months"),
        ({"payment_days": 366}, "payment_days", "whole number"),
        ({"held_book": uuid4()}, "held_book", "price book in GBP"),
        ({"terms": "x" * 601}, "terms", "at most 600"),
        ({"terms": "a\x1bb"}, "terms", "printed"),
        ({"councils": [Joining(uuid4(), "", 5)]}, "name", "council's name"),
        ({"councils": [Joining(uuid4(), "W", 0)]}, "population", "whole number"),
        ({"councils": [Joining(uuid4(), "W", 5, starts_on=date(2026, 3, 31))]}, "starts_on", "The contract runs"),
        ({"councils": [Joining(uuid4(), "W", 5, ends_on=date(2027, 4, 1))]}, "ends_on", "The contract ends on"),
    ],
)
def test_a_contract_that_can_t_be_is_refused_at_its_field_and_nothing_is_kept(db, given, field, says):
    with shared():
        with pytest.raises(BadValue, match=says) as refused:
            make(**given)
        assert refused.value.field == field
        assert not Contract.objects.exists()


def test_two_contracts_never_share_a_reference(db):
    with shared():
        make()
        with pytest.raises(BadValue, match="already") as refused:
            make()
    assert refused.value.field == "reference"


def test_a_contract_keeps_a_book_of_its_own_currency_alone(db):
    with shared():
        pounds, dollars = make_book(), make_book("AUD")
        contract = make(held_book=pounds.id)
        assert terms_of([contract.id])[contract.id].held_book == pounds.id
        with pytest.raises(BadValue, match="in GBP"):
            change(contract, held_book=dollars.id)


def change(contract, **given):
    values = {
        "renews_months": 12, "notice_days": 30, "billed_every": 3, "payment_days": 14, "held_book": None, "terms": "",
    }  # fmt: skip
    return change_contract(contract_id=contract.id, **{**values, **given})


def test_terms_are_changed_as_a_whole(db):
    with shared():
        changed = change(make())
        changed.refresh_from_db()
    assert (changed.notice_days, changed.billed_every, changed.payment_days) == (30, 3, 14)


# -- one contract at a time --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "is_free"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), False),
        (date(2026, 12, 31), date(2027, 6, 30), False),
        (date(2025, 6, 1), date(2026, 1, 1), False),
        (date(2027, 1, 1), date(2027, 6, 30), True),
        (date(2025, 6, 1), date(2025, 12, 31), True),
    ],
)
def test_a_council_is_on_one_contract_at_a_time(db, starts_on, ends_on, is_free):
    with shared():
        old = make_contract()  # the year 2026
        council = place_of(old).council_id
        other = make(starts_on=starts_on, ends_on=ends_on)
        joins = {"contract_id": other.id, "council_id": council, "name": "W", "population": 9, "starts_on": starts_on}
        if is_free:
            assert add_council(**joins).starts_on == starts_on
        else:
            with pytest.raises(BadValue, match=old.reference) as refused:
                add_council(**joins)
            assert refused.value.field == "council_id"


def test_a_council_that_left_may_join_another_contract_the_next_day_and_come_back(db):
    with shared():
        old = make_contract()
        place = place_of(old)
        remove_council(place_id=place.id, ends_on=date(2026, 6, 30))
        other = make(starts_on=date(2026, 7, 1), ends_on=date(2026, 9, 30))
        add_council(
            contract_id=other.id, council_id=place.council_id, name="W", population=9, starts_on=date(2026, 7, 1)
        )
        back = add_council(
            contract_id=old.id, council_id=place.council_id, name="W", population=9, starts_on=date(2026, 10, 1)
        )
        assert old.councils.count() == 2
    assert back.ends_on is None


def test_a_council_is_put_on_the_same_contract_once(db):
    with shared():
        contract = make_contract()
        with pytest.raises(BadValue, match="is on contract"):
            add_council(
                contract_id=contract.id, council_id=place_of(contract).council_id, name="W", population=9,
                starts_on=date(2026, 2, 1),
            )  # fmt: skip


def test_of_two_who_put_a_council_on_two_contracts_at_once_one_succeeds(own_database):
    contracts = own_database.python(TWO_CONTRACTS).stdout.split()
    results = []

    def run(contract):
        results.append(own_database.python(JOIN.format(contract=contract)).stdout.strip())

    threads = [threading.Thread(target=run, args=(contract,)) for contract in contracts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["joined", "refused"]
    assert own_database.sql("SELECT count(*) FROM shared.billing_contractcouncil") == [(1,)]


TWO_CONTRACTS = """
from tenants.context import shared
from tests.factories.billing import make_contract
with shared():
    print(make_contract(councils=0).id, make_contract(councils=0).id)
"""
JOIN = """
from datetime import date
from uuid import UUID
from billing.actions.contracts import add_council
from billing.errors import BadValue
from tenants.context import shared
try:
    with shared():
        add_council(contract_id=UUID("{contract}"), council_id=UUID(int=9), name="W", population=9, starts_on=date(2026, 2, 1))
    print("joined")
except BadValue:
    print("refused")
"""


# -- ended -------------------------------------------------------------------------------------------------------------


def test_a_contract_ends_mid_month_and_is_not_renewed(db):
    with shared():
        ended = end_contract(contract_id=make_contract().id, ends_on=date(2026, 10, 15), on=TODAY)
    assert (ended.ends_on, ended.notice_given_on) == (date(2026, 10, 15), TODAY)


def test_a_contract_ends_on_29_february(db):
    with shared():
        contract = make_contract(starts_on=date(2027, 3, 1), ends_on=date(2028, 12, 31))
        assert end_contract(contract_id=contract.id, ends_on=date(2028, 2, 29), on=TODAY).ends_on == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("ends_on", "says"),
    [
        (date(2025, 12, 31), "before it began, on 1 January 2026"),
        (date(2027, 1, 1), "It ends on 31 December 2026"),
        (date(1026, 1, 1), "from 2015"),
    ],
)
def test_a_contract_never_ends_before_it_began_nor_later_than_agreed(db, ends_on, says):
    with shared():
        contract = make_contract()
        with pytest.raises(BadValue, match=says) as refused:
            end_contract(contract_id=contract.id, ends_on=ends_on, on=TODAY)
        contract.refresh_from_db()
    assert refused.value.field == "ends_on"
    assert contract.ends_on == date(2026, 12, 31)


def test_a_contract_may_end_on_its_first_day(db):
    with shared():
        contract = make_contract()
        assert end_contract(contract_id=contract.id, ends_on=date(2026, 1, 1), on=TODAY).ends_on == date(2026, 1, 1)


def test_a_contract_can_t_end_within_what_is_billed(db):
    with shared():
        contract = make_contract()
        bill(contract, date(2026, 1, 1), date(2026, 2, 1))
        with pytest.raises(BadValue, match=r"February 2026 is billed already.*28 February 2026 or a later day"):
            end_contract(contract_id=contract.id, ends_on=date(2026, 2, 15), on=TODAY)
        assert end_contract(contract_id=contract.id, ends_on=date(2026, 2, 28), on=TODAY).ends_on == date(2026, 2, 28)


def test_a_month_that_was_credited_to_be_billed_again_is_free_again(db):
    with shared():
        contract = make_contract()
        bill(contract, date(2026, 2, 1), released=True)
        assert billed_months(contract.id) == ()
        assert end_contract(contract_id=contract.id, ends_on=date(2026, 2, 15), on=TODAY)


def test_a_contract_is_extended_and_notice_is_void(db):
    with shared():
        contract = make_contract(notice_given_on=date(2026, 8, 1))
        longer = extend_contract(contract_id=contract.id, ends_on=date(2027, 2, 28))
        assert (longer.ends_on, longer.notice_given_on) == (date(2027, 2, 28), None)
        with pytest.raises(BadValue, match="choose a later day"):
            extend_contract(contract_id=contract.id, ends_on=date(2027, 2, 28))


def test_a_contract_is_not_extended_into_a_month_that_is_billed_in_part(db):
    with shared():
        contract = make_contract(ends_on=date(2026, 10, 15))
        bill(contract, date(2026, 10, 1))
        with pytest.raises(BadValue, match="October 2026 is billed"):
            extend_contract(contract_id=contract.id, ends_on=date(2026, 12, 31))


def test_a_contract_is_not_extended_over_another_of_its_council_s(db):
    with shared():
        contract = make_contract()
        council = place_of(contract).council_id
        make_contract(council_ids=[council], starts_on=date(2027, 1, 1), ends_on=date(2027, 12, 31))
        with pytest.raises(BadValue, match="is on contract") as refused:
            extend_contract(contract_id=contract.id, ends_on=date(2027, 1, 31))
    assert refused.value.field == "ends_on"


# -- notice ------------------------------------------------------------------------------------------------------------


def test_notice_is_given_once_and_again_changes_nothing(db):
    with shared():
        contract = make_contract()  # ends 31 December, 90 days of notice
        given = date(2026, 10, 1)
        assert give_notice(contract_id=contract.id, given_on=given, on=TODAY).notice_given_on == given
        assert give_notice(contract_id=contract.id, given_on=given, on=TODAY).notice_given_on == given
        with pytest.raises(NotPossible, match="1 October 2026 already"):
            give_notice(contract_id=contract.id, given_on=date(2026, 10, 2), on=TODAY)
        assert take_notice_back(contract_id=contract.id, on=TODAY).notice_given_on is None


@pytest.mark.parametrize(
    ("given_on", "says"), [(date(2026, 10, 3), "by 2 October 2026"), (date(2026, 10, 15), "future")]
)
def test_notice_that_comes_too_late_or_from_the_future_is_refused(db, given_on, says):
    with shared():
        contract = make_contract()
        with pytest.raises(BadValue, match=says) as refused:
            give_notice(contract_id=contract.id, given_on=given_on, on=TODAY)
    assert refused.value.field == "given_on"


def test_a_contract_that_ended_takes_no_notice(db):
    with shared():
        contract = make_contract(ends_on=date(2026, 6, 30))
        with pytest.raises(NotPossible, match="ended on 30 June 2026"):
            give_notice(contract_id=contract.id, given_on=date(2026, 2, 1), on=TODAY)
        with pytest.raises(NotPossible):
            take_notice_back(contract_id=contract.id, on=TODAY)


# -- councils ----------------------------------------------------------------------------------------------------------


def test_a_council_joins_only_from_a_day_that_is_not_billed(db):
    with shared():
        contract = make_contract()
        bill(contract, date(2026, 2, 1))
        joins = {"contract_id": contract.id, "council_id": uuid4(), "name": "W", "population": 9}
        with pytest.raises(BadValue, match=r"February 2026 is billed.*from 1 March 2026 on") as refused:
            add_council(**joins, starts_on=date(2026, 2, 20))
        assert refused.value.field == "starts_on"
        assert add_council(**joins, starts_on=date(2026, 3, 1))


@pytest.mark.parametrize(
    ("ends_on", "says"),
    [
        (date(2025, 12, 31), "before it joined"),
        (date(2027, 1, 1), "leaves on 31 December 2026 already"),
        (date(2026, 2, 10), "is billed"),
    ],
)
def test_a_council_leaves_between_what_is_billed_and_the_contract_s_end(db, ends_on, says):
    with shared():
        contract = make_contract()
        bill(contract, date(2026, 2, 1))
        with pytest.raises(BadValue, match=says) as refused:
            remove_council(place_id=place_of(contract).id, ends_on=ends_on)
    assert refused.value.field == "ends_on"


# -- discounts ---------------------------------------------------------------------------------------------------------


def discount(contract, **given):
    values = {"kind": "", "percent": Decimal(10), "from_on": date(2026, 4, 1), "reason": "Pilot"}
    return add_discount(contract_id=contract.id, **{**values, **given})


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"percent": Decimal(0)}, "percent"),
        ({"percent": Decimal("100.01")}, "percent"),
        ({"percent": Decimal("0.001")}, "percent"),
        ({"percent": Decimal("-5")}, "percent"),
        ({"kind": "shoes"}, "kind"),
        ({"reason": ""}, "reason"),
        ({"until_on": date(2026, 3, 31)}, "until_on"),
        ({"from_on": date(2027, 1, 1)}, "from_on"),
        ({"from_on": date(2026, 1, 15)}, "from_on"),
    ],
)
def test_a_discount_that_can_t_be_is_refused_at_its_field(db, given, field):
    with shared():
        contract = make_contract()
        bill(contract, date(2026, 1, 1))
        with pytest.raises(BadValue) as refused:
            discount(contract, **given)
    assert refused.value.field == field


def test_a_discount_ends_after_what_is_billed(db):
    with shared():
        contract = make_contract()
        one = discount(contract)
        bill(contract, date(2026, 4, 1))
        with pytest.raises(BadValue, match="April 2026 is billed"):
            end_discount(discount_id=one.id, until_on=date(2026, 4, 15))
        assert end_discount(discount_id=one.id, until_on=date(2026, 4, 30)).until_on == date(2026, 4, 30)
        with pytest.raises(BadValue, match="already"):
            end_discount(discount_id=one.id, until_on=date(2026, 5, 1))
        assert end_discount(discount_id=one.id, until_on=date(2026, 4, 30)).until_on == date(2026, 4, 30)


def test_a_discount_that_ends_before_it_began_was_never_agreed(db):
    with shared():
        one = discount(make_contract())
        assert end_discount(discount_id=one.id, until_on=date(2026, 3, 31)) is None
        assert not Discount.objects.exists()
        with pytest.raises(NotThere):
            end_discount(discount_id=one.id, until_on=date(2026, 3, 31))


# -- charges and orders ------------------------------------------------------------------------------------------------


def charge(contract, **given):
    values = {
        "kind": "training",
        "description": "A day in May",
        "on": date(2026, 5, 4),
        "quantity": Decimal("1.5"),
        "at": AT,
    }
    return add_charge(contract_id=contract.id, **{**values, **given})


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"kind": "platform"}, "kind"),
        ({"kind": "other"}, "agreed_price"),
        ({"kind": "other", "agreed_price": Decimal("-1")}, "agreed_price"),
        ({"quantity": Decimal(99_999), "agreed_price": Decimal("99999999")}, "agreed_price"),
        ({"description": ""}, "description"),
        ({"quantity": Decimal(0)}, "quantity"),
        ({"quantity": Decimal("1.555")}, "quantity"),
        ({"quantity": Decimal("-2")}, "quantity"),
        ({"on": date(2024, 12, 31)}, "on"),
        ({"on": date(2027, 1, 1)}, "on"),
        ({"council": uuid4()}, "council"),
    ],
)
def test_a_charge_that_can_t_be_is_refused_at_its_field(db, given, field):
    with shared():
        contract = make_contract()
        with pytest.raises(BadValue) as refused:
            charge(contract, **given)
    assert refused.value.field == field


def test_a_charge_is_cancelled_once_and_then_is_no_part_of_the_terms(db):
    with shared():
        contract = make_contract()
        one = charge(contract, council=place_of(contract).id)
        (said,) = terms_of([contract.id])[contract.id].charges
        assert (said.council_id, said.quantity) == (place_of(contract).council_id, Decimal("1.50"))
        assert cancel_charge(charge_id=one.id, at=AT).cancelled_at == AT
        assert cancel_charge(charge_id=one.id, at=AT.replace(year=2027)).cancelled_at == AT
        assert terms_of([contract.id])[contract.id].charges == ()


def test_a_charge_that_is_billed_is_credited_and_not_cancelled(db):
    with shared():
        contract = make_contract()
        one = charge(contract)
        invoice = make_invoice(contract)
        Covered.objects.create(contract=contract, key=f"charge {one.id}", invoice=invoice)
        with pytest.raises(NotPossible, match=invoice.number):
            cancel_charge(charge_id=one.id, at=AT)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "PO-1"}, "number"),
        ({"number": "P" * 41}, "number"),
        ({"number": "PO-2", "value": Decimal(0)}, "value"),
        ({"number": "PO-2", "value": Decimal("-1")}, "value"),
        ({"number": "PO-2", "value": Decimal("1.001")}, "value"),
        ({"number": "PO-2", "valid_until": date(2025, 12, 31)}, "valid_until"),
    ],
)
def test_an_order_that_can_t_be_is_refused_at_its_field(db, given, field):
    with shared():
        contract = make_contract()
        add_order(contract_id=contract.id, number="PO-1", valid_from=date(2026, 1, 1))
        with pytest.raises(BadValue) as refused:
            add_order(**{"contract_id": contract.id, "valid_from": date(2026, 1, 1), **given})
    assert refused.value.field == field


def test_an_order_is_closed_once(db):
    with shared():
        order = add_order(
            contract_id=make_contract().id, number="PO-1", value=Decimal(100), valid_from=date(2026, 1, 1)
        )
        assert close_order(order_id=order.id, at=AT).closed_at == AT
        assert close_order(order_id=order.id, at=AT.replace(year=2027)).closed_at == AT


# -- as plain values ---------------------------------------------------------------------------------------------------


def test_terms_are_read_in_four_queries_however_many_contracts(db, django_assert_num_queries):
    with shared():
        contracts = [make_contract(councils=2) for _ in range(4)]
        for contract in contracts:
            discount(contract)
            charge(contract)
        with django_assert_num_queries(4, using="console"):
            found = terms_of([contract.id for contract in contracts])
    assert {len(one.councils) for one in found.values()} == {2}


def test_what_is_not_there_can_t_be_changed(db):
    with shared():
        for act in (
            lambda: end_contract(contract_id=uuid4(), ends_on=TODAY, on=TODAY),
            lambda: remove_council(place_id=uuid4(), ends_on=TODAY),
            lambda: cancel_charge(charge_id=uuid4(), at=AT),
            lambda: close_order(order_id=uuid4(), at=AT),
        ):
            with pytest.raises(NotThere):
                act()
