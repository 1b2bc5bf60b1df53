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
from core.consent.decision import decide
from core.consent.pack import Pack
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
            remarks += [f"{path.name}, {name}: the key “{key}” is not read." for key in unread_keys(case)]
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


def _differences(case: Mapping[str, Any], packs: Mapping[str, Pack]) -> list[str]:
    """At most one sentence: everything about this case that is not as expected."""
    pack, expected = packs.get(str(case.get("pack"))), case.get("expect")
    if pack is None:
        return [f"there is no pack “{case.get('pack')}”."]
    if not isinstance(expected, Mapping) or not expected:
        return ["it does not say what to expect."]
    try:
        decision = decide(Policy(pack), request_from_case(case))
    except CaseMalformed as malformed:
        return [str(malformed)]
    found = _compared(expected, decision)
    return ["; ".join(found) + "."] if found else []


def _compared(expected: Mapping[str, Any], decision: Decision) -> list[str]:
    answers = {"outcome": decision.outcome, "reason": decision.reason, "visibility": decision.visibility}
    found = [
        f"{name} is {answer}, expected {expected[name]}"
        for name, answer in answers.items()
        if name in expected and expected[name] != answer
    ]
    absent = [item for item in expected.get("has", []) if item not in decision.obligations]
    if absent:
        found.append(
            f"{', '.join(absent)} should be among the obligations ({', '.join(decision.obligations) or 'none'})"
        )
    found += [f"“{name}” can't be expected" for name in expected if name not in {*answers, "has"}]
    return found
