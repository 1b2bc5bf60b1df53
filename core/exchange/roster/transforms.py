"""What a cell becomes: the transforms that a mapping can name.

Each takes a cell and its surroundings and returns a clean value, or raises with a code and a sentence. A cell that a
spreadsheet would run, or mark-up, is never kept: in a name it is refused, elsewhere it is left out.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from core.exchange.roster.mapping import Column, RosterMapping
from core.exchange.roster.reading import Cell
from core.people.identity import (
    ApproximateAge,
    UnreadableValue,
    check_birth_date,
    parse_age,
    parse_area,
    parse_birth_date,
    parse_nhs_number,
    parse_phone,
    parse_postcode,
    parse_time,
    read_date,
)
from core.people.names import clean, clean_name, fold, is_formula_or_markup

MAX_TEXT_LENGTH = 300


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a transform may need beyond its cell."""

    mapping: RosterMapping
    column: Column
    today: date


@dataclass(frozen=True, slots=True)
class WholeName:
    """Given and family name from one cell."""

    given: str
    family: str


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A coming visit: its day, and the time where the source gives one."""

    on: date
    at: time | None = None


def transformed(cell: Cell, around: Surroundings) -> Any:
    """The value of a cell by its column's transform. Raises UnreadableValue or NotAUsableName."""
    return TRANSFORM_FUNCTIONS[around.column.transform](cell, around)


def plain_text(cell: Cell) -> str:
    """A cell as clean text; a formula, mark-up or an over-long text gives nothing."""
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, date):
        return f"{cell:%Y-%m-%d}"
    cleaned = clean(cell)
    return "" if len(cleaned) > MAX_TEXT_LENGTH or is_formula_or_markup(cleaned) else cleaned


def _text(cell: Cell, _around: Surroundings) -> str:
    return plain_text(cell)


def _name(cell: Cell, _around: Surroundings) -> str:
    return clean_name(str(cell))


def _optional_name(cell: Cell, _around: Surroundings) -> str:
    try:
        return clean_name(str(cell))
    except ValueError:
        return ""


def _family_comma_given(cell: Cell, _around: Surroundings) -> WholeName:
    family, comma, given = str(cell).partition(",")
    if not comma and clean(family):
        words = clean(family).split()
        family, given = words[-1], " ".join(words[:-1])
    if is_formula_or_markup(clean(str(cell))):
        clean_name(str(cell))  # refuses the whole cell, which a comma inside would have cut in two
    return WholeName(given=clean_name(given), family=clean_name(family))


def _given_family(cell: Cell, _around: Surroundings) -> WholeName:
    words = clean_name(str(cell)).split()
    return WholeName(given=" ".join(words[:-1]), family=words[-1] if words else "")


def _worker(cell: Cell, _around: Surroundings) -> str:
    return plain_text(cell)


def _worker_comma(cell: Cell, _around: Surroundings) -> str:
    family, comma, given = plain_text(cell).partition(",")
    return f"{given.strip()} {family.strip()}" if comma else family


def _birth_date(cell: Cell, around: Surroundings) -> date | None:
    file_format = around.mapping.format
    if isinstance(cell, date):
        return check_birth_date(_day(cell), today=around.today, placeholders=file_format.placeholders)
    return parse_birth_date(cell, formats=file_format.dates, today=around.today, placeholders=file_format.placeholders)


def _day(cell: date) -> date:
    return cell.date() if isinstance(cell, datetime) else cell


def _date(cell: Cell, around: Surroundings) -> date | None:
    return _day(cell) if isinstance(cell, date) else read_date(cell, around.mapping.format.dates, today=around.today)


def _dates(cell: Cell, around: Surroundings) -> tuple[date, ...]:
    if isinstance(cell, date):
        return (_day(cell),)
    found = (
        read_date(part, around.mapping.format.dates, today=around.today) for part in cell.split(around.column.separator)
    )
    return tuple(day for day in found if day)


def _visit(cell: Cell, around: Surroundings) -> PlannedVisit | None:
    if isinstance(cell, datetime):
        return PlannedVisit(cell.date(), cell.time())
    if isinstance(cell, date):
        return PlannedVisit(cell)
    at = parse_time(cell)
    text = re.sub(r"\b\d{1,2}[:.]\d{2}(?::\d{2})?\s*$", "", clean(cell)) if at else cell
    day = read_date(text, around.mapping.format.dates, today=around.today)
    return PlannedVisit(day, at) if day else None


def _age(cell: Cell, around: Surroundings) -> ApproximateAge | None:
    return parse_age(plain_text(cell), as_of=around.today, first_school_year_age=around.column.first_school_year_age)


def _postcode(cell: Cell, around: Surroundings) -> str:
    return parse_postcode(plain_text(cell), around.mapping.country)


def _area(cell: Cell, around: Surroundings) -> str:
    return parse_area(plain_text(cell), around.mapping.country)


def _address(cell: Cell, _around: Surroundings) -> str:
    lines = [plain_text(line) for line in re.split(r"[\r\n]+", str(cell))]
    return "" if is_formula_or_markup(clean(str(cell))) else ", ".join(line.strip(" ,") for line in lines if line)


def _phone(cell: Cell, around: Surroundings) -> str:
    return parse_phone(clean(str(cell))[:40], around.mapping.country)


def _nhs_number(cell: Cell, _around: Surroundings) -> str:
    return parse_nhs_number(str(cell)[:40])


def _reference(cell: Cell, _around: Surroundings) -> str:
    return re.sub(r"\s", "", plain_text(cell)).upper()


def _email(cell: Cell, _around: Surroundings) -> str:
    address = plain_text(cell).replace(" ", "").lower()
    return address if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", address) else ""


def _service(cell: Cell, around: Surroundings) -> str:
    """The code of a service type; a label that the mapping does not know is refused."""
    label = plain_text(cell)
    codes: Mapping[str, str] = {fold(known): code for known, code in around.mapping.services.items()}
    if not label or label in around.mapping.services.values() or not codes:
        return label
    if fold(label) not in codes:
        raise UnreadableValue("unknown_service", f"“{label[:60]}” is no service that the mapping of this file knows.")
    return codes[fold(label)]


def _codes(cell: Cell, around: Surroundings) -> tuple[str, ...]:
    separator = around.column.separator
    return tuple(code for part in plain_text(cell).split(separator) if (code := part.strip()))


TRANSFORM_FUNCTIONS: Mapping[str, Callable[[Cell, Surroundings], object]] = {
    "address": _address,
    "age": _age,
    "area": _area,
    "birth_date": _birth_date,
    "codes": _codes,
    "date": _date,
    "dates": _dates,
    "email": _email,
    "family_comma_given": _family_comma_given,
    "given_family": _given_family,
    "name": _name,
    "nhs_number": _nhs_number,
    "optional_name": _optional_name,
    "phone": _phone,
    "postcode": _postcode,
    "reference": _reference,
    "service": _service,
    "text": _text,
    "visit": _visit,
    "worker": _worker,
    "worker_comma": _worker_comma,
}
