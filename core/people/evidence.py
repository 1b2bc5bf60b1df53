"""The evidence that two descriptions are one person, field by field, with the weight of each kind in one table.

Pure. A weight is the log (base 2) of how much more often the finding turns up between two descriptions of one person
than between two people who share something (Fellegi and Sunter, 1969); `docs/adr/0004-matching-thresholds.md` says
where the numbers come from. What follows from the evidence is decided in `matching`, not here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from core.people import names
from core.people.addresses import Home, home
from core.people.identity import Identity


class FieldVerdict(StrEnum):
    """What one field says, as the page that compares duplicates marks it."""

    SAME = "same"
    SIMILAR = "similar"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of finding about one field: its weight, what it says, and the words for it."""

    field: str
    kind: str
    verdict: FieldVerdict
    weight: float
    words: str


def _table(*rows: tuple[str, str, FieldVerdict, float, str]) -> dict[str, Finding]:
    return {
        f"{field}.{kind}": Finding(field, kind, verdict, weight, words) for field, kind, verdict, weight, words in rows
    }


SAME, SIMILAR, DIFFERENT, UNKNOWN = FieldVerdict

FINDINGS: dict[str, Finding] = _table(
    ("identifier", "same", SAME, 10.0, "The identifier is the same"),
    ("identifier", "different", DIFFERENT, -20.0, "The identifiers are different"),
    ("identifier", "unknown", UNKNOWN, 0.0, "No identifier that both have"),
    ("reference", "same", SAME, 10.0, "One source gives both the same reference"),
    ("reference", "different", DIFFERENT, -4.0, "One source gives them different references"),
    ("reference", "unknown", UNKNOWN, 0.0, "No reference from the same source"),
    ("birth_date", "same", SAME, 5.0, "The birth date is the same"),
    ("birth_date", "day_month_swapped", SIMILAR, 3.0, "Day and month of birth have changed places"),
    ("birth_date", "digits_swapped", SIMILAR, 4.0, "Two digits of the birth date have changed places"),
    ("birth_date", "different", DIFFERENT, -10.0, "The birth dates are different"),
    ("birth_date", "age_fits", SIMILAR, 2.0, "The age fits"),
    ("birth_date", "age_differs", DIFFERENT, -8.0, "The age does not fit"),
    ("birth_date", "unknown", UNKNOWN, 0.0, "One birth date is not known"),
    ("given", "same", SAME, 5.0, "The first name is the same"),
    ("given", "known_as", SAME, 4.5, "One goes by the other's first name"),
    ("given", "nickname", SIMILAR, 3.0, "One first name is short for the other"),
    ("given", "misspelt", SIMILAR, 4.5, "One first name is the other, misspelt"),
    ("given", "slip", SIMILAR, 3.0, "The first names differ by one slip of the pen"),
    ("given", "close", SIMILAR, 0.0, "The first names differ by one letter"),
    ("given", "initial", SIMILAR, 1.0, "One first name is an initial of the other"),
    ("given", "middle", SIMILAR, -1.0, "One first name is the other's middle name"),
    ("given", "different", DIFFERENT, -7.0, "The first names are different"),
    ("given", "unknown", UNKNOWN, 0.0, "One first name is not known, or in another script"),
    ("middle", "same", SAME, 3.0, "The middle name is the same"),
    ("middle", "initial", SIMILAR, 1.0, "The middle initial fits"),
    ("middle", "different", DIFFERENT, -4.0, "The middle names are different"),
    ("middle", "unknown", UNKNOWN, 0.0, "One middle name is not known"),
    ("family", "same", SAME, 1.0, "The family name is the same"),
    ("family", "part", SIMILAR, 0.5, "One family name is part of the other, a double name"),
    ("family", "former", SIMILAR, 1.0, "One family name is the other's former name"),
    ("family", "slip", SIMILAR, 1.0, "The family names differ by one slip of the pen"),
    ("family", "swapped", SIMILAR, 3.0, "First and family name have changed places"),
    ("family", "different", DIFFERENT, -4.0, "The family names are different"),
    ("family", "unknown", UNKNOWN, 0.0, "One family name is not known, or in another script"),
    ("address", "same", SAME, 1.0, "The address is the same"),
    ("address", "similar", SIMILAR, 0.5, "The address is nearly the same"),
    ("address", "different", DIFFERENT, -1.0, "The addresses are different: one may have moved"),
    ("address", "unknown", UNKNOWN, 0.0, "One address is not known"),
    ("postcode", "same", SAME, 0.5, "The postcode is the same"),
    ("postcode", "similar", SIMILAR, 0.5, "Two signs of the postcode have changed places"),
    ("postcode", "different", DIFFERENT, -0.5, "The postcodes are different: one may have moved"),
    ("postcode", "unknown", UNKNOWN, 0.0, "One postcode is not known"),
    ("phone", "same", SAME, 0.5, "The phone number is the same; families share phones"),
    ("phone", "different", DIFFERENT, 0.0, "The phone numbers are different"),
    ("phone", "unknown", UNKNOWN, 0.0, "One phone number is not known"),
)


@dataclass(frozen=True)
class Profile:
    """An identity with its names folded and its address in comparable form, worked out once."""

    identity: Identity

    @cached_property
    def given(self) -> tuple[str, ...]:
        return names.fold_tokens(self.identity.given)

    @cached_property
    def middle(self) -> tuple[str, ...]:
        """Middle names, those that stand in the given-name cell included."""
        return tuple(dict.fromkeys((*self.given[1:], *names.fold_tokens(self.identity.middle))))

    @cached_property
    def family(self) -> tuple[str, ...]:
        return names.fold_tokens(self.identity.family)

    @cached_property
    def former(self) -> tuple[str, ...]:
        return names.fold_tokens(self.identity.former_family)

    @cached_property
    def known_as(self) -> tuple[str, ...]:
        return names.fold_tokens(self.identity.known_as)

    @cached_property
    def home(self) -> Home:
        return home(self.identity.address)

    @cached_property
    def sort_key(self) -> tuple[str, ...]:
        return self.identity.sort_key()


def weigh(left: Profile, right: Profile) -> tuple[Finding, ...]:
    """Every field's finding, in the order in which a page shows them. The same for (a, b) and (b, a)."""
    given, family = _names(left, right)
    kinds = (
        f"given.{given}",
        f"middle.{_middle(left, right)}",
        f"family.{family}",
        f"birth_date.{_birth_date(left.identity, right.identity)}",
        f"identifier.{_numbers(left.identity.identifiers, right.identity.identifiers)}",
        f"reference.{_numbers(left.identity.references, right.identity.references)}",
        f"address.{_address(left.home, right.home)}",
        f"postcode.{_postcode(left.identity.postcode, right.identity.postcode)}",
        f"phone.{_phone(left.identity.phone, right.identity.phone)}",
    )
    return tuple(FINDINGS[kind] for kind in kinds)


def _names(left: Profile, right: Profile) -> tuple[str, str]:
    """Given and family name together, since each may stand in the other's cell."""
    given, family = _given(left, right), _family(left, right)
    if "different" in (given, family) and _are_swapped(left, right):
        return "same", "swapped"
    return given, family


def _are_swapped(left: Profile, right: Profile) -> bool:
    if not (left.given and left.family and right.given and right.family):
        return False
    crossed = names.is_same_spelling(left.given[0], right.family[0]) and names.is_same_spelling(
        left.family[0], right.given[0]
    )
    return crossed and left.given[0] != left.family[0]


def _given(left: Profile, right: Profile) -> str:
    if not left.given or not right.given or names.is_other_script(left.given[0], right.given[0]):
        return "unknown"
    first, second = left.given[0], right.given[0]
    if names.is_same_spelling(first, second) or "".join(left.given) == "".join(right.given):
        return "same"
    if names.any_same_spelling((first, *left.known_as[:1]), (second, *right.known_as[:1])):
        return "known_as"
    if names.are_nicknames(first, second):
        return "nickname"
    if len(first) == 1 or len(second) == 1:
        return "initial" if first[0] == second[0] else "different"
    if names.is_misspelling(first, second):
        return "misspelt"
    if names.is_slip(first, second):
        return "slip"
    if first in right.middle or second in left.middle:
        return "middle"
    return "close" if names.is_one_letter_apart(first, second) else "different"


def _family(left: Profile, right: Profile) -> str:
    if not left.family or not right.family or names.is_other_script(left.family[0], right.family[0]):
        return "unknown"
    if _is_same_name(left.family, right.family):
        return "same"
    formers = (left.former, right.former)
    if _is_same_name(left.family, right.former) or _is_same_name(left.former, right.family):
        return "former"
    if left.former and _is_same_name(*formers):
        return "former"
    if _is_part(left.family, right.family) or _is_part(right.family, left.family):
        return "part"
    if len(left.family) == len(right.family) and _is_slip_of_name(left.family, right.family):
        return "slip"
    return "different"


def _is_same_name(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    return bool(left and right) and names.is_same_spelling("".join(left), "".join(right))


def _is_slip_of_name(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    pairs = [pair for pair in zip(left, right, strict=True) if not names.is_same_spelling(*pair)]
    return len(pairs) == 1 and names.is_slip(*pairs[0])


def _is_part(single: tuple[str, ...], double: tuple[str, ...]) -> bool:
    """Whether `single` is one half of the double name; particles such as "al" or "de" are no half."""
    if len(single) != 1 or len(double) < 2 or len(single[0]) < 3:
        return False
    return any(names.is_same_spelling(single[0], half) or names.is_slip(single[0], half) for half in double)


def _middle(left: Profile, right: Profile) -> str:
    if not left.middle or not right.middle or names.is_other_script(left.middle[0], right.middle[0]):
        return "unknown"
    if names.any_same_spelling(left.middle, right.middle):
        return "same"
    first, second = left.middle[0], right.middle[0]
    if names.is_slip(first, second) or names.are_nicknames(first, second):
        return "same"
    if len(first) == 1 or len(second) == 1:
        return "initial" if first[0] == second[0] else "different"
    return "different"


def _birth_date(left: Identity, right: Identity) -> str:
    if left.birth_date and right.birth_date:
        return _two_dates(left.birth_date, right.birth_date)
    ages = (left.approximate_age, right.approximate_age)
    if ages[0] and ages[1]:
        return "age_fits" if ages[0].overlaps(ages[1]) else "age_differs"
    born, age = left.birth_date or right.birth_date, ages[0] or ages[1]
    if born and age:
        return "age_fits" if age.fits(born) else "age_differs"
    limits = left.age_limits or right.age_limits
    if born and limits and not limits.fits(born):
        return "age_differs"
    return "unknown"


def _two_dates(left: date, right: date) -> str:
    if left == right:
        return "same"
    if left.year == right.year and (left.day, left.month) == (right.month, right.day):
        return "day_month_swapped"
    return "digits_swapped" if _are_neighbours_swapped(f"{left:%d%m%Y}", f"{right:%d%m%Y}") else "different"


def _are_neighbours_swapped(left: str, right: str) -> bool:
    differing = [index for index, (a, b) in enumerate(zip(left, right, strict=True)) if a != b]
    if len(differing) != 2 or differing[1] != differing[0] + 1:
        return False
    first, second = differing
    return left[first] == right[second] and left[second] == right[first]


def _numbers(left: Mapping[str, str], right: Mapping[str, str]) -> str:
    shared = left.keys() & right.keys()
    if not shared:
        return "unknown"
    return "same" if all(left[scheme] == right[scheme] for scheme in shared) else "different"


def _address(left: Home, right: Home) -> str:
    if not left.key or not right.key:
        return "unknown"
    if left.key == right.key:
        return "same"
    shorter, longer = sorted((left.numbers, right.numbers), key=len)
    if left.street == right.street:
        return "similar" if longer[-len(shorter) :] == shorter else "different"
    slip = left.numbers == right.numbers and names.is_slip(left.street, right.street)
    return "similar" if slip else "different"


def _postcode(left: str, right: str) -> str:
    if not left or not right:
        return "unknown"
    if left == right:
        return "same"
    bare = (left.replace(" ", ""), right.replace(" ", ""))
    return "similar" if len(bare[0]) == len(bare[1]) and _are_neighbours_swapped(*bare) else "different"


def _phone(left: str, right: str) -> str:
    if not left or not right:
        return "unknown"
    return "same" if left == right else "different"
