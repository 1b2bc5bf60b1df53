"""A contract's month, line by line: pure, from plain values."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from billing.choices import PriceKind
from billing.errors import NoPrice, NoReading
from billing.money import to_penny, total
from billing.periods import month_fee, month_of
from billing.pricing import (
    WORDS,
    Book,
    ChargeTerms,
    CouncilTerms,
    DiscountTerms,
    Terms,
    charge_lines,
    graduated,
    group_percent,
    month_lines,
    practitioner_lines,
    price_at,
)

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure

OCTOBER = date(2026, 10, 1)
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
BOOK = Book(
    UUID(int=1),
    {
        "platform": ((0, Decimal("6000.00")), (50_000, Decimal("9000.00")), (100_000, Decimal("14000.00"))),
        "practitioner": ((0, Decimal("3.20")), (200, Decimal("2.60")), (1000, Decimal("1.90"))),
        "setup": ((0, Decimal("4500.00")),),
        "dedicated": ((0, Decimal("18000.00")),),
        "training": ((0, Decimal("750.00")),),
    },
    ((3, Decimal("5.00")), (8, Decimal("10.00"))),
)

cents = st.decimals(min_value=0, max_value=9_999, places=2)
percents = st.decimals(min_value="0.01", max_value=100, places=2)


def council(name="Westshire", *, population=90_000, first=YEAR[0], last=YEAR[1], is_dedicated=False, council_id=None):
    return CouncilTerms(uuid4(), council_id or uuid4(), name, population, is_dedicated, first, last)


def terms(*councils, first=YEAR[0], last=YEAR[1], discounts=(), charges=()):
    return Terms(uuid4(), first, last, tuple(councils), tuple(discounts), tuple(charges))


def lines_of(one, count=100, month=OCTOBER, book=BOOK):
    return month_lines(one, book, month, {place.council_id: count for place in one.councils})


def sum_of(lines, *kinds):
    return total(line.net for line in lines if not kinds or line.kind in kinds)


@st.composite
def books(draw):
    starts = sorted({0, *draw(st.sets(st.integers(1, 3000), max_size=4))})
    bands = tuple((start, draw(cents)) for start in starts)
    return replace(BOOK, prices={**BOOK.prices, "platform": ((0, draw(cents) * 12),), "practitioner": bands})


@st.composite
def discounts(draw):
    first = draw(st.dates(date(2026, 9, 1), date(2026, 11, 15)))
    last = draw(st.one_of(st.none(), st.integers(0, 60).map(lambda days: first + timedelta(days=days))))
    return DiscountTerms(
        draw(st.sampled_from(["", "platform", "practitioner", "dedicated"])), draw(percents), first, last, "agreed"
    )


def test_every_kind_of_price_has_words_for_an_invoice():
    assert set(WORDS) == set(PriceKind.values)


# -- what a month holds ------------------------------------------------------------------------------------------------


def test_a_whole_month_has_a_line_for_the_fee_and_one_for_every_band():
    one = council()
    lines = lines_of(terms(one), 1_200)
    assert [(line.kind, line.quantity, line.unit, line.unit_price, line.net) for line in lines] == [
        ("platform", 1, "month", Decimal("750.00"), Decimal("750.00")),
        ("practitioner", 200, "practitioner", Decimal("3.20"), Decimal("640.00")),
        ("practitioner", 800, "practitioner", Decimal("2.60"), Decimal("2080.00")),
        ("practitioner", 200, "practitioner", Decimal("1.90"), Decimal("380.00")),
    ]
    assert [line.description for line in lines] == [
        "Westshire: platform fee, October 2026",
        "Westshire: active practitioners, October 2026, first 200",
        "Westshire: active practitioners, October 2026, next 800",
        "Westshire: active practitioners, October 2026, next 200",
    ]
    assert {line.council_id for line in lines} == {one.council_id}


@pytest.mark.parametrize(
    ("population", "yearly"),
    [(1, "6000.00"), (49_999, "6000.00"), (50_000, "9000.00"), (100_000, "14000.00"), (5_000_000, "14000.00")],
)
def test_the_platform_fee_is_that_of_the_band_in_which_the_population_lies(population, yearly):
    lines = lines_of(terms(council(population=population)))
    assert sum_of(lines, "platform") == month_fee(Decimal(yearly), OCTOBER)


def test_a_dedicated_deployment_is_a_line_of_its_own():
    lines = lines_of(terms(council(is_dedicated=True)))
    assert [line.net for line in lines if line.kind == "dedicated"] == [Decimal("1500.00")]


def test_nobody_counted_costs_nothing_and_has_no_line():
    assert [line.kind for line in lines_of(terms(council()), 0)] == ["platform"]


def test_a_month_outside_of_the_contract_has_no_lines_and_needs_no_reading():
    assert month_lines(terms(council()), None, date(2027, 1, 1), {}) == ()


def test_a_month_without_a_reading_waits_and_names_every_council_it_waits_for():
    one, other = council("Westshire"), council("Eastham")
    with pytest.raises(NoReading) as refused:
        month_lines(terms(one, other), BOOK, OCTOBER, {one.council_id: 3})
    assert refused.value.councils == ("Eastham",)
    assert "Eastham" in str(refused.value)


def test_a_month_without_a_price_book_says_so():
    one = council()
    with pytest.raises(NoPrice, match="October 2026"):
        month_lines(terms(one), None, OCTOBER, {one.council_id: 3})


def test_a_book_without_a_price_for_what_is_billed_says_which():
    bare = replace(BOOK, prices={key: value for key, value in BOOK.prices.items() if key != "dedicated"})
    with pytest.raises(NoPrice, match="dedicated deployment"):
        lines_of(terms(council(is_dedicated=True)), book=bare)


def test_keys_are_unique_within_a_month_even_of_a_council_that_came_back():
    same = uuid4()
    left = council(council_id=same, last=date(2026, 10, 9))
    back = council(council_id=same, first=date(2026, 10, 20))
    discount = DiscountTerms("", Decimal(10), YEAR[0], None, "agreed")
    lines = lines_of(terms(left, back, council("Eastham"), council("Northam"), discounts=[discount, discount]), 300)
    assert len({line.key for line in lines}) == len(lines)
    assert all(len(line.key) <= 80 for line in lines)


# -- days --------------------------------------------------------------------------------------------------------------


def test_a_contract_that_ends_mid_month_is_billed_for_its_days():
    lines = lines_of(terms(council(), last=date(2026, 10, 15)), 240)
    whole = Decimal(200) * Decimal("3.20") + Decimal(40) * Decimal("2.60")
    assert sum_of(lines, "platform") == to_penny(Decimal("750.00") * 15 / 31)
    assert sum_of(lines, "practitioner") == to_penny(whole * 15 / 31)
    assert [(line.quantity, line.unit) for line in lines] == [(1, "part month"), (1, "part month")]
    assert lines[1].description == "Westshire: 240 active practitioners, 1 to 15 October 2026 (15 of 31 days)"


def test_a_contract_that_ends_on_29_february_is_billed_for_the_whole_month():
    lines = lines_of(terms(council(last=date(2028, 2, 29)), last=date(2028, 2, 29)), month=date(2028, 2, 1))
    assert lines[0].unit == "month"
    assert lines[0].last == date(2028, 2, 29)


def test_a_contract_that_ends_on_28_february_of_a_leap_year_lacks_a_day():
    lines = lines_of(terms(council(last=date(2028, 2, 28)), last=date(2028, 2, 28)), month=date(2028, 2, 1))
    assert sum_of(lines, "platform") == to_penny(month_fee(Decimal(9000), date(2028, 2, 1)) * 28 / 29)


def test_a_contract_that_ended_before_it_began_bills_nothing():
    ended = terms(council(first=date(2026, 10, 5)), first=date(2026, 10, 5), last=date(2026, 10, 1))
    assert month_lines(ended, BOOK, OCTOBER, {}) == ()


def test_a_council_that_would_join_after_the_contract_ends_is_not_billed():
    stays, never = council(), council("Eastham", first=date(2026, 10, 20))
    ended = terms(stays, never, last=date(2026, 10, 15))
    assert {line.council_id for line in lines_of(ended)} == {stays.council_id}


@UNHURRIED
@given(
    book=books(), count=st.integers(0, 3000), leaves=st.integers(1, 30), agreed=st.lists(discounts(), max_size=3),
    is_dedicated=st.booleans(),
)  # fmt: skip
def test_any_split_of_a_month_adds_up_to_the_month_discounts_and_all(book, count, leaves, agreed, is_dedicated):
    same, day = uuid4(), date(2026, 10, leaves)
    stays = council(council_id=same, is_dedicated=is_dedicated)
    parts = [replace(stays, id=uuid4(), last=day), replace(stays, id=uuid4(), first=day + timedelta(days=1))]
    whole = lines_of(terms(stays, discounts=agreed), count, book=book)
    split = lines_of(terms(*parts, discounts=agreed), count, book=book)
    for kind in ("platform", "practitioner", "dedicated"):
        assert sum_of(split, kind) == sum_of(whole, kind)


@UNHURRIED
@given(st.sets(st.dates(date(2026, 1, 2), date(2026, 12, 31)), max_size=10), cents)
def test_a_year_split_at_any_days_costs_the_yearly_fee(cuts, fee):
    book = replace(BOOK, prices={**BOOK.prices, "platform": ((0, fee),)})
    starts = [YEAR[0], *sorted(cuts)]
    ends = [start - timedelta(days=1) for start in starts[1:]] + [YEAR[1]]
    same = uuid4()
    one = terms(*(council(council_id=same, first=a, last=b) for a, b in zip(starts, ends, strict=True)))
    assert total(sum_of(lines_of(one, 0, date(2026, m, 1), book)) for m in range(1, 13)) == fee


# -- practitioners -----------------------------------------------------------------------------------------------------


@UNHURRIED
@given(books(), st.integers(0, 5000))
def test_bands_hold_every_practitioner_once(book, count):
    used = graduated(book, count)
    assert sum(quantity for _, quantity, _ in used) == count
    assert all(quantity > 0 for _, quantity, _ in used)


@UNHURRIED
@given(books(), st.integers(0, 5000))
def test_one_more_practitioner_never_makes_the_whole_cheaper(book, count):
    def cost(number):
        return sum((quantity * price for _, quantity, price in graduated(book, number)), Decimal(0))

    more = cost(count + 1) - cost(count)
    assert more in {price for _, price in book.prices["practitioner"]}


@UNHURRIED
@given(books(), st.integers(0, 5000))
def test_bands_cost_what_each_practitioner_costs_in_their_place(book, count):
    lines = practitioner_lines(one := terms(council()), book, OCTOBER, one.councils[0], count)
    each = (price_at(book, "practitioner", before) for before in range(count))
    assert sum_of(lines) == sum(each, Decimal(0))


def test_prices_of_practitioners_that_do_not_begin_at_nought_are_no_prices():
    bare = replace(BOOK, prices={**BOOK.prices, "practitioner": ((5, Decimal(1)),)})
    with pytest.raises(NoPrice):
        graduated(bare, 3)


# -- discounts ---------------------------------------------------------------------------------------------------------


def test_several_councils_are_spared_on_platform_fees_alone():
    lines = lines_of(terms(*(council(name) for name in ("Eastham", "Northam", "Westshire"))))
    less = [line for line in lines if line.unit == "discount"]
    assert [(line.kind, line.quantity, line.net) for line in less] == [("platform", -1, Decimal("-37.50"))] * 3
    assert less[0].description == "Eastham: less 5% on platform fee, October 2026: 3 councils on one contract"


@pytest.mark.parametrize(("size", "percent"), [(1, 0), (2, 0), (3, 5), (7, 5), (8, 10), (20, 10)])
def test_the_group_discount_is_that_of_the_number_of_councils(size, percent):
    assert group_percent(terms(*(council() for _ in range(size))), BOOK, OCTOBER) == percent


def test_a_council_counts_once_and_only_in_a_month_in_which_it_is_on_the_contract():
    same = uuid4()
    places = [council(council_id=same, last=date(2026, 10, 3)), council(council_id=same, first=date(2026, 10, 9))]
    one = terms(*places, council(), council(first=date(2026, 11, 1)))
    assert group_percent(one, BOOK, OCTOBER) == 0
    assert group_percent(one, BOOK, date(2026, 11, 1)) == 5


def test_discounts_are_taken_one_after_another_each_on_what_is_left():
    agreed = [
        DiscountTerms("", Decimal(10), YEAR[0], None, "early"),
        DiscountTerms("platform", Decimal(50), YEAR[0], None, "pilot"),
    ]
    lines = lines_of(terms(council(), discounts=agreed), 100)
    assert [(line.kind, line.net) for line in lines] == [
        ("platform", Decimal("750.00")),
        ("platform", Decimal("-75.00")),
        ("platform", Decimal("-337.50")),
        ("practitioner", Decimal("320.00")),
        ("practitioner", Decimal("-32.00")),
    ]


def test_a_discount_in_force_for_part_of_a_month_counts_for_its_days():
    agreed = DiscountTerms("platform", Decimal(10), date(2026, 10, 22), date(2026, 11, 3), "moving in")
    less = [line for line in lines_of(terms(council(), discounts=[agreed])) if line.unit == "discount"]
    assert [line.net for line in less] == [to_penny(Decimal(-75) * 10 / 31)]
    assert (less[0].first, less[0].last) == (date(2026, 10, 22), date(2026, 10, 31))
    assert "22 to 31 October 2026 (10 of 31 days)" in less[0].description


def test_a_discount_before_or_after_the_month_has_no_line():
    before = DiscountTerms("", Decimal(10), date(2026, 1, 1), date(2026, 9, 30), "a")
    after = DiscountTerms("", Decimal(10), date(2026, 11, 1), None, "b")
    assert {line.unit for line in lines_of(terms(council(), discounts=[before, after]))} == {"month", "practitioner"}


@UNHURRIED
@given(books(), st.integers(0, 3000), st.lists(discounts(), max_size=3))
def test_whatever_is_taken_off_a_whole_month_never_makes_it_cost_less_than_nothing(book, count, agreed):
    whole_month = [replace(one, first=YEAR[0], last=None) for one in agreed]
    lines = lines_of(terms(council(is_dedicated=True), discounts=whole_month), count, book=book)
    for kind in ("platform", "practitioner", "dedicated"):
        assert sum_of(lines, kind) >= 0


@UNHURRIED
@given(books(), st.integers(0, 3000), st.lists(discounts(), max_size=2), st.integers(1, 31))
def test_a_hundred_per_cent_leaves_nothing_to_the_penny(book, count, agreed, last):
    free = DiscountTerms("", Decimal(100), YEAR[0], None, "pilot")
    one = terms(council(), last=date(2026, 10, last), discounts=[*agreed, free])
    assert sum_of(lines_of(one, count, book=book)) == 0


@UNHURRIED
@given(books(), st.integers(0, 3000), st.lists(discounts(), max_size=3), st.integers(1, 31))
def test_every_line_is_its_quantity_times_its_price_rounded_once(book, count, agreed, last):
    for line in lines_of(terms(council(), last=date(2026, 10, last), discounts=agreed), count, book=book):
        assert line.net == to_penny(line.quantity * line.unit_price)
        assert line.unit_price >= 0
        assert (line.quantity == -1) == (line.unit == "discount")
        assert month_of(OCTOBER).first <= line.first <= line.last <= month_of(OCTOBER).last


# -- charges -----------------------------------------------------------------------------------------------------------


def charge(kind="training", quantity="2.5", agreed_price=None, council_id=None):
    price = None if agreed_price is None else Decimal(agreed_price)
    return ChargeTerms(
        UUID(int=7), council_id, kind, "Two and a half days", date(2026, 10, 8), Decimal(quantity), price
    )


def test_a_charge_costs_the_books_price():
    one = council()
    (line,) = charge_lines(terms(one), charge(council_id=one.council_id), BOOK)
    assert (line.key, line.unit, line.net) == (f"charge {UUID(int=7)}", "day", Decimal("1875.00"))
    assert (line.first, line.month) == (date(2026, 10, 8), None)
    assert line.description == "Westshire: Two and a half days"


def test_an_agreed_price_is_agreed_and_needs_no_book():
    free = DiscountTerms("", Decimal(50), YEAR[0], None, "pilot")
    (line,) = charge_lines(terms(council(), discounts=[free]), charge(kind="other", agreed_price="33.33"), None)
    assert line.net == Decimal("83.33")


def test_a_discount_on_training_is_a_line_beside_the_charge():
    agreed = DiscountTerms("training", Decimal(10), date(2026, 10, 8), date(2026, 10, 8), "first year")
    lines = charge_lines(terms(council(), discounts=[agreed]), charge(), BOOK)
    assert [line.net for line in lines] == [Decimal("1875.00"), Decimal("-187.50")]


@pytest.mark.parametrize(("kind", "book"), [("training", None), ("other", BOOK)])
def test_a_charge_without_any_price_says_so(kind, book):
    with pytest.raises(NoPrice):
        charge_lines(terms(council()), charge(kind=kind), book)


def test_a_description_fits_the_line_whatever_was_typed():
    one = council("W" * 100)
    long = replace(charge(council_id=one.council_id), description="d" * 250)
    (line,) = charge_lines(terms(one), long, BOOK)
    assert len(line.description) == 300
