"""Acceptance cases: files in which a lawyer says what must be decided, checked against the one procedure.

A file is TOML (`[[case]]`) or JSON (a list of cases, or an object with the list under `case` or `cases`). Its form is
section 9.3 of the regimes; `check_regime_cases` is the command over this.
"""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.consent.case_form import CaseMalformed, request_from_case, unread_keys
from core.consent.decision import REASON_FIELD, decide
from core.consent.pack import STANDARD_CLASS, Pack
from core.consent.policy import Policy
from core.consent.verdict import Decision


class CaseFileInvalid(Exception):
    """This file holds no cases that can be read; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Mismatch:
    """A case that is decided otherwise than expected, or can't be asked at all."""

    file: str
    case: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.file}, {self.case}: {self.sentence}"


@dataclass(frozen=True, kw_only=True)
class CaseReport:
    """How many cases were read, those that are wrong, and remarks on keys that mean nothing."""

    checked: int
    mismatches: tuple[Mismatch, ...]
    remarks: tuple[str, ...]


def check_cases(paths: Iterable[Path], packs: Mapping[str, Pack]) -> CaseReport:
    """Puts every case of every file to `decide`, under its pack as it stands. An unreadable file is one mismatch."""
    checked = 0
    mismatches: list[Mismatch] = []
    remarks: list[str] = []
    for path in paths:
        try:
            cases = read_cases(path)
        except CaseFileInvalid as invalid:
            mismatches.append(Mismatch(file=path.name, case="the file", sentence=str(invalid)))
            continue
        for number, case in enumerate(cases, start=1):
            name = str(case.get("id", f"case {number}"))
            checked += 1
            remarks += [f"{path.name}, {name}: {sentence}" for sentence in _remarks(case, packs)]
            mismatches += [Mismatch(file=path.name, case=name, sentence=s) for s in _differences(case, packs)]
    return CaseReport(checked=checked, mismatches=tuple(mismatches), remarks=tuple(remarks))


def read_cases(path: Path) -> tuple[Mapping[str, Any], ...]:
    """The cases of one file as plain tables. Raises CaseFileInvalid."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except OSError as error:
        raise CaseFileInvalid(f"it can't be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise CaseFileInvalid("it is not UTF-8 text.") from error
    except (json.JSONDecodeError, tomllib.TOMLDecodeError) as error:
        raise CaseFileInvalid(f"it is neither TOML nor JSON in the right form: {error}.") from error
    if isinstance(data, dict):
        data = data.get("case", data.get("cases"))
    if not isinstance(data, list) or not all(isinstance(case, dict) for case in data):
        raise CaseFileInvalid("it holds no list of cases.")
    return tuple(data)


def _remarks(case: Mapping[str, Any], packs: Mapping[str, Pack]) -> list[str]:
    """What is no mistake by itself, and may be a slip of the pen: keys and words that mean nothing in this pack."""
    found = [f"the key “{key}” is not read." for key in unread_keys(case)]
    pack = packs.get(_pack_name(case)[0])
    if pack is None:
        return found
    try:
        request = request_from_case(case)
    except CaseMalformed:
        return found
    facts = {fact for basis in pack.bases for fact in basis.facts}
    fields = {*(field for basis in pack.bases for field in basis.fields), *pack.conversation.records.all}
    for kind, words, known in (
        ("fact", request.facts | request.factors, facts),
        ("field", request.fields, {*fields, *(name for names in pack.record.values() for name in names), REASON_FIELD}),
        ("class of service", {request.service.cls}, {STANDARD_CLASS, *pack.sensitive.classes}),
        ("shield", {request.client.shield}, set(pack.shield.levels)),
    ):
        found += [f"“{word}” is no {kind} of the pack {pack.id}." for word in sorted(words - known)]
    return found


def _differences(case: Mapping[str, Any], packs: Mapping[str, Pack]) -> list[str]:
    """At most one sentence: everything about this case that is not as expected."""
    name, version = _pack_name(case)
    pack, expected = packs.get(name), case.get("expect")
    if pack is None:
        return [f"there is no pack “{name}”; there are {', '.join(sorted(packs))}."]
    if version and version != pack.version:
        return [f"it is for version {version} of {name}, and this release holds {pack.version}."]
    if not isinstance(expected, Mapping) or not expected:
        return ["it does not say what to expect."]
    try:
        decision = decide(Policy(pack), request_from_case(case))
        found = _compared(expected, decision)
    except CaseMalformed as malformed:
        return [str(malformed)]
    return ["; ".join(found) + "."] if found else []


def _pack_name(case: Mapping[str, Any]) -> tuple[str, str]:
    """Id and version of the pack a case names, as `gb-eng` or `gb-eng@2026.11.0`; no version where none is named."""
    name, _at, version = str(case.get("pack")).partition("@")
    return name, version


def _compared(expected: Mapping[str, Any], decision: Decision) -> list[str]:
    answers = {"outcome": decision.outcome, "reason": decision.reason, "visibility": decision.visibility}
    found = [
        f"{name} is {answer}, expected {expected[name]}"
        for name, answer in answers.items()
        if name in expected and expected[name] != answer
    ]
    wanted = expected.get("has", [])
    if not isinstance(wanted, list) or not all(isinstance(item, str) for item in wanted):
        raise CaseMalformed("expect.has must be a list of texts.")
    absent = [item for item in wanted if item not in decision.obligations]
    if absent:
        found.append(
            f"{', '.join(absent)} should be among the obligations ({', '.join(decision.obligations) or 'none'})"
        )
    found += [f"“{name}” can't be expected" for name in expected if name not in {*answers, "has"}]
    return found
