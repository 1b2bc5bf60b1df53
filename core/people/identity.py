"""What picks out one person: names, birth date or age, address, phone, identifiers; and reading them from text.

Pure rules with the place as a parameter: a country code for phones, a `PostcodeFormat` from the council's pack. It
holds nothing about why a person is known to anybody.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from functools import lru_cache
from types import MappingProxyType

import phonenumbers
from nhs_number.validate import is_valid as is_valid_nhs_number

from core.people.names import clean

NHS = "nhs"
"""The scheme of NHS numbers in `Identity.identifiers`."""

OLDEST_AGE = 120
_UNKNOWN_WORDS = frozenset({"", "n/k", "nk", "n/a", "na", "not known", "unknown", "unk", "none", "-", "?", "dob?"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE_PARTS = {
    "dd": r"(?P<day>\d{1,2})",
    "d": r"(?P<day>\d{1,2})",
    "mmm": r"(?P<month_name>[A-Za-z]{3,9})\.?",
    "mm": r"(?P<month>\d{1,2})",
    "m": r"(?P<month>\d{1,2})",
    "yyyy": r"(?P<year>\d{4})",
    "yy": r"(?P<short_year>\d{2})",
}


class UnreadableValue(ValueError):
    """A cell can't be what it should be; `code` says how, the text is the sentence to show."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class ApproximateAge:
    """Somebody's age as another person guessed it on a day."""

    youngest: int
    oldest: int
    as_of: date

    def fits(self, born: date, *, leeway: int = 1) -> bool:
        """Whether a person born then may have been of this age, give or take `leeway` years."""
        age = whole_years(born, self.as_of)
        return self.youngest - leeway <= age <= self.oldest + leeway

    def overlaps(self, other: "ApproximateAge", *, leeway: int = 2) -> bool:
        """Whether the two guesses may be about one person."""
        drift = other.as_of.year - self.as_of.year
        return (
            self.youngest + drift - leeway <= other.oldest + leeway
            and other.youngest - leeway <= self.oldest + drift + leeway
        )


@dataclass(frozen=True, slots=True)
class PostcodeFormat:
    """How a country writes postcodes: a pattern over capitals without spaces, with groups `area` and `rest`."""

    pattern: str
    area_pattern: str
    joiner: str = " "


POSTCODE_FORMATS: Mapping[str, PostcodeFormat] = MappingProxyType(
    {
        "GB": PostcodeFormat(r"(?P<area>[A-Z]{1,2}\d[A-Z\d]?)(?P<rest>\d[A-Z]{2})", r"[A-Z]{1,2}\d[A-Z\d]?"),
        "AU": PostcodeFormat(r"(?P<area>\d{4})(?P<rest>)", r"\d{4}", joiner=""),
    }
)
"""By country; a council's pack may give a narrower one."""


@dataclass(frozen=True, slots=True)
class Identity:
    """One description of a person, as one source gives it. Empty text and None mean: not said.

    `identifiers` are numbers that one body gives a person for life (an NHS number): two different ones are two people.
    `references` are a source system's own number for the person, by source. `age_limits` is whom the service sees at
    all (a school nurse sees no parent): it may rule a person out, and never speaks for one.
    """

    given: str = ""
    middle: str = ""
    family: str = ""
    known_as: str = ""
    former_family: str = ""
    birth_date: date | None = None
    approximate_age: ApproximateAge | None = None
    address: str = ""
    postcode: str = ""
    area: str = ""
    phone: str = ""
    identifiers: Mapping[str, str] = field(default_factory=dict, hash=False)
    references: Mapping[str, str] = field(default_factory=dict, hash=False)
    age_limits: ApproximateAge | None = None

    def sort_key(self) -> tuple[str, ...]:
        """An order of descriptions by what they say, so that results never hang on the order of rows."""
        age, limits = self.approximate_age, self.age_limits
        return (
            self.family,
            self.given,
            self.middle,
            self.known_as,
            self.former_family,
            str(self.birth_date or ""),
            f"{age.youngest}-{age.oldest}-{age.as_of}" if age else "",
            f"{limits.youngest}-{limits.oldest}-{limits.as_of}" if limits else "",
            self.postcode,
            self.address,
            self.area,
            self.phone,
            *(f"{scheme}={value}" for scheme, value in sorted({**self.identifiers, **self.references}.items())),
        )

    def without_references(self) -> "Identity":
        """The same description without the sources' own numbers."""
        return replace(self, references={})


def whole_years(born: date, on: date) -> int:
    """Somebody's age in whole years."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def read_date(text: str, formats: Sequence[str], *, today: date) -> date | None:
    """The day that `text` names in one of `formats` (`dd/mm/yyyy`, `yyyy-mm-dd`, `d mmm yyyy`, `dd-mmm-yy`).

    None where it says nothing ("", "n/k", 00/00/0000). A year of two digits is the latest that is not after `today`.
    Raises UnreadableValue: `impossible_date` for a day that does not exist, `unreadable_date` for anything else.
    """
    cleaned = clean(text)
    if cleaned.lower() in _UNKNOWN_WORDS or not re.sub(r"[0/.\- ]", "", cleaned):
        return None
    for wanted in formats:
        found = _date_pattern(wanted).fullmatch(cleaned)
        if not found:
            continue
        try:
            return _day_from(found.groupdict(), today)
        except ValueError as problem:
            raise UnreadableValue("impossible_date", f"{cleaned[:20]} is a day that does not exist.") from problem
    raise UnreadableValue("unreadable_date", f"“{cleaned[:20]}” can't be read as a date.")


def parse_birth_date(
    text: str, *, formats: Sequence[str], today: date, placeholders: Sequence[date] = (date(1900, 1, 1),)
) -> date | None:
    """The birth date that `text` gives; None where it gives none or a system's placeholder.

    Raises UnreadableValue: `impossible_birth_date`, `future_birth_date` or `unreadable_birth_date`.
    """
    try:
        born = read_date(text, formats, today=today)
    except UnreadableValue as problem:
        code = problem.code.replace("_date", "_birth_date")
        raise UnreadableValue(code, f"The birth date {problem.sentence}") from problem
    return check_birth_date(born, today=today, placeholders=placeholders)


def check_birth_date(
    born: date | None, *, today: date, placeholders: Sequence[date] = (date(1900, 1, 1),)
) -> date | None:
    """`born` if a living person may have it; None for a placeholder. Raises UnreadableValue."""
    if born is None or born in placeholders:
        return None
    if born > today:
        raise UnreadableValue("future_birth_date", f"The birth date {spoken(born)} has not come yet.")
    if whole_years(born, today) > OLDEST_AGE:
        raise UnreadableValue("impossible_birth_date", f"Nobody now living was born on {spoken(born)}.")
    return born


def parse_age(text: str, *, as_of: date, first_school_year_age: int = 5) -> ApproximateAge | None:
    """An age as people say it (`14`, `14ish`, `13-14`, `about 15`, `yr 9`); None where nothing can be read.

    `first_school_year_age` is how old a child is at the start of Year 1: 5 in England, 6 in Victoria.
    """
    cleaned = clean(text).lower()
    numbers = [int(number) for number in re.findall(r"\d{1,3}", cleaned)]
    if not numbers or max(numbers) > OLDEST_AGE:
        return None
    youngest, oldest = min(numbers), max(numbers)
    if re.match(r"y(ea)?r?\.?\s*\d", cleaned):
        youngest += first_school_year_age - 1
        return ApproximateAge(youngest, youngest + 1, as_of)
    if re.search(r"ish|about|approx|\?|~|c\.", cleaned):
        return ApproximateAge(max(youngest - 1, 0), oldest + 1, as_of)
    return ApproximateAge(youngest, oldest, as_of)


def parse_postcode(text: str, country: str, formats: Mapping[str, PostcodeFormat] = POSTCODE_FORMATS) -> str:
    """The postcode in its usual writing (`WS13 8PJ`, `3192`), or "" where `text` holds none of this country."""
    wanted = formats[country]
    found = re.fullmatch(wanted.pattern, re.sub(r"[\s.-]", "", clean(text)).upper())
    return wanted.joiner.join(filter(None, (found["area"], found["rest"]))) if found else ""


def parse_area(text: str, country: str, formats: Mapping[str, PostcodeFormat] = POSTCODE_FORMATS) -> str:
    """The first half of a postcode named anywhere in `text` ("Burntwood WS7" gives `WS7`), or ""."""
    wanted = formats[country]
    for word in reversed(clean(text).upper().split()):
        whole = re.fullmatch(wanted.pattern, word)
        if whole:
            return whole["area"]
        if re.fullmatch(wanted.area_pattern, word):
            return word
    return ""


def parse_phone(text: str, country: str) -> str:
    """The phone number in E.164 (`+447700900341`), or "" where `text` holds none.

    Words around it ("Tel:", "(mum)") are left out, a lost leading zero is put back.
    """
    bare = re.sub(r"\([^)\d]*\)", " ", clean(text))
    bare = re.sub(r"[^\d+() /-]", " ", bare).split("/")[0].strip()
    if sum(character.isdigit() for character in bare) < 8:
        return ""
    try:
        number = phonenumbers.parse(bare, country)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def parse_nhs_number(text: str) -> str:
    """The NHS number as ten digits, or "" where the cell is empty or says it is not known.

    Raises UnreadableValue (`nhs_check_digit`) when it is not a valid number. Source: NHS Data Dictionary, NHS NUMBER.
    """
    cleaned = clean(text)
    if cleaned.lower() in _UNKNOWN_WORDS:
        return ""
    digits = re.sub(r"[\s-]", "", cleaned)
    if not digits.isascii() or not digits.isdigit() or len(digits) != 10:
        raise UnreadableValue("nhs_check_digit", "The NHS number does not have ten digits.")
    if not is_valid_nhs_number(digits):
        raise UnreadableValue("nhs_check_digit", "The NHS number's check digit is wrong: two digits may be swapped.")
    return digits


def parse_time(text: str) -> time | None:
    """A time of day such as `14:30`, or None."""
    found = re.search(r"\b([01]?\d|2[0-3])[:.]([0-5]\d)\b", text)
    return time(int(found[1]), int(found[2])) if found else None


def spoken(day: date) -> str:
    """A date as people write it: 3 April 2015."""
    return f"{day.day} {day:%B %Y}"


@lru_cache(maxsize=100)
def _date_pattern(wanted: str) -> re.Pattern[str]:
    pieces = re.split(r"(yyyy|yy|mmm|mm|m|dd|d)", wanted)
    pattern = "".join(_DATE_PARTS.get(piece, re.escape(piece)) for piece in pieces)
    return re.compile(pattern + r"(?: 00:00(?::00)?)?")


def _day_from(parts: Mapping[str, str | None], today: date) -> date:
    day, month_name, year = int(parts["day"] or 0), parts.get("month_name"), parts.get("year")
    month = int(parts.get("month") or 0)
    if month_name:
        month = _MONTHS.index(month_name[:3].lower()) + 1
    if year:
        return date(int(year), month, day)
    short_year = int(parts["short_year"] or 0)
    return date(today.year - (today.year - short_year) % 100, month, day)
