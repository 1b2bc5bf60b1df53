"""Lines over days: nothing is made up, gaps stay gaps, and a picture is said in words too."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.charts import DayValue, ceiling_of, line_chart, runs_of

FIRST = date(2026, 1, 1)


def drawn(values, days=30):
    return str(
        line_chart(
            title="Clients", first=FIRST, last=FIRST + timedelta(days=days - 1),
            values=[DayValue(FIRST + timedelta(days=at), value) for at, value in values],
        )
    )  # fmt: skip


def test_nothing_known_is_said_and_draws_no_line():
    for values in ([], [(at, None) for at in range(30)]):
        picture = drawn(values)
        assert "Nothing that may be shown" in picture
        assert "<polyline" not in picture
        assert "<circle" not in picture


def test_one_value_is_a_dot():
    picture = drawn([(3, 12)])
    assert picture.count("<circle") == 1
    assert "12 on 4 January 2026" in picture
    assert "29 days are without a value" in picture


def test_a_year_is_one_line_within_the_picture():
    picture = drawn([(at, at % 90) for at in range(365)], days=365)
    (points,) = re.findall(r'points="([^"]+)"', picture)
    assert len(points.split()) == 365
    for point in points.split():
        across, up = map(float, point.split(","))
        assert 0 <= across <= 640
        assert 0 <= up <= 220


def test_a_hidden_count_is_a_gap_and_not_a_nought():
    picture = drawn([(0, 7), (1, 8), (2, None), (3, 9), (4, 9)])
    assert picture.count("<polyline") == 2
    assert "between 7 and 9" in picture


@given(
    st.lists(
        st.tuples(st.integers(0, 364), st.one_of(st.none(), st.integers(0, 10**9), st.floats(0, 1e6))),
        unique_by=lambda one: one[0],
        max_size=40,
    )
)
def test_any_values_make_well_formed_pictures_without_style(values):
    picture = drawn(values, days=365)
    root = ET.fromstring(picture)  # noqa: S314  # our own markup
    assert root.attrib["role"] == "img"
    assert [child.tag.rpartition("}")[2] for child in root][:2] == ["title", "desc"]
    assert "style=" not in picture
    known = {FIRST + timedelta(days=at): value for at, value in values if value is not None}
    assert sum(len(run) for run in runs_of(known)) == len(known)


@given(st.floats(0, 1e12))
def test_the_axis_reaches_every_value_and_not_far_beyond(most):
    top = ceiling_of(most)
    assert top >= most * 0.999999
    assert top <= max(most * 10, 4)


def test_a_title_is_text_and_never_markup():
    picture = line_chart(title="<script>", values=[], first=FIRST, last=FIRST)
    assert "<script>" not in picture


@pytest.mark.parametrize("days", [1, 2, 365])
def test_the_days_stand_under_the_axis(days):
    assert "1 January" in drawn([], days=days)
