"""What finance does about prices, parties and contracts: with the permission, and in the operators' log."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from billing.errors import BadValue
from billing.models import Contract, PriceBook
from console.actions.finance import contracts, parties, prices
from console.errors import NotPermitted
from core.audit.models import Event
from tenants.context import shared
from tests.billing.test_parties import CUSTOMER, ENTITY, gln
from tests.billing.test_prices import PRICES
from tests.console.conftest import log_slugs
from tests.factories.billing import make_book, make_contract, make_entity

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])


@pytest.fixture
def fay(console):
    return console.ref("Fay Finance", "finance")


def publish(by):
    return prices.publish_book(
        currency="GBP", name="Prices", valid_from=date(2025, 1, 1), prices=PRICES, group_discounts={}, by=by
    )


def test_a_published_book_is_in_the_log_with_who_published_it(fay):
    with shared():
        assert publish(fay).published_by_id == fay.id
    assert log_slugs() == ["console.price_book.published"]


@pytest.mark.parametrize(("country", "is_past"), [("GB", False), ("AU", True)])
def test_a_book_s_first_day_is_counted_where_its_currency_is_billed(fay, monkeypatch, country, is_past):
    """Nine in the evening of 30 November in London is the morning of 1 December in Melbourne."""
    monkeypatch.setattr("core.clock.now", lambda: datetime(2026, 11, 30, 21, 0, tzinfo=UTC))
    last = date(2026, 11, 30)
    with shared():
        currency = make_entity(country).currency
        make_book(currency)
        said = {"currency": currency, "name": "New", "prices": PRICES, "group_discounts": {}, "by": fay}
        if is_past:
            with pytest.raises(BadValue, match="1 December 2026"):
                prices.publish_book(**said, valid_from=last)
        else:
            assert prices.publish_book(**said, valid_from=last).valid_from == last


def test_a_change_of_our_account_is_in_the_log_with_its_last_figures_alone(fay):
    with shared():
        entity = parties.save_entity(**ENTITY, by=fay)
        parties.save_entity(entity_id=entity.id, city="Stafford", by=fay)
        parties.save_entity(
            entity_id=entity.id, sort_code="11-22-33", account_number="98765432", account_name="P Example", by=fay
        )
        parties.save_entity(entity_id=entity.id, iban="GB33BUKB20201555555555", by=fay)
        parties.save_entity(entity_id=entity.id, city="Stafford", by=fay)
        said = list(
            Event.objects.filter(slug="console.entity.changed").order_by("at", "id").values_list("detail", flat=True)
        )
    number, iban = entity.account_number[-4:], entity.iban[-4:]
    assert [one["changed"] for one in said] == [
        ["city"], ["account_name", "account_number", "sort_code"], ["iban"], [],
    ]  # fmt: skip
    assert said[1]["account_number"] == {"was": number, "is": "5432"}
    assert said[2]["iban"] == {"was": iban, "is": "5555"}
    assert "account_number" not in said[0]
    assert "98765432" not in str(said)
    assert "GB33" not in str(said)


def test_what_changed_of_a_customer_is_in_the_log_by_name_and_not_by_value(fay):
    with shared():
        customer = parties.save_customer(**{**CUSTOMER, "endpoint_id": gln()}, by=fay)
        parties.save_customer(customer_id=customer.id, city="Stafford", street="9 New Street", by=fay)
        said = Event.objects.get(slug="console.customer.changed").detail
    assert said == {"changed": ["city", "street"]}


def test_parties_are_in_the_log(fay):
    with shared():
        entity = parties.save_entity(**ENTITY, by=fay)
        parties.save_entity(entity_id=entity.id, city="Stafford", by=fay)
        customer = parties.save_customer(**{**CUSTOMER, "endpoint_id": gln()}, by=fay)
        parties.save_customer(customer_id=customer.id, city="Stafford", by=fay)
        one = parties.add_contact(customer_id=customer.id, name="Ada", email="ada@council.example", by=fay)
        parties.change_contact(
            contact_id=one.id, name="Ada", email="ada@council.example", gets_invoices=True, gets_reminders=False, by=fay
        )
        parties.end_contact(contact_id=one.id, by=fay)
    assert log_slugs() == [
        "console.entity.added", "console.entity.changed", "console.customer.added", "console.customer.changed",
        "console.contact.added", "console.contact.changed", "console.contact.ended",
    ]  # fmt: skip


def test_a_contract_s_life_is_in_the_log(fay, monkeypatch):
    monkeypatch.setattr("core.clock.now", lambda: datetime(2026, 3, 2, 9, 0, tzinfo=UTC))
    with shared():
        entity = parties.save_entity(**ENTITY, by=fay)
        customer = parties.save_customer(**{**CUSTOMER, "endpoint_id": gln()}, by=fay)
        contract = contracts.create_contract(
            customer=customer.id, entity=entity.id, reference="C-1", starts_on=date(2026, 1, 1), by=fay,
            ends_on=date(2026, 12, 31), renews_months=12, notice_days=90, billed_every=1, payment_days=None,
            held_book=None, terms="",
        )  # fmt: skip
        given = {"contract_id": contract.id, "by": fay}
        place = contracts.add_council(
            **given, council_id=uuid4(), name="W", population=9, is_dedicated=False, starts_on=date(2026, 1, 1)
        )
        contracts.change_contract(
            **given, renews_months=6, notice_days=30, billed_every=3, payment_days=14, held_book=None, terms="Net"
        )
        discount = contracts.add_discount(
            **given, kind="", percent=Decimal(5), from_on=date(2026, 2, 1), until_on=None, reason="Pilot"
        )
        contracts.end_discount(discount_id=discount.id, until_on=date(2026, 6, 30), by=fay)
        charge = contracts.add_charge(
            **given, kind="setup", description="Setting up", council=place.id, on=date(2026, 1, 5),
            quantity=Decimal(1), agreed_price=None,
        )  # fmt: skip
        contracts.cancel_charge(charge_id=charge.id, by=fay)
        order = contracts.add_order(**given, number="PO", value=None, valid_from=date(2026, 1, 1), valid_until=None)
        contracts.close_order(order_id=order.id, by=fay)
        contracts.remove_council(contract_council_id=place.id, on=date(2026, 9, 30), by=fay)
        contracts.give_notice(**given, on=date(2026, 3, 1))
        contracts.take_notice_back(**given)
        contracts.end_contract(**given, ends_on=date(2026, 10, 15))
        contracts.extend_contract(**given, ends_on=date(2026, 11, 30))
    slugs = [slug for slug in log_slugs() if slug.startswith("console.contract.")]
    assert sorted(slugs) == sorted(f"console.contract.{verb}" for verb in (
        "made", "council_added", "changed", "discount_added", "discount_ended", "charge_added", "charge_cancelled",
        "order_added", "order_closed", "council_removed", "notice_given", "notice_taken_back", "ended", "extended",
    ))  # fmt: skip


@pytest.mark.parametrize("role", ["operator", "auditor", "administrator"])
def test_nobody_else_does_any_of_it(console, role):
    by = console.ref("Otto Other", role)
    with shared():
        contract = make_contract()
        given = {"contract_id": contract.id, "by": by}
        for act in (
            lambda: publish(by),
            lambda: parties.save_entity(**ENTITY, by=by),
            lambda: parties.save_customer(**CUSTOMER, by=by),
            lambda: parties.end_contact(contact_id=uuid4(), by=by),
            lambda: contracts.create_contract(by=by),
            lambda: contracts.change_contract(**given),
            lambda: contracts.end_contract(**given, ends_on=date(2026, 2, 1)),
            lambda: contracts.extend_contract(**given, ends_on=date(2027, 2, 1)),
            lambda: contracts.give_notice(**given, on=date(2026, 2, 1)),
            lambda: contracts.take_notice_back(**given),
            lambda: contracts.remove_council(contract_council_id=uuid4(), on=date(2026, 2, 1), by=by),
            lambda: contracts.add_discount(**given),
            lambda: contracts.add_charge(**given),
            lambda: contracts.cancel_charge(charge_id=uuid4(), by=by),
            lambda: contracts.add_order(**given),
            lambda: contracts.close_order(order_id=uuid4(), by=by),
        ):
            with pytest.raises(NotPermitted):
                act()
        assert not PriceBook.objects.exists()
        assert Contract.objects.get().ends_on == contract.ends_on
    assert log_slugs() == []


def test_what_is_refused_is_not_in_the_log(fay):
    with shared(), pytest.raises(BadValue):
        parties.save_customer(**{**CUSTOMER, "tax_id": "GB980780685"}, by=fay)
    assert log_slugs() == []
