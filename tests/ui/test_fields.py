"""A date in three boxes: what it understands, what it says when it does not, and that it keeps what was typed."""

from datetime import date

import pytest
import time_machine
from django import forms
from hypothesis import given
from hypothesis import strategies as st

from ui.fields import DatePartsField, month_number, split_date
from ui.forms import date_parts_at_fault, error_summary, field


class BornForm(forms.Form):
    born_on = DatePartsField(label="Birth date", not_in_future=True, earliest=date(1900, 1, 1))


class PlanForm(forms.Form):
    planned_on = DatePartsField(label="Visit", not_in_past=True, required=False)


def typed(day="", month="", year="", name="born_on"):
    return {f"{name}_day": day, f"{name}_month": month, f"{name}_year": year}


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2024, 1, 1)))
def test_any_real_date_is_understood_in_boxes_and_as_one_text(day):
    in_boxes = BornForm(typed(str(day.day), str(day.month), str(day.year)))
    as_text = BornForm({"born_on": f"{day.day}/{day.month}/{day.year}"})
    in_first_box = BornForm(typed(f"{day.day} {day:%B} {day.year}"))
    iso = BornForm({"born_on": day.isoformat()})
    for form in (in_boxes, as_text, in_first_box, iso):
        assert form.is_valid(), form.errors
        assert form.cleaned_data["born_on"] == day


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_whatever_is_typed_gives_a_date_or_one_sentence_and_never_an_exception(day, month, year):
    form = BornForm(typed(day, month, year))
    if not form.is_valid():
        assert len(form.errors["born_on"]) == 1


@pytest.mark.parametrize(
    ("day", "month", "year", "sentence", "at_fault"),
    [
        ("31", "2", "2015", "Birth date must be a real date: February 2015 has 28 days", {"day"}),
        ("30", "2", "2016", "Birth date must be a real date: February 2016 has 29 days", {"day"}),
        ("3", "13", "2015", "Birth date must have a month from 1 to 12", {"month"}),
        ("3", "Ma", "2015", "Birth date must have a month from 1 to 12", {"month"}),
        ("3", "4", "15", "Birth date must have a year of 4 numbers, such as 2015", {"year"}),
        ("3", "4", "0000", "Birth date must have a year of 4 numbers, such as 2015", {"year"}),
        ("3", "", "2015", "Birth date must include a month", {"month"}),
        ("3", "", "", "Birth date must include a month and a year", {"month", "year"}),
        ("x", "4", "2015", "Birth date must be a real date: April 2015 has 30 days", {"day"}),
        ("1", "1", "1890", "Birth date must be in or after 1900", {"year"}),
        ("", "", "", "Enter the birth date", {"day", "month", "year"}),
    ],
)
def test_a_wrong_date_gets_a_sentence_that_says_what_and_marks_the_box(day, month, year, sentence, at_fault):
    form = BornForm(typed(day, month, year))
    assert form.errors["born_on"] == [sentence]
    assert date_parts_at_fault(form["born_on"]) == at_fault
    marked = {
        part
        for part, item in zip(("day", "month", "year"), field(form["born_on"])["items"], strict=True)
        if "govuk-input--error" in item["classes"]
    }
    assert marked == at_fault


@time_machine.travel("2026-06-01 10:00")
def test_a_birth_date_ahead_and_a_visit_behind_are_refused_and_today_is_both_past_and_future():
    assert BornForm({"born_on": "2/6/2026"}).errors["born_on"] == ["Birth date must be today or in the past"]
    assert BornForm({"born_on": "1/6/2026"}).is_valid()
    assert PlanForm({"planned_on": "31/5/2026"}).errors["planned_on"] == ["Visit must be today or in the future"]
    assert PlanForm({"planned_on": "1/6/2026"}).is_valid()


def test_what_was_typed_stands_in_the_boxes_again():
    items = field(BornForm(typed("31", "Feb", "20015"))["born_on"])["items"]
    assert [item["value"] for item in items] == ["31", "Feb", "20015"]
    taken_apart = field(BornForm({"born_on": "31/2/2015"})["born_on"])["items"]
    assert [item["value"] for item in taken_apart] == ["31", "2", "2015"]
    nonsense = field(BornForm({"born_on": "last spring"})["born_on"])["items"]
    assert [item["value"] for item in nonsense] == ["last spring", "", ""]


def test_a_stored_date_fills_the_boxes_and_an_empty_optional_date_is_none():
    items = field(BornForm(initial={"born_on": date(2015, 4, 3)})["born_on"])["items"]
    assert [item["value"] for item in items] == ["3", "4", "2015"]
    form = PlanForm({})
    assert form.is_valid()
    assert form.cleaned_data["planned_on"] is None


def test_the_error_summary_links_to_the_first_box_at_fault():
    summary = error_summary(BornForm(typed("3", "", "2015")))
    assert summary is not None
    assert summary["errorList"] == [{"text": "Birth date must include a month", "href": "#id_born_on_month"}]


def test_months_are_known_by_number_name_and_three_letters():
    assert [month_number(text) for text in ("4", "04", "April", "apr", "Sept.")] == [4, 4, 4, 4, 9]
    assert [month_number(text) for text in ("0", "13", "ju", "maybe", "")] == [None] * 5


def test_a_text_that_is_no_date_is_not_taken_apart():
    assert split_date("07700 900123") is None
    assert split_date("3rd April 2015") == ["3", "April", "2015"]


def test_a_form_knows_whether_its_date_was_changed():
    same = BornForm(typed("3", "4", "2015"), initial={"born_on": date(2015, 4, 3)})
    other = BornForm(typed("4", "4", "2015"), initial={"born_on": date(2015, 4, 3)})
    assert not same.has_changed()
    assert other.has_changed()
