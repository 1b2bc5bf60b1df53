"""A council's colours: custom properties only, readable, and named by what they are."""

import re
from dataclasses import replace

import pytest
from django.http import Http404
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from ui.pages import theme_stylesheet
from ui.theme import PATCHWORK, InvalidColour, contrast, contrast_problems, stylesheet, theme_from, theme_hash

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def test_the_products_own_colours_have_enough_contrast():
    assert contrast_problems(PATCHWORK) == []


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@given(colours, colours)
def test_contrast_is_the_same_either_way_and_between_one_and_twenty_one(one, other):
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21.0001


def test_a_pale_brand_is_told_in_sentences_with_the_number_needed():
    problems = contrast_problems(replace(PATCHWORK, brand="#f2b84b"))
    assert any(problem.startswith("White text on the brand colour: the contrast is 1.7") for problem in problems)
    assert all("4.5" in problem or "3.0" in problem for problem in problems)


def test_a_ratio_just_too_low_is_not_rounded_up_to_enough():
    problems = contrast_problems(replace(PATCHWORK, brand="#777777"))
    assert "the contrast is 4.4," in problems[0]


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "#123456;}body{display:none", "", "#123456\n"])
def test_only_six_hexadecimal_digits_are_a_colour(colour):
    with pytest.raises(InvalidColour):
        replace(PATCHWORK, brand=colour)


@given(colours)
def test_a_style_sheet_sets_custom_properties_on_the_root_and_nothing_else(brand):
    lines = stylesheet(replace(PATCHWORK, brand=brand)).splitlines()
    assert lines[0] == ":root {"
    assert lines[-1] == "}"
    assert all(re.fullmatch(r"  --govuk-[a-z-]+: #[0-9a-f]{6};", line) for line in lines[1:-1])
    assert not any("focus" in line for line in lines)


@given(colours, colours)
def test_the_name_changes_with_any_colour(one, other):
    same_name = theme_hash(replace(PATCHWORK, link=one)) == theme_hash(replace(PATCHWORK, link=other))
    assert same_name == (one == other)


def test_a_theme_is_served_by_its_name_for_a_year_and_no_other_name_is():
    theme = replace(PATCHWORK, brand="#5b2a86")
    themes = {theme_hash(theme): theme}
    answer = theme_stylesheet(RequestFactory().get("/"), theme_hash(theme), themes=themes)
    assert answer["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in answer["Cache-Control"]
    assert "#5b2a86" in answer.content.decode()
    with pytest.raises(Http404):
        theme_stylesheet(RequestFactory().get("/"), "0" * 20, themes=themes)


def test_a_stored_theme_takes_what_it_leaves_out_from_the_product():
    assert theme_from({}) == PATCHWORK
    assert theme_from({"brand": "#5B2A86", "logo": "x"}) == replace(PATCHWORK, brand="#5b2a86")
    with pytest.raises(InvalidColour):
        theme_from({"brand": "purple"})
