"""Other systems' numbers for a person: tidied, and checked by the pack's format and check digit. Pure."""

from __future__ import annotations

import re

from stdnum.exceptions import ValidationError
from stdnum.gb import nhs, upn

from core.people.names import clean

LONGEST = 40

_CHECKS = {"mod11_nhs": nhs.validate, "mod23_upn": upn.validate}


def read_identifier(text: str, *, form: str | None, check: str) -> str:
    """The number without spaces and in capitals, or "" for nothing typed.

    `form` is the pack's pattern, `check` its kind of check digit (`none` for one without). Raises ValueError with a
    sentence.
    """
    value = re.sub(r"[\s-]" if check != "none" else r"\s", "", clean(text[: LONGEST * 4])).upper()
    if not value:
        return ""
    if len(value) > LONGEST or (form and not re.fullmatch(form, value)):
        raise ValueError("This is not a number of that kind: check each digit, or leave it empty")
    validate = _CHECKS.get(check)
    if validate is not None:
        try:
            validate(value)
        except ValidationError as problem:
            raise ValueError("The check digit is wrong: two digits may have changed places") from problem
    return value
