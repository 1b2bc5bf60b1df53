"""Price books: published whole, in force from a day on, never changed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from billing.actions.prices import publish_book
from billing.errors import BadValue
from billing.models import GroupDiscount, Price, PriceBook
from billing.pricing import Terms
from billing.queries.terms import books_of
from tenants.context import shared
from tests.factories.billing import make_book

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

AT = datetime(2026, 10, 14, 9, 0, tzinfo=UTC)
TODAY = date(2026, 10, 14)
PRICES = {
    "platform": {0: Decimal(6000), 50_000: Decimal(9000)},
    "practitioner": {0: Decimal("3.20"), 200: Decimal("2.60")},
    "training": {0: Decimal(750)},
}


def publish(**given):
    values = {
        "currency": "GBP", "name": "Prices 2027", "valid_from": date(2027, 1, 1), "prices": PRICES,
        "group_discounts": {3: Decimal(5)}, "by": None, "at": AT, "on": TODAY,
    }  # fmt: skip
    with shared():
        return publish_book(**{**values, **given})


def test_a_book_is_published_whole(db):
    by = uuid4()
    book = publish(by=by, note="After the review")
    with shared():
        assert {(one.kind, one.from_quantity): one.amount for one in Price.objects.filter(book=book)} == {
            ("platform", 0): Decimal("6000.00"), ("platform", 50_000): Decimal("9000.00"),
            ("practitioner", 0): Decimal("3.20"), ("practitioner", 200): Decimal("2.60"),
            ("training", 0): Decimal("750.00"),
        }  # fmt: skip
        assert GroupDiscount.objects.get(book=book).percent == Decimal("5.00")
        assert (book.published_by_id, book.note) == (by, "After the review")


def test_the_book_in_force_is_the_newest_whose_day_has_come(db):
    with shared():
        old, new = make_book(valid_from=date(2025, 1, 1)), make_book(valid_from=date(2026, 10, 1))
        books = books_of("GBP")
    assert books.in_force(date(2024, 12, 31)) is None
    assert books.in_force(date(2026, 9, 30)).id == old.id
    assert books.in_force(date(2026, 10, 1)).id == new.id


def test_of_two_books_for_one_day_the_later_published_is_in_force(db):
    first = publish(name="One", at=datetime(2026, 10, 1, tzinfo=UTC))
    second = publish(name="Two", at=datetime(2026, 10, 2, tzinfo=UTC))
    with shared():
        assert books_of("GBP").in_force(date(2027, 1, 1)).id == second.id != first.id


def test_a_contract_s_month_is_priced_by_the_book_of_its_first_day_or_of_the_contract_s(db):
    with shared():
        old, new = make_book(valid_from=date(2025, 1, 1)), make_book(valid_from=date(2026, 10, 10))
        books = books_of("GBP")
    begun = Terms(uuid4(), date(2026, 1, 1), date(2026, 12, 31), ())
    later = Terms(uuid4(), date(2026, 10, 12), date(2026, 12, 31), ())
    held = Terms(uuid4(), date(2026, 10, 12), date(2026, 12, 31), (), held_book=old.id)
    assert books.for_month(begun, date(2026, 10, 1)).id == old.id
    assert books.for_month(begun, date(2026, 11, 1)).id == new.id
    assert books.for_month(later, date(2026, 10, 1)).id == new.id
    assert books.for_month(held, date(2026, 11, 1)).id == old.id


def test_books_of_a_currency_are_read_in_three_queries(db, django_assert_num_queries):
    with shared():
        for year in (2024, 2025, 2026):
            make_book(valid_from=date(year, 1, 1))
        make_book("AUD")
        with django_assert_num_queries(3, using="console"):
            assert len(books_of("GBP").books) == 3


def test_the_first_book_of_a_currency_may_begin_long_ago(db):
    assert publish(valid_from=date(2025, 1, 1)).valid_from == date(2025, 1, 1)


def test_new_prices_hold_from_today_at_the_earliest(db):
    with shared():
        make_book()
    with pytest.raises(BadValue, match="14 October 2026 or a later day") as refused:
        publish(valid_from=date(2026, 10, 13))
    assert refused.value.field == "valid_from"
    assert publish(valid_from=TODAY).valid_from == TODAY


def test_no_month_that_has_begun_gets_dearer(db):
    with shared():
        old = make_book()
    dear = publish(valid_from=TODAY, prices={**PRICES, "platform": {0: Decimal(99_999)}})
    running = Terms(uuid4(), date(2026, 1, 1), date(2026, 12, 31), ())
    with shared():
        books = books_of("GBP")
    assert books.for_month(running, date(2026, 10, 1)).id == old.id
    assert books.for_month(running, date(2026, 11, 1)).id == dear.id


def test_the_first_book_of_another_currency_may_begin_long_ago_too(db):
    with shared():
        make_book("GBP")
    assert publish(currency="AUD", valid_from=date(2025, 1, 1)).valid_from == date(2025, 1, 1)


@pytest.mark.parametrize(
    ("given", "field", "says"),
    [
        ({"currency": "EUR"}, "currency", "pounds sterling or Australian"),
        ({"name": "  "}, "name", "Enter a name"),
        ({"name": "a\x00b"}, "name", "printed"),
        ({"name": "n" * 81}, "name", "at most 80"),
        ({"note": "n" * 301}, "note", "at most 300"),
        ({"valid_from": date(2031, 1, 1)}, "valid_from", "three years ahead"),
        ({"valid_from": date(27, 1, 1)}, "valid_from", "from 2015 to 2099"),
        ({"prices": {}}, "platform", "from 0"),
        ({"prices": {**PRICES, "practitioner": {5: Decimal(1)}}}, "practitioner", "from 0"),
        ({"prices": {**PRICES, "platform": {0: Decimal(-1)}}}, "platform", "below zero"),
        ({"prices": {**PRICES, "platform": {0: Decimal("1.005")}}}, "platform", "two places"),
        ({"prices": {**PRICES, "platform": {0: Decimal("NaN")}}}, "platform", "two places"),
        ({"prices": {**PRICES, "platform": {0: Decimal("Infinity")}}}, "platform", "two places"),
        ({"prices": {**PRICES, "platform": {0: Decimal(10**9)}}}, "platform", "at most"),
        ({"prices": {**PRICES, "platform": {0: Decimal(10**40)}}}, "platform", "two places"),
        ({"prices": {**PRICES, "platform": {0: Decimal(1), -5: Decimal(1)}}}, "platform", "whole number"),
        ({"prices": {**PRICES, "training": {0: Decimal(1), 5: Decimal(1)}}}, "training", "one price"),
        ({"prices": {**PRICES, "other": {0: Decimal(1)}}}, "other", "no price of this kind"),
        ({"group_discounts": {1: Decimal(5)}}, "group_discounts", "from 2"),
        ({"group_discounts": {3: Decimal(0)}}, "group_discounts", "above 0"),
        ({"group_discounts": {3: Decimal("100.01")}}, "group_discounts", "up to 100"),
    ],
)
def test_a_book_that_can_t_be_is_refused_at_its_field_and_nothing_is_kept(db, given, field, says):
    with pytest.raises(BadValue, match=says) as refused:
        publish(**given)
    assert refused.value.field == field
    with shared():
        assert not PriceBook.objects.exists()


def test_the_same_book_sent_twice_is_published_once(db):
    publish()
    with pytest.raises(BadValue, match="already"):
        publish()
    with shared():
        assert PriceBook.objects.count() == 1
