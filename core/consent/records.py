"""What has to be recorded beside the four answers, and if it was: the pack says which fields, this says when.

Each record is asked only where it follows from the answers: how a young person showed that they understand, why a
parent may decide, how a best-interests decision was made. A yes without the record that it needs carries no evidence,
so nothing is shown on it until the record is there.
"""

import re
from collections.abc import Mapping
from datetime import date

from core.consent.evidence import TICKED
from core.consent.materials import AgeBand
from core.consent.pack import Age, Basis, BasisKind, Pack
from core.consent.wording import AGREED, Consenter, Field, FieldSource, Outcome


def age_band(ages: Age, age: int | None) -> AgeBand:
    """Where an age stands among the pack's ages."""
    if age is None:
        return AgeBand.UNKNOWN
    if age >= ages.adult_from:
        return AgeBand.ADULT
    if age >= ages.presumed_capacity_from:
        return AgeBand.PRESUMED
    return AgeBand.ASSESSED if age >= ages.assess_from else AgeBand.BELOW


def records_asked(
    rules: Pack,
    basis: Basis | None,
    *,
    result: Outcome,
    with_whom: Consenter | None,
    competent: bool | None,
    age: int | None,
) -> tuple[str, ...]:
    """The fields that follow from these answers, but for those that every talk has."""
    records = rules.conversation.records
    asked: list[str] = []
    if result in AGREED and with_whom is Consenter.SELF and competent and age_band(rules.age, age) is AgeBand.ASSESSED:
        asked += records.competence
    if result in AGREED and with_whom is Consenter.PARENT:
        asked += records.parental_responsibility
    if basis is not None and basis.kind is BasisKind.CAPACITY:
        asked += records.best_interests
    return tuple(asked)


def records_complete(rules: Pack, asked: tuple[str, ...], picked: Mapping[str, str]) -> bool:
    """Whether each of these fields has a right answer, or a default that stands for one."""
    return all(_is_answered(rules.wording.fields[slug], picked.get(slug)) for slug in asked)


def is_disputed(rules: Pack, picked: Mapping[str, str]) -> bool:
    """Whether a parent's answers are ones that a safeguarding lead looks at first (regimes, section 3.2)."""
    return any(picked.get(slug) in values for slug, values in rules.conversation.records.review_if.items())


def _is_answered(field: Field, picked: str | None) -> bool:
    value = picked or field.default
    match field.source:
        case FieldSource.LIST:
            return value in {option.value for option in field.options}
        case FieldSource.TICK:
            return value == TICKED
        case FieldSource.DATE:
            return _is_day(value)
        case FieldSource.REFERENCE:
            return bool(value and re.fullmatch(field.format or "", value))
        case _:
            return True


def _is_day(text: str | None) -> bool:
    try:
        return bool(text and date.fromisoformat(text))
    except ValueError:
        return False
