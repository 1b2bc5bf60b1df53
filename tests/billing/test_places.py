"""A council's days on contracts: they never overlap, however a contract comes to go on; and who waits for whom."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from billing.actions.contracts import (
    Joining,
    add_council,
    create_contract,
    end_contract,
    extend_contract,
    remove_council,
    take_notice_back,
)
from billing.actions.renewals import renew_due
from billing.errors import BadValue
from billing.queries.terms import terms_of
from tenants.context import shared
from tests.factories.billing import make_contract

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

AT = datetime(2026, 10, 14, 9, 0, tzinfo=UTC)
JUNE, JULY, AUGUST, OCTOBER = date(2026, 6, 30), date(2026, 7, 1), date(2026, 8, 1), date(2026, 10, 31)
CHRISTMAS = date(2026, 12, 31)


def cut_short(contract):
    """Its council was to leave in October, and then the contract ended in June."""
    place = contract.councils.get()
    remove_council(place_id=place.id, ends_on=OCTOBER)
    end_contract(contract_id=contract.id, ends_on=JUNE, on=date(2026, 6, 1))
    return place


def moved_to(contract, council_id, starts_on):
    return add_council(
        contract_id=contract.id, council_id=council_id, name="Larchshire", population=10, starts_on=starts_on
    )


def billed_for(council_id, *contracts, month=AUGUST):
    """How many of these contracts bill a council for a month."""
    terms = terms_of([one.id for one in contracts])
    return sum(place.council_id == council_id for one in contracts for place in terms[one.id].billed_in(month))


def test_a_contract_is_not_extended_over_a_council_that_was_to_leave_later_and_is_elsewhere_now(db):
    with shared():
        first, second = make_contract(), make_contract()
        place = cut_short(first)
        moved_to(second, place.council_id, JULY)
        with pytest.raises(BadValue, match=f"on contract {second.reference} from 1 July 2026"):
            extend_contract(contract_id=first.id, ends_on=CHRISTMAS)
        assert billed_for(place.council_id, first, second) == 1


def test_a_contract_is_extended_where_the_council_comes_elsewhere_only_after_its_own_last_day(db):
    with shared():
        first, second = make_contract(), make_contract()
        place = cut_short(first)
        moved_to(second, place.council_id, date(2026, 11, 1))
        assert extend_contract(contract_id=first.id, ends_on=CHRISTMAS).ends_on == CHRISTMAS
        for month in (AUGUST, date(2026, 11, 1)):
            assert billed_for(place.council_id, first, second, month=month) == 1


def test_a_contract_is_not_extended_over_a_council_that_was_to_join_after_it_ended_and_is_elsewhere_now(db):
    with shared():
        first, second = make_contract(), make_contract()
        place = moved_to(first, uuid4(), JULY)
        end_contract(contract_id=first.id, ends_on=JUNE, on=date(2026, 6, 1))
        moved_to(second, place.council_id, JULY)
        with pytest.raises(BadValue, match=second.reference):
            extend_contract(contract_id=first.id, ends_on=CHRISTMAS)
        assert billed_for(place.council_id, first, second) == 1


def test_a_contract_is_not_renewed_over_a_council_that_was_to_leave_later_and_is_elsewhere_now(db):
    with shared():
        first, second = make_contract(), make_contract()
        place = cut_short(first)
        take_notice_back(contract_id=first.id, on=date(2026, 6, 2))
        moved_to(second, place.council_id, JULY)
        assert renew_due(date(2026, 7, 2)) == ()
        first.refresh_from_db()
        assert first.ends_on == JUNE
        assert billed_for(place.council_id, first, second) == 1


@contextmanager
def locks():
    """What was locked in turn: `places` of councils, and rows of `contracts`."""
    taken: list[str] = []
    with CaptureQueriesContext(connections["console"]) as seen:
        yield taken
    for query in seen:
        if "pg_advisory_xact_lock" in query["sql"]:
            taken.append("places")
        elif "FOR UPDATE" in query["sql"] and "billing_contract" in query["sql"]:
            taken.append("contracts")


def test_whoever_puts_councils_on_contracts_waits_for_the_places_before_any_contract(db):
    """Else one who holds the places waits for a contract of one who waits for the places."""
    with shared():
        contract = make_contract()
        with locks() as joined:
            moved_to(contract, uuid4(), JULY)
        with locks() as extended:
            extend_contract(contract_id=contract.id, ends_on=date(2027, 3, 31))
        with locks() as made:
            create_contract(
                customer=contract.customer_id, entity=contract.entity_id, reference="C-9", starts_on=JULY,
                ends_on=CHRISTMAS, councils=[Joining(uuid4(), "W", 9)], by=None, at=AT,
            )  # fmt: skip
    for taken in (joined, extended, made):
        assert taken[0] == "places"


def test_all_that_is_due_is_locked_at_once_in_one_order_before_any_of_it_is_renewed(db):
    with shared():
        for _number in range(3):
            make_contract()
        with locks() as taken:
            assert len(renew_due(date(2027, 1, 1))) == 3
    assert taken[0] == "places"
    assert taken.count("contracts") == 1


def test_where_nothing_is_due_nobody_waits(db):
    with shared():
        make_contract()
        with locks() as taken:
            assert renew_due(CHRISTMAS) == ()
    assert taken == []
