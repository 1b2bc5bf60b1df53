"""The words in which a pack gives a deadline, and what they mean: `1 month`, `30 days_inclusive`, `20 working_days`.

The words are the packs' own (regimes, sections 3.6, 4.5 and 9.1). Which day a deadline falls on, with its working days
and holidays, is worked out by `core.rights.clocks`. No framework here: packs are checked with this.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

_PERIOD = re.compile(r"(?P<number>[1-9]\d{0,3}) (?P<unit>[a-z_]+)(?P<rest>.*)")
_REPEATABLE = re.compile(r",? ?repeatable$")


class DeadlineUnknown(ValueError):
    """A pack gives a deadline in words that nobody can count by."""


class Count(StrEnum):
    """How a period is counted.

    `days` begin on the day after the first; `days_inclusive` count the first day as one of them.
    """

    MONTHS = "months"
    DAYS = "days"
    DAYS_INCLUSIVE = "days_inclusive"
    WORKING_DAYS = "working_days"


_UNITS = {
    "month": Count.MONTHS,
    "months": Count.MONTHS,
    "day": Count.DAYS,
    "days": Count.DAYS,
    "days_after": Count.DAYS,
    "days_inclusive": Count.DAYS_INCLUSIVE,
    "working_day": Count.WORKING_DAYS,
    "working_days": Count.WORKING_DAYS,
}


@dataclass(frozen=True)
class Period:
    """A number of months or days."""

    number: int
    count: Count


@dataclass(frozen=True)
class Extension:
    """A period by which a deadline may be put off, on which ground, and whether more than once."""

    period: Period
    ground: str
    is_repeatable: bool


def read_deadline(words: str) -> Period:
    """`30 days_after` as a period. Raises DeadlineUnknown."""
    period, rest = _read(words)
    if rest:
        raise DeadlineUnknown(f"“{words}” is not a deadline such as 1 month, 30 days_inclusive or 20 working_days.")
    return period


def read_extensions(words: str | None) -> tuple[Extension, ...]:
    """`15 days consultation; 30 days by agreement, repeatable` as the extensions it names. Raises DeadlineUnknown.

    An extension without words of its own has the ground "".
    """
    return tuple(_extension(part.strip()) for part in words.split(";")) if words else ()


def deadline_problem(deadline: str, extend: str | None) -> str:
    """What is wrong with a right's deadline or extension, as a sentence; empty when both can be counted by."""
    try:
        read_deadline(deadline)
        read_extensions(extend)
    except DeadlineUnknown as unknown:
        return str(unknown)
    return ""


def _extension(words: str) -> Extension:
    period, rest = _read(words)
    if period.count is Count.DAYS_INCLUSIVE:
        raise DeadlineUnknown(f"“{words}” can't extend a deadline: an extension has no first day of its own.")
    return Extension(period, _REPEATABLE.sub("", rest), is_repeatable=bool(_REPEATABLE.search(rest)))


def _read(words: str) -> tuple[Period, str]:
    found = _PERIOD.fullmatch(words.strip())
    count = _UNITS.get(found["unit"]) if found else None
    if found is None or count is None:
        raise DeadlineUnknown(f"“{words}” is not a deadline such as 1 month, 30 days_inclusive or 20 working_days.")
    return Period(int(found["number"]), count), found["rest"].strip()
