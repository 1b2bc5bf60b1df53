"""The fields of evidence that a basis demands, each with its value, as the pack says they are obtained.

Only values that are right are there: an option of the list, a reference in its format, a real date. What is absent is
what `decide` reports as missing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from core.consent.pack import Age, Basis, Pack
from core.consent.request import Recipient
from core.consent.wording import AGREED, Consenter, Field, FieldSource, Option, Outcome, TakenFrom

TICKED = "yes"
WHAT_IS_SHOWN = "name,role,agency,phone,next_visit,last_contact"  # all that a publication ever discloses
THE_NETWORK = "network"  # each agency that joins is decided for, and recorded, by itself


@dataclass(frozen=True, kw_only=True)
class Said:
    """What evidence is drawn from: the conversation, what was picked, and whom it would be shown to."""

    result: Outcome
    with_whom: Consenter | None
    competent: bool | None
    client_age: int | None
    material_version: str
    factors: frozenset[str]
    recipients: tuple[Recipient, ...]
    is_for_named_agencies: bool
    picked: Mapping[str, str]


def evidence_for(rules: Pack, basis: Basis, said: Said) -> dict[str, str]:
    """The fields of `basis` that are there, with their values."""
    values = ((slug, _value(rules, basis, rules.wording.fields[slug], said)) for slug in basis.fields)
    return {slug: value for slug, value in values if value}


def options_for(basis: Basis, field: Field) -> tuple[Option, ...]:
    """The options of a list that this basis allows: what the form offers, and all that counts as an answer."""
    allowed = basis.enums.get(field.slug)
    return tuple(
        option
        for option in field.options
        if (not option.only_for or basis.code in option.only_for) and (allowed is None or option.value in allowed)
    )


def _value(rules: Pack, basis: Basis, field: Field, said: Said) -> str | None:
    picked = said.picked.get(field.slug) or None
    match field.source:
        case FieldSource.LIST:
            value = picked or field.default
            return value if value in {option.value for option in options_for(basis, field)} else None
        case FieldSource.TICK:
            return picked if picked == TICKED else None
        case FieldSource.DATE:
            return picked if picked and _is_day(picked) else None
        case FieldSource.REFERENCE:
            return picked if picked and re.fullmatch(field.format or "", picked) else None
        case FieldSource.CONVERSATION | FieldSource.DERIVED:
            return _worked_out(rules, basis, field.taken_from, said)


def _worked_out(rules: Pack, basis: Basis, taken_from: TakenFrom | None, said: Said) -> str | None:
    """What nobody has to be asked again. Nothing is worked out from a conversation that was not held."""
    if said.result is Outcome.NOT_YET:
        return None
    match taken_from:
        case TakenFrom.WITH_WHOM:
            return said.with_whom if said.result in AGREED else None
        case TakenFrom.OUTCOME:
            return said.result
        case TakenFrom.MATERIAL_VERSION:
            return said.material_version
        case TakenFrom.CAPACITY_BASIS:
            return _capacity_basis(rules.age, said)
        case TakenFrom.RECIPIENTS:
            agencies = ",".join(sorted(recipient.agency for recipient in said.recipients))
            return agencies or (None if said.is_for_named_agencies else THE_NETWORK)
        case TakenFrom.FACTORS:
            return ",".join(sorted(said.factors.intersection(basis.factors)))
        case TakenFrom.WHAT_IS_SHOWN:
            return WHAT_IS_SHOWN
        case None:
            return None


def _capacity_basis(ages: Age, said: Said) -> str | None:
    """Why the one who was asked may decide; nothing where a minor's understanding had to be judged and was not."""
    if said.with_whom is Consenter.ATTORNEY_OR_DEPUTY:
        return "attorney_or_deputy"
    if said.with_whom is Consenter.PARENT:
        return "parental_responsibility"
    if said.with_whom is None or said.client_age is None:
        return None
    if said.client_age >= ages.adult_from:
        return "adult_presumed"
    if said.competent:
        return "assessed_competent"
    return "presumed_from_age" if said.competent is None and said.client_age >= ages.presumed_capacity_from else None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
