"""Counts that are told side by side: none of them, taken from or multiplied by another, leaves one to four people."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.accounts.models import User
from core.insight import queries
from core.insight.queries import numbers
from core.network.models import Involvement
from tests.factories import make_client, make_involvement, make_service, make_viewer

FEW = {1, 2, 3, 4}


def parts(most: int = 60):
    return st.integers(0, most).flatmap(lambda whole: st.tuples(st.just(whole), st.integers(0, whole)))


@given(parts())
def test_what_is_told_of_a_part_leaves_no_few_on_either_side(numbers_there):
    whole, part = numbers_there
    told = queries.part_unless_few(part, whole)
    all_told = queries.unless_few(whole)
    assert told not in FEW
    assert told is None or told == part
    if told is not None and all_told is not None:
        assert all_told - told not in FEW


@given(parts(2000))
def test_a_share_and_its_whole_never_multiply_to_a_few(numbers_there):
    whole, part = numbers_there
    share, all_told = queries.share_unless_few(part, whole), queries.unless_few(whole)
    if share is None:
        return
    assert all_told is not None
    could_be = {some for some in range(all_told + 1) if round(some / all_told, 2) == share}
    assert part in could_be
    assert not could_be <= FEW
    assert not {all_told - some for some in could_be} <= FEW


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [
        (0, 0, 0),
        (0, 3, None),
        (3, 3, None),
        (4, 9, None),
        (5, 9, None),
        (5, 10, 5),
        (9, 9, 9),
        (0, 9, 0),
        (96, 97, None),
    ],
)
def test_a_part_is_told_where_both_sides_are_nobody_or_five(part, whole, told):
    assert queries.part_unless_few(part, whole) == told


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [(0, 0, None), (3, 5, None), (1, 50, None), (49, 50, None), (50, 50, 1.0), (0, 50, 0.0), (10, 40, 0.25)],
)
def test_a_share_is_told_where_both_sides_are_nobody_or_five(part, whole, told):
    assert queries.share_unless_few(part, whole) == told


def test_a_council_where_one_has_not_signed_in_and_one_line_is_old_tells_neither(in_amber):
    service = make_service()
    viewers = [make_viewer(service) for _number in range(8)]
    User.objects.filter(id__in=[viewer.user_id for viewer in viewers[1:]]).update(last_login=clock.now())
    lines = [make_involvement(make_client("Made", "Up"), viewer) for viewer in viewers]
    Involvement.objects.filter(id=lines[0].id).update(confirmed_on="2001-01-01")
    told = numbers()
    assert (told["practitioners"], told["involvements"]) == (8, 8)
    assert (told["active_practitioners"], told["fresh_share"]) == (None, None)
