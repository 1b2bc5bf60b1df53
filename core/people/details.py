"""From what somebody types about a client to details fit to keep, or a sentence for each field that is not.

Pure, and the same for every door: a page, an import or an interface gives texts, and gets `ClientDetails` back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from core.people import names
from core.people.errors import DetailsInvalid
from core.people.identity import (
    OLDEST_AGE,
    ApproximateAge,
    UnreadableValue,
    check_birth_date,
    parse_age,
    parse_phone,
    parse_postcode,
)
from core.people.records import ClientDetails

LONGEST_ADDRESS = 200
NAME_FIELDS = ("given_name", "family_name", "middle_names", "known_as", "former_family_name")

_MISSING = {"given_name": "Enter a first name", "family_name": "Enter a surname"}
_SUBJECTS = {
    "given_name": "The first name",
    "family_name": "The surname",
    "middle_names": "The middle names",
    "known_as": "The name they are known as",
    "former_family_name": "The former surname",
}


def read_details(
    typed: Mapping[str, str],
    *,
    birth_date: date | None,
    country: str,
    today: date,
    noted_age: ApproximateAge | None = None,
) -> ClientDetails:
    """What was typed, checked and tidied. `typed` holds texts by field, `age` among them; a missing one is empty.

    `noted_age` is an approximate age kept before: it stays when nothing new is typed. Raises DetailsInvalid with a
    sentence by field: a first name, a surname, and a birth date or an approximate age are needed.
    """
    errors: dict[str, str] = {}
    kept = {field: _name(field, typed.get(field, ""), errors) for field in NAME_FIELDS}
    born = _born(birth_date, today, errors)
    age = None if born else _age(typed.get("age", ""), today, errors) or noted_age
    if born is None and age is None and not {"birth_date", "age"} & errors.keys():
        errors["birth_date"] = "Enter a birth date, or say about how old they are"
    kept["address"] = _address(typed.get("address", ""), errors)
    kept["postcode"] = _known_form(typed, "postcode", parse_postcode, country, "a full postcode", errors)
    kept["phone"] = _known_form(typed, "phone", parse_phone, country, "a phone number", errors)
    if errors:
        raise DetailsInvalid(errors)
    return ClientDetails(birth_date=born, approximate_age=age, **kept)


def _name(field: str, text: str, errors: dict[str, str]) -> str:
    try:
        name = names.tidy_case(names.clean_name(text))
    except names.NotAUsableName as problem:
        errors[field] = problem.sentence.replace("The name", _SUBJECTS[field], 1)
        return ""
    if not name and field in _MISSING:
        errors[field] = _MISSING[field]
    return name


def _born(birth_date: date | None, today: date, errors: dict[str, str]) -> date | None:
    try:
        return check_birth_date(birth_date, today=today, placeholders=())
    except UnreadableValue as problem:
        errors["birth_date"] = problem.sentence
        return None


def _age(text: str, today: date, errors: dict[str, str]) -> ApproximateAge | None:
    typed = names.clean(text[:200])
    if not typed:
        return None
    age = parse_age(typed[:40], as_of=today)
    if age is None or age.oldest > OLDEST_AGE:
        errors["age"] = "Enter an age in years, such as 14, or 13 to 15"
        return None
    return age


def _address(text: str, errors: dict[str, str]) -> str:
    address = names.clean(text[: LONGEST_ADDRESS * 4])
    if len(address) > LONGEST_ADDRESS or len(text) > LONGEST_ADDRESS * 4:
        errors["address"] = f"The address may have up to {LONGEST_ADDRESS} characters"
        return ""
    if names.is_formula_or_markup(address):
        errors["address"] = "The address holds a formula or mark-up, not an address"
        return ""
    return address


def _known_form(
    typed: Mapping[str, str],
    field: str,
    read: Callable[[str, str], str],
    country: str,
    what: str,
    errors: dict[str, str],
) -> str:
    text = names.clean(typed.get(field, "")[:200])
    if not text:
        return ""
    value = read(text, country)
    if not value:
        errors[field] = f"Enter {what}, or leave it empty"
    return value
