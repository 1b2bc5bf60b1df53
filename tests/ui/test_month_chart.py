"""Bars by month: nothing is made up, a month below zero hangs under the line, and the picture is said in words too."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ui.month_chart import HEIGHT, WIDTH, MonthValue, month_chart, months_from, signed

FIRST, LAST = date(2025, 12, 1), date(2026, 11, 1)
MONTHS = months_from(FIRST, LAST)


def drawn(*values, prefix=""):
    return str(
        month_chart(
            title="Billed", first=FIRST, last=LAST, prefix=prefix,
            values=[MonthValue(MONTHS[at], value) for at, value in values],
        )
    )  # fmt: skip


def bars(picture):
    found = [dict(re.findall(r'(x|y|width|height)="([^"]+)"', bar)) for bar in re.findall("<rect[^>]+>", picture)]
    return [{name: float(value) for name, value in one.items()} for one in found]


def test_nothing_known_is_said_and_draws_no_bar():
    for picture in (drawn(), drawn((0, None))):
        assert "Nothing yet" in picture
        assert "From December 2025 to November 2026 there is nothing yet." in picture
        assert bars(picture) == []


def test_a_month_without_a_value_has_no_bar_and_is_counted():
    picture = drawn((0, 10), (1, None), (2, 20))
    assert len(bars(picture)) == 2
    assert "20 in February 2026; the least was 10 in December 2025, the most 20 in February 2026." in picture
    assert "10 months are without a value." in picture


def test_a_month_with_more_credit_than_invoices_hangs_under_the_line():
    above, below = bars(drawn((0, Decimal("100.00")), (1, Decimal("-50.00")), prefix="£"))
    assert below["y"] == above["y"] + above["height"]
    assert "-£50 in January 2026" in drawn((0, Decimal("100.00")), (1, Decimal("-50.00")), prefix="£")


def test_twice_as_much_is_twice_as_high():
    low, high = bars(drawn((3, 40), (4, 80)))
    assert abs(high["height"] - 2 * low["height"]) <= 0.2
    assert high["height"] > 100


def test_a_year_that_begins_is_written_once():
    picture = drawn((0, 1))
    assert re.findall(r">(20\d\d)<", picture) == ["2025", "2026"]


def test_numbers_carry_their_sign_before_the_currency():
    assert signed(Decimal("-1200.50"), "£") == "-£1,200.5"
    assert signed(7) == "7"


def test_what_is_typed_into_a_title_stays_text():
    picture = str(month_chart(title="<b>&", first=FIRST, last=LAST, values=[]))
    assert "<title>&lt;b&gt;&amp;</title>" in picture


AMOUNTS = st.one_of(st.none(), st.integers(-(10**11), 10**11).map(lambda pence: Decimal(pence) / 100))


@given(st.dictionaries(st.integers(0, 11), AMOUNTS, max_size=12))
def test_every_bar_lies_within_the_picture(values):
    picture = drawn(*values.items())
    ET.fromstring(picture)  # noqa: S314 -- our own picture, drawn just now
    assert "style=" not in picture
    shown = bars(picture)
    assert len(shown) == sum(value is not None for value in values.values())
    for bar in shown:
        assert 0 <= bar["x"] <= bar["x"] + bar["width"] <= WIDTH
        assert -0.5 <= bar["y"] <= bar["y"] + bar["height"] <= HEIGHT + 0.5
