"""Our own macros: data is text, words stand beside colours, and what is not known is said."""

import re

import pytest
from django.template import engines

NASTY = '<script>alert("x")</script>'

MACROS = {
    "alert.html": 'alert(x, "error", x)',
    "badge.html": "badge(x)",
    "duplicates.html": 'comparison(x, [{"field": x, "mine": x, "theirs": x, "verdict": "same"}], x, x)',
    "identity.html": "identity_bar(client)",
    "people.html": 'network_list([{"agency": x, "members": [person]}])',
    "states.html": 'empty_state(x, x, x, x) ~ undo_banner(x, x, "", x)',
    "table.html": 'sortable_table(x, [{"text": x, "href": x}], [[{"text": x, "href": x}]])',
    "timeline.html": 'timeline([{"title": x, "byline": x, "at": x, "said": x, "text": x}])',
}


PERSON = (
    "name", "role", "agency", "phone", "email", "best_time", "last_contact", "next_visit", "last_confirmed",
)  # fmt: skip
CLIENT = ("surname", "first_names", "known_as", "born", "age")


def render(macro_file, call, **context):
    name = re.findall(r"(\w+)\(", call)
    imported = ", ".join(dict.fromkeys(one for one in name if one in {
        "alert", "badge", "comparison", "identity_bar", "network_list", "person_row", "empty_state", "undo_banner",
        "sortable_table", "timeline", "sub_navigation", "side_navigation", "language_switch",
    }))  # fmt: skip
    source = f'{{% from "ui/macros/{macro_file}" import {imported} %}}{{{{ {call} }}}}'
    return engines["jinja2"].from_string(source).render(context)


@pytest.mark.parametrize("macro_file", sorted(MACROS))
def test_data_is_printed_as_text(macro_file):
    person = {**dict.fromkeys(PERSON, NASTY), "badges": [{"text": NASTY, "colour": "grey"}]}
    client = {**dict.fromkeys(CLIENT, NASTY), "identifiers": [{"label": NASTY, "value": NASTY}]}
    html = render(macro_file, MACROS[macro_file], x=NASTY, person=person, client=client)
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "style=" not in html


def test_navigation_prints_text_and_marks_the_current_page():
    items = [{"text": NASTY, "href": "/a", "is_current": True}, {"text": "B", "href": "/b"}]
    html = render("navigation.html", 'sub_navigation(items, "Client")', items=items)
    assert "<script" not in html
    assert html.count('aria-current="page"') == 1
    side = render("navigation.html", 'side_navigation([{"title": "T", "items": items}], "Set up")', items=items)
    assert side.count('aria-current="page"') == 1


def test_each_language_is_named_in_itself_and_marked_as_such():
    languages = [
        {"code": "en", "name": "English", "href": "/en", "is_current": True},
        {"code": "cy", "name": "Cymraeg", "href": "/cy"},
    ]
    html = render("navigation.html", "language_switch(languages)", languages=languages)
    assert '<li lang="cy"><a class="govuk-link" href="/cy" hreflang="cy"' in html
    assert '<span aria-current="true">English</span>' in html


def row(**known):
    return render("people.html", "person_row(person)", person={"name": "Priya Shah", "role": "Health visitor", **known})


def test_a_line_has_buttons_that_ring_and_write_and_say_whom():
    html = row(phone="07700900123", email="priya@health.example")
    assert 'href="tel:+447700900123"' in html
    assert "07700 900123" in html
    assert "Call Priya Shah on" in html
    assert 'href="mailto:priya@health.example"' in html


def test_a_line_says_what_is_not_known_rather_than_leaving_a_blank():
    html = row()
    assert html.count("Not known") == 3
    assert "No number known" in html


def test_states_of_a_line_are_told_in_words():
    html = row(is_lead=True, has_account=False, is_shown=False)
    for words in ("lead practitioner", "no account", "not shown to others yet"):
        assert words in html
    assert "lead practitioner" not in row(has_account=True, is_shown=True)


def test_a_number_that_is_none_is_shown_but_cannot_be_tapped():
    html = row(phone="ask at the desk")
    assert "ask at the desk" in html
    assert "tel:" not in html


@pytest.mark.parametrize(
    ("verdict", "word"), [("same", "Same"), ("close", "Close"), ("differs", "Different"), ("odd", "Not known")]
)
def test_a_comparison_says_in_a_word_how_far_two_fields_agree(verdict, word):
    html = render(
        "duplicates.html",
        'comparison("C", rows)',
        rows=[{"field": "Surname", "mine": "Evans", "theirs": "Evens", "verdict": verdict}],
    )
    assert word in html


def test_the_identity_bar_begins_with_the_surname_and_says_what_is_not_known():
    html = render(
        "identity.html", "identity_bar(client)", client={"surname": "Evans", "first_names": "Amy", "known_as": "Mimi"}
    )
    assert html.index("Evans") < html.index("Amy") < html.index("(Mimi)")
    assert html.count("not known") == 2


def test_undo_is_a_form_with_its_token():
    html = render("states.html", 'undo_banner("Added", "/undo", token)', token="TOKEN")
    assert '<form method="post" action="/undo">TOKEN' in html


def test_a_sorted_column_says_its_direction():
    columns = [{"text": "Client", "href": "?sort=-client", "direction": "ascending"}, {"text": "Agency"}]
    html = render("table.html", 'sortable_table("My clients", columns, [])', columns=columns)
    assert 'aria-sort="ascending"' in html
    assert html.count("aria-sort") == 1
