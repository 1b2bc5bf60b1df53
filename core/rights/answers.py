"""The answers of a duty to record, checked against what the pack asks. Pure; nothing that is not asked is kept.

Kept are codes, days as 2026-11-21, references in their format and agencies' ids: never a word of anybody's own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date

from core.consent.record_wording import AskedAs, RecordEvent, RecordField

OTHER_AGENCY = "other"
"""An agency that is not on the council's list."""

TICKED = "yes"

Given = str | bool | date | Collection[str] | None
Kept = str | list[str]


class AnswersInvalid(Exception):
    """Some answers are missing or not among those offered. `errors` holds a sentence by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = dict(errors)


def checked(
    event: RecordEvent, given: Mapping[str, Given], *, agencies: Collection[str], today: date
) -> dict[str, Kept]:
    """The answers fit to keep. Raises AnswersInvalid with a sentence for each field that is not."""
    errors: dict[str, str] = {}
    kept: dict[str, Kept] = {}
    for field in event.fields:
        value = _value(field, given.get(field.slug), agencies, today)
        if value:
            kept[field.slug] = value
        elif given.get(field.slug) or not field.is_optional:
            errors[field.slug] = _sentence(field, given.get(field.slug))
    if errors:
        raise AnswersInvalid(errors)
    return kept


def _value(field: RecordField, given: Given, agencies: Collection[str], today: date) -> Kept | None:
    codes = {option.value for option in field.options}
    match field.asked_as:
        case AskedAs.LIST:
            return given if isinstance(given, str) and given in codes else None
        case AskedAs.SEVERAL:
            many = given if isinstance(given, Collection) and not isinstance(given, str) else ()
            return [option.value for option in field.options if option.value in many] if set(many) <= codes else None
        case AskedAs.TICK:
            return TICKED if given in (True, TICKED) else None
        case AskedAs.DATE:
            return given.isoformat() if isinstance(given, date) and given <= today else None
        case AskedAs.REFERENCE:
            return given.strip() if isinstance(given, str) and re.fullmatch(field.format, given.strip()) else None
        case AskedAs.AGENCY:
            return given if isinstance(given, str) and given in {*agencies, OTHER_AGENCY} else None


def _sentence(field: RecordField, given: Given) -> str:
    match field.asked_as:
        case AskedAs.DATE:
            return "Enter a day that is today or in the past"
        case AskedAs.REFERENCE:
            return "Enter the reference: letters, numbers and signs such as / and -, and no names"
        case AskedAs.TICK:
            return f"Tick the box: {field.label}"
        case _:
            return f"Choose one of the answers: {field.label}" if given else f"Choose an answer: {field.label}"
