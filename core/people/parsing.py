"""One search box, taken apart: names in any order, birth date or year, postcode, phone, identifier.

Pure, and it never raises: whatever is typed means something or is left out. What could not be a date is said in a
sentence, and the rest still counts. Wildcards mean nothing here, and so are ignored.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from core.people import names
from core.people.identity import (
    OLDEST_AGE,
    UnreadableValue,
    check_birth_date,
    parse_nhs_number,
    parse_phone,
    parse_postcode,
    read_date,
)
from core.people.records import NHS_NUMBER

LONGEST_TYPED = 200
MOST_NAMES = 6
FEWEST_LETTERS = 2

_DATE_FORMATS = ("d/m/yyyy", "d mmm yyyy", "d/m/yy", "d mmm yy")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATES = (
    re.compile(r"(?<!\d)(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>\d{1,2})\s?[/.-]\s?(?P<month>\d{1,2})\s?[/.-]\s?(?P<year>\d{4}|\d{2})(?!\d)"),
    re.compile(r"(?<!\d)(?P<day>[0-3]\d)(?P<month>[01]\d)(?P<year>(?:19|20)\d{2})(?!\d)"),
    re.compile(
        rf"(?<!\d)(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s./-]*(?P<month>{_MONTH})[\s,./-]*(?P<year>\d{{4}}|\d{{2}})(?!\d)",
        re.I,
    ),
)
_YEAR = re.compile(r"(?<!\S)(\d{4})(?!\S)")
_NUMBER = re.compile(r"(?<!\w)\+?\(?\d[\d\s()\-]{6,20}\d(?!\w)")
_POSTCODES = {
    "GB": re.compile(r"(?<!\w)[a-z]{1,2}\d[a-z\d]?\s*\d[a-z]{2}(?!\w)", re.I),
    "AU": re.compile(r"(?<!\S)\d{4}(?!\S)"),
}
_AREA = re.compile(r"(?<!\w)[a-z]{1,2}\d[a-z\d]?(?!\w)", re.I)
_REFERENCE = re.compile(r"(?<!\S)(?=\S*\d)[a-z0-9][a-z0-9/_-]{3,39}(?!\S)", re.I)
_JOINERS = "-'’‐‑–"  # noqa: RUF001 - the look-alikes are what people paste
_PARTICLES = frozenset({"al", "da", "de", "del", "della", "den", "der", "di", "dos", "el", "la", "le", "van", "von"})
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "master", "dr", "mx"})
_WILDCARDS = str.maketrans(dict.fromkeys('*%?_~"“”;:', " "))


@dataclass(frozen=True, slots=True)
class ParsedSearch:
    """What was typed, as far as it means something. Empty text, None and () mean: not typed.

    `words` are the folded names to find, in any order; `given` and `family` are the best guess at them as they would
    be written, for someone who is then added. `birth_dates` holds the date, and the one with day and month exchanged
    where that is a day too. `identifiers` are (kind, value) pairs; `problems` are sentences.
    """

    words: tuple[str, ...] = ()
    given: str = ""
    family: str = ""
    birth_date: date | None = None
    other_birth_date: date | None = None
    birth_year: int | None = None
    postcode: str = ""
    area: str = ""
    phone: str = ""
    identifiers: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed that could find anybody."""
        found = self.words or self.birth_date or self.postcode or self.phone or self.identifiers
        return not found

    @property
    def fields(self) -> tuple[str, ...]:
        """Which kinds of fields were typed, in the packs' words, for the decision about a search."""
        return tuple(
            name
            for name, typed in (
                ("given_name", self.given),
                ("family_name", self.family),
                ("dob", self.birth_date or self.birth_year),
                ("postcode", self.postcode or self.area),
                ("phone", self.phone),
                ("identifier", self.identifiers),
            )
            if typed
        )

    @property
    def name(self) -> str:
        """The name as it would be written."""
        return " ".join(part for part in (self.given, self.family) if part)


def parse_search(text: str, *, country: str, today: date, kinds: Collection[str] = ()) -> ParsedSearch:
    """What `text` asks for. `country` is two letters, for phones and postcodes.

    `kinds` are the codes of the identifiers that may be searched by: the packs' own.
    """
    rest = names.clean(text[: LONGEST_TYPED * 4])[:LONGEST_TYPED].translate(_WILDCARDS)
    born, problems, rest = _take_date(rest, today)
    numbers, phone, rest = _take_numbers(rest, country, kinds)
    year, rest = _take_year(rest, today) if born is None else (None, rest)
    postcode, rest = _take_postcode(rest, country)
    area, rest = _take_area(rest, country) if not postcode else ("", rest)
    references, rest = _take_references(rest, kinds)
    given, family = _guess_names(rest)
    return ParsedSearch(
        words=_words(f"{given} {family}"),
        given=given,
        family=family,
        birth_date=born,
        other_birth_date=exchanged(born, today),
        birth_year=year,
        postcode=postcode,
        area=area,
        phone=phone,
        identifiers=(*numbers, *references),
        problems=problems,
    )


def _take_date(text: str, today: date) -> tuple[date | None, tuple[str, ...], str]:
    """The first birth date in `text`, sentences about one that can't be, and the rest."""
    for pattern in _DATES:
        found = pattern.search(text)
        if not found:
            continue
        rest = f"{text[: found.start()]} {text[found.end() :]}"
        month = found["month"]
        between = "/" if month.isdigit() else " "
        plain = between.join((found["day"], month[:3] if between == " " else month, found["year"]))
        try:
            return check_birth_date(read_date(plain, _DATE_FORMATS, today=today), today=today), (), rest
        except UnreadableValue as problem:
            return None, (problem.sentence,), rest
    return None, (), text


def exchanged(born: date | None, today: date) -> date | None:
    """The date with day and month exchanged, where that is another day that has come."""
    if born is None or born.day > 12 or born.day == born.month:
        return None
    other = date(born.year, born.day, born.month)
    return other if other <= today else None


def _take_numbers(text: str, country: str, kinds: Collection[str]) -> tuple[tuple[tuple[str, str], ...], str, str]:
    """The long number in `text`: an NHS number where its check digit says so, else a phone number."""
    found = _NUMBER.search(text)
    if not found:
        return (), "", text
    digits = re.sub(r"\D", "", found[0])
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    if NHS_NUMBER in kinds and not digits.startswith("0") and _is_nhs_number(digits):
        return ((NHS_NUMBER, digits),), "", rest
    phone = parse_phone(found[0].strip(), country)
    return ((), phone, rest) if phone else ((), "", text)


def _is_nhs_number(digits: str) -> bool:
    try:
        return bool(parse_nhs_number(digits))
    except UnreadableValue:
        return False


def _take_year(text: str, today: date) -> tuple[int | None, str]:
    for found in _YEAR.finditer(text):
        year = int(found[1])
        if today.year - OLDEST_AGE <= year <= today.year:
            return year, f"{text[: found.start()]} {text[found.end() :]}"
    return None, text


def _take_postcode(text: str, country: str) -> tuple[str, str]:
    pattern = _POSTCODES.get(country)
    for found in pattern.finditer(text) if pattern else ():
        postcode = parse_postcode(found[0], country)
        if postcode:
            return postcode, f"{text[: found.start()]} {text[found.end() :]}"
    return "", text


def _take_area(text: str, country: str) -> tuple[str, str]:
    found = _AREA.search(text) if country == "GB" else None
    return (found[0].upper(), f"{text[: found.start()]} {text[found.end() :]}") if found else ("", text)


def _take_references(text: str, kinds: Collection[str]) -> tuple[tuple[tuple[str, str], ...], str]:
    """A word with a digit in it may be another system's number: of any kind that may be searched by."""
    found = _REFERENCE.search(text)
    others = [kind for kind in sorted(kinds) if kind != NHS_NUMBER]
    if not found or not others:
        return (), text
    value = found[0].upper()
    return tuple((kind, value) for kind in others), f"{text[: found.start()]} {text[found.end() :]}"


def _guess_names(text: str) -> tuple[str, str]:
    """First names and surname: “SMITH, Amy”, “SMITH Amy” and “Amy Smith” all say the same."""
    before, comma, after = text.partition(",")
    if comma and list(_written(before)) and list(_written(after)):
        return _tidied(_written(after)), _tidied(_written(before))
    words = list(_written(text))
    if not words:
        return "", ""
    capitals = [word for word in words if len(word) > 1 and word.isupper()]
    if len(capitals) == 1 and len(words) > 1 and capitals[0] == words[0]:
        return _tidied(words[1:]), _tidied(words[:1])
    if len(words) == 1:
        return _tidied(words), ""
    last = len(words) - 1
    while last > 1 and names.fold(words[last - 1]) in _PARTICLES:
        last -= 1
    return _tidied(words[:last]), _tidied(words[last:])


def _written(text: str) -> Iterator[str]:
    """The words that can be names, as typed."""
    for word in text.replace(",", " ").split():
        bare = "".join(sign for sign in word if _is_of_a_name(sign)).strip(_JOINERS)
        if bare and any(sign.isalpha() for sign in bare) and names.fold(bare) not in _TITLES:
            yield bare


def _is_of_a_name(sign: str) -> bool:
    """Letters, the marks that belong to them in many scripts, apostrophes and hyphens."""
    return sign.isalpha() or sign in _JOINERS or unicodedata.category(sign).startswith("M")


def _tidied(words: Iterator[str] | list[str]) -> str:
    return " ".join(names.tidy_case(word) for word in list(words)[:MOST_NAMES])[: names.MAX_NAME_LENGTH].strip()


def _words(text: str) -> tuple[str, ...]:
    kept = (word for word in names.fold_tokens(text) if len(word) >= FEWEST_LETTERS or not word.isascii())
    return tuple(dict.fromkeys(kept))[:MOST_NAMES]
