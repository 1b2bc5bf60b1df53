"""Listed clients who may be the person somebody is adding, compared field by field.

Only those whom this viewer may find are ever compared: a shielded person, or in a closed search somebody else's
client, changes nothing here, neither a count nor a statement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from core.audit.actions import record_sight
from core.directory.viewers import Viewer
from core.network.queries.find import Sight, sight_of
from core.people.identity import spoken
from core.people.matching import THRESHOLDS, Comparison, Verdict, compare
from core.people.queries import look_alikes
from core.people.records import ClientDetails, ClientRecord

COMPARED: Final = "people.client.compared"
MOST_COMPARED = 3

_WORDS = {"same": "same", "similar": "close", "different": "differs", "unknown": "unknown"}
_ALWAYS = ("given", "family", "birth_date")


@dataclass(frozen=True, slots=True)
class ComparedField:
    """One field of both, with the verdict as the page marks it: `same`, `close`, `differs` or `unknown`.

    `slug` names the field; what the page calls it is its own.
    """

    slug: str
    mine: str
    theirs: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Duplicate:
    """A listed client who may be the person. `is_strong` interrupts a save; the others are only shown."""

    id: UUID
    name: str
    born: str
    place: str
    is_yours: bool
    is_strong: bool
    points: float
    fields: tuple[ComparedField, ...]


def duplicates_for(viewer: Viewer, details: ClientDetails) -> tuple[Duplicate, ...]:
    """The likeliest first, in three statements; showing any is a sight, and recorded. Raises as `sight_of` does."""
    found = compared(sight_of(viewer), details)
    if found:
        record_sight(COMPARED, by=viewer, detail={"listed": [str(one.id) for one in found]})
    return found


def compared(sight: Sight, details: ClientDetails) -> tuple[Duplicate, ...]:
    """The same for a viewer whose sight is known, in one statement."""
    typed = details.identity
    found = []
    for record in look_alikes(details, sight.reach):
        if sight.is_closed and record.id not in sight.reach.own:
            continue
        comparison = compare(typed, record.identity)
        if comparison.verdict is not Verdict.DIFFERENT:
            found.append(_duplicate(sight, details, record, comparison))
    found.sort(key=lambda one: (-one.points, str(one.id)))
    return tuple(found[:MOST_COMPARED])


def _duplicate(sight: Sight, details: ClientDetails, record: ClientRecord, comparison: Comparison) -> Duplicate:
    is_strong = comparison.verdict is Verdict.SAME or comparison.points >= THRESHOLDS.same
    return Duplicate(
        id=record.id,
        name=record.listed_name,
        born=record.born_words(sight.today),
        place=record.place,
        is_yours=record.id in sight.mine,
        is_strong=is_strong,
        points=comparison.points,
        fields=_fields(sight, details, record, comparison),
    )


def _fields(
    sight: Sight, details: ClientDetails, record: ClientRecord, comparison: Comparison
) -> tuple[ComparedField, ...]:
    """What was typed beside what is listed. Of an address or number that differs, no more is shown than the place."""
    other = record.details
    mine_born = spoken(details.birth_date) if details.birth_date else _aged(details)
    pairs = {
        "given": (details.given_name, _called(other)),
        "middle": (details.middle_names, other.middle_names),
        "family": (details.family_name, other.family_name),
        "birth_date": (mine_born, spoken(other.birth_date) if other.birth_date else record.born_words(sight.today)),
        "address": (details.address, other.address),
        "postcode": (details.postcode, other.postcode),
        "phone": (details.phone, other.phone),
    }
    rows = []
    for slug, (mine, theirs) in pairs.items():
        finding = comparison.of(slug)
        if slug not in _ALWAYS and not mine:
            continue
        verdict = _WORDS[finding.verdict]
        if slug in {"address", "phone"} and verdict != "same":
            theirs = ""
        elif slug == "postcode" and verdict != "same":
            theirs = theirs.split(" ")[0]
        rows.append(ComparedField(slug, mine, theirs, verdict))
    return tuple(rows)


def _called(details: ClientDetails) -> str:
    return f"{details.given_name} ({details.known_as})" if details.known_as else details.given_name


def _aged(details: ClientDetails) -> str:
    age = details.approximate_age
    if age is None:
        return ""
    years = str(age.youngest) if age.youngest == age.oldest else f"{age.youngest}-{age.oldest}"
    return f"About {years}"
