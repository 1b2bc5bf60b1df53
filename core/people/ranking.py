"""Which of the retrieved clients fit what was typed, best first, and why.

Pure. A name counts word by word, in any order, so that surname first or first name first is the same; a short form, a
lost accent or one slip of the pen still fits. A birth date, postcode, phone or identifier lifts or lowers. What falls
below the threshold is left out: a long list of near names helps nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rapidfuzz.distance import OSA

from core.people import names
from core.people.parsing import ParsedSearch
from core.people.records import ClientRecord

THRESHOLD = 0.6
"""Names alone must fit so well on average (1 is exactly); or less well, with another field that agrees."""

MOST_SHOWN = 20

_EXACT, _NICKNAME, _BEGINNING, _SLIP, _TWO_SLIPS = 1.0, 0.9, 0.85, 0.8, 0.65
_LONG_ENOUGH_FOR_ONE, _LONG_ENOUGH_FOR_TWO = 3, 7
_SAME_DATE, _EXCHANGED_DATE, _NEAR_DATE, _SAME_YEAR, _OTHER_DATE, _OTHER_YEAR = 0.5, 0.35, 0.2, 0.15, -0.5, -0.3
_AGE_FITS, _AGE_DIFFERS = 0.1, -0.3
_SAME_POSTCODE, _SAME_AREA, _SAME_PHONE, _SAME_IDENTIFIER = 0.4, 0.1, 0.4, 2.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """A client that fits, how well, and in which fields (slugs: `name`, `short_name`, `birth_date`, …)."""

    record: ClientRecord
    score: float
    because: tuple[str, ...]


def rank(parsed: ParsedSearch, records: Iterable[ClientRecord], *, today: date) -> tuple[Ranked, ...]:
    """The clients that fit, best first; equals in the order of their names, so that a list never jumps."""
    scored = (_score(parsed, record, today) for record in records)
    fitting = [one for one in scored if one.score >= THRESHOLD or (not parsed.words and one.score > 0)]
    fitting.sort(key=lambda one: (-round(one.score, 3), names.fold(one.record.listed_name), str(one.record.id)))
    return tuple(fitting)


def fits_exactly(parsed: ParsedSearch, record: ClientRecord) -> bool:
    """Whether enough was typed to mean this person alone: an identifier, or the full name with the exact birth date.

    Full name: a first (or known-as) name and the family name, letter by letter but for accents and case.
    """
    if any(record.identifiers.get(kind) == value for kind, value in parsed.identifiers):
        return True
    if parsed.birth_date is None or record.details.birth_date != parsed.birth_date:
        return False
    typed = set(parsed.words)
    families = (
        set(names.fold_tokens(record.details.family_name)),
        set(names.fold_tokens(record.details.former_family_name)),
    )
    return bool(typed & set(record.given_words)) and any(family and family <= typed for family in families)


def _score(parsed: ParsedSearch, record: ClientRecord, today: date) -> Ranked:
    parts = [_names(parsed.words, record)] if parsed.words else []
    parts += [_birth(parsed, record, today), _elsewhere(parsed, record)]
    because = tuple(dict.fromkeys(why for _points, reasons in parts for why in reasons))
    return Ranked(record, sum(points for points, _reasons in parts), because)


def _names(typed: tuple[str, ...], record: ClientRecord) -> tuple[float, tuple[str, ...]]:
    """The mean fit of the typed words, each taking a word of the client's that no other has taken."""
    free = [(word, True) for word in record.given_words] + [(word, False) for word in record.other_words]
    pairs = sorted(
        ((*_fit(word, other, is_given=is_given), here, there)
         for here, word in enumerate(typed) for there, (other, is_given) in enumerate(free)),
        key=lambda pair: -pair[0],
    )  # fmt: skip
    used_here: set[int] = set()
    used_there: set[int] = set()
    total = 0.0
    reasons: list[str] = []
    for points, why, here, there in pairs:
        if points > 0 and here not in used_here and there not in used_there:
            used_here.add(here)
            used_there.add(there)
            total += points
            reasons.append(why)
    return total / len(typed), tuple(reasons)


def _fit(typed: str, word: str, *, is_given: bool) -> tuple[float, str]:
    """How well one typed word fits one of the client's, and the slug of how."""
    if names.is_same_spelling(typed, word):
        return _EXACT, "name"
    if is_given and names.are_nicknames(typed, word):
        return _NICKNAME, "short_name"
    if len(typed) >= _LONG_ENOUGH_FOR_ONE and word.startswith(typed):
        return _BEGINNING, "beginning"
    shorter = min(len(typed), len(word))
    most = 2 if shorter >= _LONG_ENOUGH_FOR_TWO else 1
    if shorter < _LONG_ENOUGH_FOR_ONE:
        return 0.0, ""
    slips = OSA.distance(typed, word, score_cutoff=most)
    if slips > most:
        return 0.0, ""
    return (_SLIP, "spelling") if slips == 1 else (_TWO_SLIPS, "spelling")


def _birth(parsed: ParsedSearch, record: ClientRecord, today: date) -> tuple[float, tuple[str, ...]]:
    born, guessed = record.details.birth_date, record.details.approximate_age
    wanted, year = parsed.birth_date, parsed.birth_year
    if wanted is None and year is None:
        return 0.0, ()
    if born is None:
        if guessed is None:
            return 0.0, ()
        around = wanted or date(year or today.year, 7, 1)
        return (_AGE_FITS, ("age",)) if guessed.fits(around) else (_AGE_DIFFERS, ())
    if wanted is None:
        return (_SAME_YEAR, ("birth_year",)) if born.year == year else (_OTHER_YEAR, ())
    if born == wanted:
        return _SAME_DATE, ("birth_date",)
    if born == parsed.other_birth_date:
        return _EXCHANGED_DATE, ("birth_date_exchanged",)
    if OSA.distance(f"{born:%d%m%Y}", f"{wanted:%d%m%Y}", score_cutoff=1) == 1:
        return _NEAR_DATE, ("birth_date_near",)
    return _OTHER_DATE, ()


def _elsewhere(parsed: ParsedSearch, record: ClientRecord) -> tuple[float, tuple[str, ...]]:
    """Postcode, phone and identifiers: they lift, and never lower, for people move and change numbers."""
    points = 0.0
    reasons: list[str] = []
    if any(record.identifiers.get(kind) == value for kind, value in parsed.identifiers):
        points, reasons = points + _SAME_IDENTIFIER, [*reasons, "identifier"]
    if parsed.phone and parsed.phone == record.details.phone:
        points, reasons = points + _SAME_PHONE, [*reasons, "phone"]
    postcode = record.details.postcode
    if parsed.postcode and parsed.postcode == postcode:
        points, reasons = points + _SAME_POSTCODE, [*reasons, "postcode"]
    elif parsed.area and postcode.split(" ")[0] == parsed.area:
        points, reasons = points + _SAME_AREA, [*reasons, "area"]
    return points, tuple(reasons)
