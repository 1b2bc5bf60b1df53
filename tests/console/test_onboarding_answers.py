"""The rules over a new council's answers: saved in any order they come to the same, and what a template fills is no person."""

from __future__ import annotations

from types import SimpleNamespace
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.agency_lines import KINDS, LinesRefused, merged, read_lines
from console.answers import (
    TASKS,
    Place,
    answers_from_template,
    order_payload,
    problems_of,
    training_payload,
    value_of,
    version_of,
    with_answer,
)  # fmt: skip
from console.hosts import HostsRefused, read_hosts
from tests.factories.deployments import SAID, UNSIGNED, VICTORIA, whole_answers

PLACE = Place(id=uuid4(), name="North", region="uk", is_open=True, is_free=True, said=SAID)
WHOLE = whole_answers(SimpleNamespace(id=PLACE.id))
SLUGS = [task.slug for task in TASKS]


def answered(**changed):
    answers = {}
    for number, (task, value) in enumerate({**WHOLE, **changed}.items(), start=1):
        answers = with_answer(answers, task, value, version=number, by="Otto")
    return answers


@given(st.permutations(SLUGS))
def test_answers_saved_in_any_order_come_to_the_same(order):
    answers: dict = {}
    for number, task in enumerate(order, start=1):
        answers = with_answer(answers, task, WHOLE[task], version=number, by="Otto")
    assert problems_of(answers, PLACE) == ()
    assert order_payload(answers, "uk") == order_payload(answered(), "uk")
    assert [version_of(answers, task) for task in order] == list(range(1, len(order) + 1))


@given(st.lists(st.tuples(st.sampled_from(SLUGS), st.integers(0, 3)), max_size=30))
def test_the_last_answer_to_a_task_holds_and_the_others_stay(saved):
    answers: dict = {}
    last: dict = {}
    for number, (task, mark) in enumerate(saved, start=1):
        last[task] = {"mark": mark}
        answers = with_answer(answers, task, last[task], version=number, by="Otto")
    assert {task: dict(value_of(answers, task)) for task in SLUGS if value_of(answers, task)} == last


@given(st.sets(st.sampled_from(SLUGS)))
def test_every_task_left_out_is_told_and_no_other(left_out):
    answers = {task: one for task, one in answered().items() if task not in left_out}
    place = None if "place" in left_out else PLACE
    missing = {one.task for one in problems_of(answers, place) if one.sentence == "Not answered yet"}
    assert missing == left_out


@pytest.mark.parametrize(
    ("task", "value", "said"),
    [
        ("pack", {"pack_id": "au-vic", "version": "2026.11.0", "checksum": VICTORIA}, "residency rule of Victoria"),
        ("pack", {"pack_id": "nz", "version": "1", "checksum": "9" * 64}, "does not hold nz@1"),
        ("services", {"codes": ["made.up"]}, "Not in the deployment's catalogue: made.up"),
        ("services", {"codes": []}, "at least one"),
        ("agencies", {"agencies": [{"name": "A", "services": ["health.sexual"]}]}, "does not offer: health.sexual"),
        ("roles", {"roles": {"health.sexual": ["nurse"]}}, "job titles for what this council does not offer"),
        ("words", {"words": {}, "help_contact": ""}, "whom people ask"),
        ("retention", {"tightening": {"freshness_days": 30}}, "periods were seen"),
        ("words", {"words": {"a": "b"}, "help_contact": "x", "pack_id": "nz"}, "under another law pack, nz"),
        ("training", {"wanted": True, "host": "tamworth.example.org"}, "host of its own"),
    ],
)
def test_what_does_not_fit_is_told_in_its_task(task, value, said):
    found = [one for one in problems_of(answered(**{task: value}), PLACE) if one.task == task]
    assert any(said in one.sentence for one in found)


def test_an_unsigned_pack_may_be_chosen_for_it_is_signed_before_going_live():
    value = {"pack_id": "gb-eng", "version": "2026.12.0", "checksum": UNSIGNED}
    assert problems_of(answered(pack=value), PLACE) == ()


def test_the_payload_says_what_a_deployment_reads_and_nothing_else():
    payload = order_payload(answered(), "uk")
    assert set(payload) == {
        "name", "hosts", "pack_id", "pack_checksum", "region", "state", "theme", "help_contact", "furnishing",
        "administrator", "training",
    }  # fmt: skip
    from tenants.orders.payloads import shaped

    assert shaped("create", payload)["hosts"] == ["tamworth.example.org"]
    assert training_payload(answered(), "uk") is None


def test_the_furnishing_is_one_that_a_council_reads():
    """Against the reader inside a council, which the console itself may not know."""
    from core.consent.packs_in_use import packs
    from core.council.furnishing import parse_furnishing

    pack = packs()["gb-eng"]
    furnishing = parse_furnishing(order_payload(answered(services={"codes": ["universal.maternity"]}, agencies={
        "agencies": [{"name": "Castle", "kind": "voluntary", "phone": "01632 960123", "services": ["universal.maternity"]}]
    }, roles={"roles": {"universal.maternity": ["midwife"]}}), "uk")["furnishing"], pack)  # fmt: skip
    assert furnishing.service_types == ("universal.maternity",)
    assert furnishing.agencies[0].phone == "+441632960123"


def test_the_kinds_of_agencies_are_those_of_a_council():
    from core.directory.choices import AgencyKind

    assert {slug: str(label) for slug, label in KINDS.items()} == dict(AgencyKind.choices)


def test_a_template_fills_everything_but_name_place_and_people():
    template = {
        "service_types": ["youth.work"], "agencies": [{"name": "A", "kind": "other", "phone": "", "services": []}],
        "roles": {"youth.work": ["worker"]}, "words": {"conversation.name": "Talk"}, "tightening": {"freshness_days": 30},
        "help_contact": "Ada, 01632 960100", "theme": {"brand": "#123456"},
    }  # fmt: skip
    filled = answers_from_template(template, "gb-eng")
    assert set(filled) == {"services", "agencies", "roles", "words", "look", "retention"}
    assert "Ada" not in str(filled)
    assert filled["words"]["pack_id"] == "gb-eng"


@given(st.text(max_size=200))
@settings(max_examples=200)
def test_lines_are_read_whole_or_refused_in_sentences(text):
    try:
        found = read_lines(text, {"youth.work"}, "GB")
    except LinesRefused as refused:
        assert refused.sentences
    else:
        assert all(one["name"] and one["kind"] in KINDS for one in found)


@given(st.lists(st.from_regex(r"[A-Za-z][A-Za-z ]{0,20}[a-z]", fullmatch=True), unique_by=str.casefold, max_size=8))
def test_what_was_read_is_what_was_written(names):
    import csv
    import io

    out = io.StringIO()
    csv.writer(out).writerows([name, "health", "01632 960123", "youth.work"] for name in names)
    expected = [
        {"name": name.strip(), "kind": "health", "phone": "01632 960123", "services": ["youth.work"]}
        for number, name in enumerate(names)
        if not (number == 0 and name.strip().lower() in {"name", "agency"})
    ]
    assert read_lines(out.getvalue(), {"youth.work"}, "GB") == expected


def test_an_agency_of_the_same_name_is_replaced_where_it_stands():
    assert merged([{"name": "A"}, {"name": "B"}], [{"name": "a", "kind": "x"}]) == [
        {"name": "a", "kind": "x"},
        {"name": "B"},
    ]


@given(st.text(max_size=80))
def test_no_text_passes_for_hosts_unless_it_is_plain_names(text):
    try:
        hosts = read_hosts(text)
    except HostsRefused as refused:
        assert refused.sentences
    else:
        assert all(
            host.isascii() and "." in host and "xn--" not in host and not host.rpartition(".")[2].isdigit()
            for host in hosts
        )
