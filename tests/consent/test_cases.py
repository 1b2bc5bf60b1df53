"""The given acceptance cases, the form in which more may come, and the command that checks them."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command

from core.consent.case_form import CaseMalformed, case_from_request, request_from_case, unread_keys
from core.consent.cases import CaseFileInvalid, check_cases, read_cases
from core.consent.decision import decide
from core.consent.pack_loading import load_packs
from core.consent.policy import Policy

FOLDER = Path(__file__).with_name("cases")
FILES = sorted(FOLDER.iterdir())
ALL = [case for path in FILES for case in read_cases(path)]

GOOD = {
    "id": "T1",
    "pack": "gb-eng",
    "date": "2026-11-21",
    "action": "view",
    "actor": {"agency": "a", "involved": True},
    "expect": {"outcome": "PERMIT", "reason": "ok", "visibility": "full"},
}


def case_file(folder, *cases):
    path = folder / "cases.json"
    path.write_text(json.dumps(cases))
    return path


@pytest.mark.parametrize("case", ALL, ids=[case["id"] for case in ALL])
def test_a_given_case_is_decided_as_expected(case, packs):
    decision = decide(Policy(packs[case["pack"]]), request_from_case(case))
    expected = case["expect"]
    assert (decision.outcome, decision.reason, decision.visibility) == (
        expected["outcome"],
        expected["reason"],
        expected["visibility"],
    )
    assert set(expected.get("has", ())) <= set(decision.obligations)


def test_all_205_given_cases_and_those_of_the_third_pack_are_there_and_every_key_is_read():
    assert len(ALL) == 33 + 172 + 37
    assert [unread_keys(case) for case in ALL] == [()] * 242


@pytest.mark.parametrize("case", ALL, ids=[case["id"] for case in ALL])
def test_a_request_survives_being_stored_as_a_case(case):
    request = request_from_case(case)
    assert request_from_case(json.loads(json.dumps(case_from_request(request)))) == request


def test_what_a_case_does_not_say_has_the_meaning_of_section_9_3():
    request = request_from_case({"date": "2026-11-21", "action": "view", "actor": {"agency": "a"}})
    assert (request.actor.checks_ok, request.actor.dsa, request.actor.employment) == (True, True, "staff")
    assert {request.actor.related, request.actor.involved, request.actor.invited, request.actor.assigned} == {False}
    assert (request.client.shield, request.service.cls, request.consent.competent) == ("none", "standard", None)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"action": "peek"}, "action must be one of search, add_client"),
        ({"date": "21 November"}, "date must be a day"),
        ({"client": {"age": "eight"}}, "client.age must be a whole number"),
        ({"client": {"age": True}}, "client.age must be a whole number"),
        ({"actor": {"agency": "a", "dsa": "yes"}}, "actor.dsa must be true or false"),
        ({"actor": {"agency": "a", "employment": "guest"}}, "actor.employment must be one of staff, contracted"),
        ({"actor": "a"}, "actor must be a table"),
        ({"recipients": {"agency": "r"}}, "recipients must be a list of tables"),
        ({"facts": "s47_open"}, "facts must be a list of texts"),
        ({"basis": 47}, "basis must be a text"),
    ],
)
def test_a_malformed_case_says_which_key_is_wrong(change, sentence):
    request_from_case(GOOD)
    with pytest.raises(CaseMalformed, match=sentence):
        request_from_case(GOOD | change)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.toml", b"", "holds no list of cases"),
        ("broken.toml", b"[[case", "neither TOML nor JSON"),
        ("broken.json", b"{", "neither TOML nor JSON"),
        ("binary.json", b"\xff\xfe\x00", "not UTF-8"),
        ("wrong.json", b'{"cases": ["x"]}', "holds no list of cases"),
    ],
)
def test_a_file_without_readable_cases_is_one_mismatch(tmp_path, packs, name, content, sentence):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(CaseFileInvalid, match=sentence):
        read_cases(path)
    report = check_cases([path, tmp_path / "absent.json"], packs)
    assert (report.checked, len(report.mismatches)) == (0, 2)


def test_a_list_under_cases_and_a_byte_order_mark_are_read(tmp_path):
    path = tmp_path / "cases.json"
    path.write_text("\ufeff" + json.dumps({"cases": [GOOD]}))
    assert read_cases(path) == (GOOD,)


def test_a_mismatch_says_what_was_decided_and_what_was_expected(tmp_path, packs):
    wrong = GOOD | {"expect": {"outcome": "DENY", "reason": "ok", "has": ["deadline"]}}
    report = check_cases([case_file(tmp_path, GOOD, wrong, GOOD | {"pack": "gb-sct"}, {"id": "T4"})], packs)
    assert report.checked == 4
    assert [str(mismatch) for mismatch in report.mismatches] == [
        "cases.json, T1: outcome is PERMIT, expected DENY; deadline should be among the obligations (none).",
        "cases.json, T1: there is no pack “gb-sct”; there are au-vic, gb-eng, nz.",
        "cases.json, T4: there is no pack “None”; there are au-vic, gb-eng, nz.",
    ]


def test_a_key_that_means_nothing_is_remarked_and_does_not_make_a_case_wrong(tmp_path, packs):
    case = GOOD | {"feilds": ["reason"], "consent": {"by": "self", "note": "x"}}
    report = check_cases([case_file(tmp_path, case)], packs)
    assert report.mismatches == ()
    assert report.remarks == (
        "cases.json, T1: the key “feilds” is not read.",
        "cases.json, T1: the key “consent.note” is not read.",
    )


def test_a_word_that_the_pack_does_not_know_is_remarked(tmp_path, packs):
    case = GOOD | {
        "action": "publish",
        "facts": ["s47_opened"],
        "fields": ["reasn"],
        "service": {"cls": "dentist"},
        "client": {"age": 8, "shield": "hiden"},
        "expect": {"outcome": "DENY"},
    }
    report = check_cases([case_file(tmp_path, case)], packs)
    assert report.mismatches == ()
    assert report.remarks == (
        "cases.json, T1: “s47_opened” is no fact of the pack gb-eng.",
        "cases.json, T1: “reasn” is no field of the pack gb-eng.",
        "cases.json, T1: “dentist” is no class of service of the pack gb-eng.",
        "cases.json, T1: “hiden” is no shield of the pack gb-eng.",
    )


def test_a_case_may_name_the_version_it_was_written_for(tmp_path, packs):
    right, older = GOOD | {"pack": "gb-eng@2026.11.0"}, GOOD | {"id": "T2", "pack": "gb-eng@2025.1.0"}
    report = check_cases([case_file(tmp_path, right, older)], packs)
    assert [str(mismatch) for mismatch in report.mismatches] == [
        "cases.json, T2: it is for version 2025.1.0 of gb-eng, and this release holds 2026.11.0."
    ]


@pytest.mark.parametrize("has", ["deadline", [1], {"deadline": True}])
def test_an_expectation_of_the_wrong_type_is_told(tmp_path, packs, has):
    report = check_cases([case_file(tmp_path, GOOD | {"expect": {"has": has}})], packs)
    assert [str(one) for one in report.mismatches] == ["cases.json, T1: expect.has must be a list of texts."]


def test_several_files_toml_and_json_are_counted_together_and_each_is_named(tmp_path, packs):
    toml = tmp_path / "more.toml"
    toml.write_text(
        '[[case]]\nid = "L1"\npack = "nz"\ndate = 2026-11-21\naction = "view"\n'
        'actor = { agency = "a", involved = true }\nexpect = { outcome = "DENY" }\n'
    )
    report = check_cases([case_file(tmp_path, GOOD, GOOD | {"consent": {"disputed": "yes"}}), toml], packs)
    assert report.checked == 3
    assert [str(mismatch) for mismatch in report.mismatches] == [
        "cases.json, T1: consent.disputed must be true or false.",
        "more.toml, L1: outcome is PERMIT, expected DENY.",
    ]


def test_the_command_ends_with_the_count_and_succeeds_when_all_is_right():
    out = io.StringIO()
    call_command("check_regime_cases", *map(str, FILES), stdout=out)
    assert out.getvalue() == "242 cases, 0 wrong\n"


def test_the_command_prints_each_mismatch_and_fails_when_one_is_wrong(tmp_path):
    out = io.StringIO()
    path = case_file(tmp_path, GOOD, GOOD | {"id": "T2", "expect": {"visibility": "hidden"}})
    with pytest.raises(SystemExit) as stopped:
        call_command("check_regime_cases", str(path), stdout=out)
    assert stopped.value.code == 1
    assert out.getvalue().splitlines() == [
        "cases.json, T2: visibility is full, expected hidden.",
        "2 cases, 1 wrong",
    ]


def test_every_pack_has_a_case_for_each_of_its_bases():
    asked = {case.get("basis") for case in ALL}
    assert {basis.code for pack in load_packs().values() for basis in pack.bases} <= asked
