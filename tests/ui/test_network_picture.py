"""The picture of a network, for any people with any names, from none to sixty."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from ui.network_picture import DASHES, LONGEST_LABEL, WIDTH, PictureMember, Recency, describe, network_picture

SVG = "{http://www.w3.org/2000/svg}"

names = st.text(max_size=60)
members_of_any_kind = st.lists(
    st.builds(
        PictureMember,
        name=names,
        role=names,
        agency=st.sampled_from(["Health", "School", "Housing", "<b>Police</b>", ""]) | names,
        recency=st.sampled_from(Recency),
        recency_text=names,
        is_lead=st.booleans(),
    ),
    max_size=60,
)


def drawn(members, *, centre="Amy", stands_alone=False):
    return ET.fromstring(network_picture(centre=centre, members=members, stands_alone=stands_alone))  # noqa: S314  # our own output


def people(number, agencies=4):
    return [
        PictureMember(f"Person {n}", "Role", f"Agency {n % agencies}", Recency.RECENT, "today") for n in range(number)
    ]


def places(svg):
    return [(text.get("x"), text.get("y")) for text in svg.iter(f"{SVG}text")]


@settings(max_examples=60, deadline=None)
@given(members_of_any_kind, names)
def test_any_text_is_escaped_so_that_the_picture_holds_only_our_own_elements(members, centre):
    for stands_alone in (False, True):
        svg = drawn(members, centre=centre, stands_alone=stands_alone)
        kinds = {element.tag.removeprefix(SVG) for element in svg.iter()}
        assert kinds <= {"svg", "title", "desc", "path", "line", "circle", "rect", "text"}
        assert not [element for element in svg.iter() if {"style", "onclick", "href"} & set(element.keys())]


@settings(max_examples=60, deadline=None)
@given(members_of_any_kind)
def test_no_two_labels_begin_at_the_same_point_and_all_lie_in_the_picture(members):
    svg = drawn(members)
    found = places(svg)
    assert len(found) == len(set(found))
    _, _, width, height = (float(number) for number in svg.get("viewBox").split())
    assert width == WIDTH
    assert all(0 <= float(x) <= width and 0 <= float(y) <= height for x, y in found)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 60), st.integers(1, 20))
def test_names_on_one_side_keep_a_lines_height_apart(number, agencies):
    svg = drawn(people(number, agencies))
    for anchor in ("start", "end"):
        heights = sorted(
            float(text.get("y"))
            for text in svg.iter(f"{SVG}text")
            if text.get("text-anchor") == anchor and "note" not in text.get("class")
        )
        assert all(lower - upper >= 20 for upper, lower in pairwise(heights))


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 60))
def test_every_person_has_one_spoke_one_dot_and_one_name(number):
    svg = drawn(people(number))
    spokes = list(svg.iter(f"{SVG}line"))
    shown = [text.text for text in svg.iter(f"{SVG}text") if text.get("class") == "pw-picture__name"]
    assert len(spokes) == number
    assert sorted(shown) == sorted(f"Person {n}" for n in range(number))


@given(st.integers(3, 6), st.data())
def test_a_line_left_out_leaves_no_gap(number, data):
    whole = people(number, agencies=1)
    left_out = data.draw(st.integers(0, number - 1))
    seen = whole[:left_out] + whole[left_out + 1 :]
    heights = sorted(float(dot.get("cy")) for dot in drawn(seen).iter(f"{SVG}circle") if dot.get("r") == "6")
    steps = [lower - upper for upper, lower in pairwise(heights)]
    assert len(heights) == number - 1
    assert max(steps) - min(steps) < 0.3


def test_beside_the_list_it_is_silent_and_alone_it_says_who_supports_whom():
    beside = network_picture(centre="Amy", members=people(5))
    assert 'aria-hidden="true" focusable="false"' in beside
    assert "<title>" not in beside
    alone = drawn(people(5), stands_alone=True)
    assert alone.get("role") == "img"
    assert alone.find(f"{SVG}title").text == "5 people support Amy"
    assert "Person 3, Role, Agency 3, today" in alone.find(f"{SVG}desc").text


def test_one_person_supports_and_nobody_is_said_as_such():
    assert describe("Amy", people(1))[0] == "1 person supports Amy"
    assert describe("Amy", []) == ("0 people support Amy", "Nobody is listed yet")


def test_recency_is_told_by_the_lines_style_and_by_words():
    told = [PictureMember("A", "Nurse", "X", recency, f"said {recency}") for recency in Recency]
    picture = network_picture(centre="Amy", members=told)
    assert len(set(DASHES.values())) == len(Recency)
    for recency in Recency:
        assert f'stroke-dasharray="{DASHES[recency]}"' in picture
        assert f"said {recency}" in picture


def test_a_long_role_never_pushes_the_recency_out_of_its_line():
    member = PictureMember("Jo", "Special educational needs coordinator", "School", Recency.EARLIER, "14 November 2024")
    assert "… · 14 November 2024<" in network_picture(centre="Amy", members=[member])


def test_a_long_name_is_shortened_and_a_lead_practitioner_has_another_shape():
    svg = drawn([PictureMember("N" * 200, "Role", "Agency", is_lead=True)])
    [name] = [text.text for text in svg.iter(f"{SVG}text") if text.get("class") == "pw-picture__name"]
    assert len(name) == LONGEST_LABEL
    assert name.endswith("…")
    assert svg.find(f"{SVG}rect") is not None


def test_direction_marks_and_control_characters_are_left_out():
    picture = network_picture(centre="A\u202emy\x00", members=[PictureMember("Jo\u200b\x1b", "x", "y")])
    assert ">Amy<" in picture
    assert ">Jo<" in picture


def test_it_needs_no_style_and_no_script():
    picture = network_picture(centre="Amy", members=people(12), stands_alone=True)
    assert not re.search(r"style=|<style|<script|\son\w+=", picture)
