"""One identity out of several descriptions of a person: what the client's page will show.

Pure. Nothing is invented: each field is one that a source gave, the one most sources give; on a tie the fuller one.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from core.people.identity import Identity
from core.people.names import fold, is_formula_or_markup

_T = TypeVar("_T", str, date)


def merged(descriptions: Sequence[Identity]) -> Identity:
    """The identity that the descriptions agree on best. Order does not matter."""
    family = _best_name(d.family for d in descriptions)
    formers = [*(d.former_family for d in descriptions), *(d.family for d in descriptions)]
    given = _best_name(_first_word_kept(d) for d in descriptions)
    ages = sorted(
        (d.approximate_age for d in descriptions if d.approximate_age), key=lambda age: (age.as_of, age.oldest)
    )
    home = _best((d for d in descriptions if d.address), descriptions)
    return Identity(
        given=given,
        middle=_best_name(d.middle for d in descriptions),
        family=family,
        known_as=_best_name(d.known_as for d in descriptions if fold(d.known_as) != fold(given)),
        former_family=_best_name(name for name in formers[: len(descriptions)] if fold(name) != fold(family)),
        birth_date=_most(d.birth_date for d in descriptions if d.birth_date),
        approximate_age=ages[-1] if ages else None,
        address=home.address,
        postcode=home.postcode or _most(d.postcode for d in descriptions if d.postcode) or "",
        area=home.area or _most(d.area for d in descriptions if d.area) or "",
        phone=_most(d.phone for d in descriptions if d.phone) or "",
        identifiers={scheme: value for d in descriptions for scheme, value in d.identifiers.items()},
        references={source: value for d in descriptions for source, value in d.references.items()},
    )


def _most(values: Iterable[_T]) -> _T | None:
    """The value given most often; on a tie the one that sorts last."""
    counted = Counter(values)
    return max(counted, key=lambda value: (counted[value], str(value))) if counted else None


def _best_name(values: Iterable[str]) -> str:
    """The name given most often, a spelling with accents or a double name before one without."""
    counted = Counter(value for value in values if value and not is_formula_or_markup(value))
    if not counted:
        return ""
    folded = Counter(dict.fromkeys(map(fold, counted), 0))
    for name, count in counted.items():
        folded[fold(name)] += count
    return max(counted, key=lambda name: (folded[fold(name)], not name.isascii(), "?" not in name, counted[name], name))


def _first_word_kept(description: Identity) -> str:
    """The given name, without a middle name that stands in the same cell and in its own."""
    words = description.given.split()
    if len(words) > 1 and description.middle and fold(words[-1]) == fold(description.middle.split()[0]):
        return " ".join(words[:-1])
    return description.given


def _best(having: Iterable[Identity], all_of_them: Sequence[Identity]) -> Identity:
    """The description with the address given most often."""
    options = list(having) or list(all_of_them)
    counted = Counter(fold(option.address) for option in options)
    return max(options, key=lambda o: (counted[fold(o.address)], bool(o.postcode), o.sort_key()))
