"""Whether two descriptions are one person: same, possible (a person decides) or different.

Pure and explained: `compare` gives every field's finding, the sum of their weights, and the rule that decided. A sum
alone never joins two people: vetoes come first, then a rule must be met that names which fields agree. A wrong merge
shows one family another's helpers, so wherever twins, a father and son or namesakes could be meant, it is a question.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.people.evidence import FieldVerdict, Finding, Profile, weigh
from core.people.identity import Identity


class Verdict(StrEnum):
    """What two descriptions are to each other."""

    SAME = "same"
    POSSIBLE = "possible"
    DIFFERENT = "different"


class Outcome(StrEnum):
    """What matching one description against known people gives."""

    MATCHED = "matched"
    NEW = "new"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Sums of weights; how they were chosen: `docs/adr/0004-matching-thresholds.md`."""

    same: float = 7.0
    possible: float = 4.0
    margin: float = 2.0


THRESHOLDS = Thresholds()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two descriptions side by side. `veto` and `reason` are sentences; `is_fragile`: rests on name and home alone."""

    findings: tuple[Finding, ...]
    points: float
    verdict: Verdict
    reason: str
    veto: str = ""
    is_hard_veto: bool = False
    is_fragile: bool = False

    def of(self, name: str) -> Finding:
        """The finding about one field (`given`, `birth_date`, …)."""
        return next(finding for finding in self.findings if finding.field == name)

    @property
    def agreeing(self) -> tuple[str, ...]:
        """The fields that are the same or similar."""
        return tuple(f.field for f in self.findings if f.verdict in {FieldVerdict.SAME, FieldVerdict.SIMILAR})


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody known who may be the person."""

    person: str
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Match:
    """The answer for one description; the first candidate of a `matched` one is the person."""

    outcome: Outcome
    candidates: tuple[Candidate, ...] = ()


NAME_AGREES = frozenset({"same", "known_as", "misspelt"})
NAME_MAY_AGREE = NAME_AGREES | {"nickname", "slip"}
FAMILY_AGREES = frozenset({"same", "part", "former", "slip", "swapped"})


def compare(left: Identity, right: Identity, thresholds: Thresholds = THRESHOLDS) -> Comparison:
    """The two descriptions field by field, and what follows. Symmetric."""
    return compare_profiles(Profile(left), Profile(right), thresholds)


def compare_profiles(left: Profile, right: Profile, thresholds: Thresholds = THRESHOLDS) -> Comparison:
    """`compare` for descriptions that are compared many times."""
    findings = weigh(left, right)
    kinds = {finding.field: finding.kind for finding in findings}
    points = sum(finding.weight for finding in findings)
    veto = _veto(kinds)
    if veto:
        return Comparison(findings, points, Verdict.DIFFERENT, veto, veto=veto, is_hard_veto=_is_hard(kinds))
    if not (is_attachable(left.identity) and is_attachable(right.identity)):
        verdict = Verdict.POSSIBLE if points >= SUGGEST_AT else Verdict.DIFFERENT
        return Comparison(
            findings, points, verdict, "Too little is known of one to say more than that they may be one."
        )
    rule, fragile = _rule_met(kinds)
    if rule and points >= thresholds.same:
        return Comparison(findings, points, Verdict.SAME, rule, is_fragile=fragile)
    if points >= thresholds.possible or _is_always_asked(kinds):
        return Comparison(findings, points, Verdict.POSSIBLE, _what_is_missing(kinds))
    return Comparison(findings, points, Verdict.DIFFERENT, "Too little agrees.")


SUGGEST_AT = 2.0
"""Points from which somebody is offered as a candidate for a description too thin to attach by itself."""


def is_attachable(identity: Identity) -> bool:
    """Whether a description says enough to be attached to a person by a rule at all.

    An age without a birth date, a household without a first name, initials: these are shown as suggestions only.
    """
    if identity.identifiers:
        return True
    given = Profile(identity).given
    if not given or not identity.family or all(len(word) == 1 for word in given):
        return False
    return bool(identity.birth_date) or (not identity.approximate_age and bool(identity.address or identity.postcode))


def _veto(kinds: Mapping[str, str]) -> str:
    """Why the two can never be one person, or ""."""
    if kinds["identifier"] == "different":
        return "Two different identifiers of one kind: two people."
    if kinds["identifier"] == "same" or kinds["reference"] == "same":
        return ""  # contradictions are then a question, for one of the two sources is wrong
    if kinds["given"] == "different":
        return "Different first names: a twin or another member of the family."
    if kinds["birth_date"] == "different":
        return "Different birth dates: perhaps a parent and child of one name."
    if kinds["birth_date"] == "age_differs":
        return "The age does not fit."
    return ""


def _is_hard(kinds: Mapping[str, str]) -> bool:
    """Whether the veto stands between two persons whatever their other descriptions say.

    A first name alone may yet be explained: another description of the person may give both.
    """
    return kinds["identifier"] == "different" or kinds["birth_date"] in {"different", "age_differs"}


def _is_always_asked(kinds: Mapping[str, str]) -> bool:
    """Whether the two share what few people share, so that they are shown to a person whatever the sum."""
    if "same" in (kinds["identifier"], kinds["reference"]):
        return True
    if kinds["given"] not in NAME_AGREES:
        return False
    return kinds["address"] == "same" or (kinds["phone"] == "same" and kinds["family"] in FAMILY_AGREES)


def _rule_met(kinds: Mapping[str, str]) -> tuple[str, bool]:
    """The rule under which the two are one person, and whether it is a fragile one; ("", False) where none is met."""
    given, family, born = kinds["given"], kinds["family"], kinds["birth_date"]
    if "different" in (kinds["middle"], given) or given in {"close", "initial", "middle"}:
        return _rule_for_weak_given_name(kinds), False
    if kinds["identifier"] == "same" and born in {"same", "day_month_swapped", "digits_swapped"}:
        return "The same identifier and birth date.", False
    if kinds["identifier"] == "same" and born == "unknown" and (given in NAME_MAY_AGREE and family in FAMILY_AGREES):
        return "The same identifier and name.", False
    if kinds["reference"] == "same" and given in NAME_MAY_AGREE and (born != "different"):
        return "The same reference in one source and the same first name.", False
    if given == "unknown":
        return "", False
    return _rule_by_name(kinds)


def _rule_for_weak_given_name(kinds: Mapping[str, str]) -> str:
    if kinds["given"] in {"different", "close", "initial"} or kinds["identifier"] != "same":
        return ""
    return "The same identifier and birth date." if kinds["birth_date"] == "same" else ""


def _rule_by_name(kinds: Mapping[str, str]) -> tuple[str, bool]:
    """Rules without any number that both share: name and birth date with a second identifier, or name and home."""
    given, family, born = kinds["given"], kinds["family"], kinds["birth_date"]
    same_home = kinds["address"] == "same" or (kinds["postcode"] == "same" and kinds["address"] != "different")
    second = same_home or "same" in (kinds["phone"], kinds["postcode"]) or kinds["address"] == "similar"
    if born == "same" and given in NAME_AGREES and family in FAMILY_AGREES and second:
        return "The same name and birth date, and a second identifier.", False
    if born == "same" and given in NAME_AGREES and same_home:
        return "The same first name, birth date and home; the family name may have changed.", False
    if born == "day_month_swapped" and given in NAME_AGREES and family == "same" and same_home:
        return "The same name and home; day and month of birth changed places.", False
    if born == "unknown" and given in NAME_AGREES and family in FAMILY_AGREES and same_home:
        return "The same name and home.", True
    return "", False


def _what_is_missing(kinds: Mapping[str, str]) -> str:
    if kinds["given"] not in NAME_AGREES:
        return "The first names are not quite the same: perhaps a twin."
    if kinds["birth_date"] == "same":
        return "The same name and birth date, but no second identifier: perhaps a namesake."
    if kinds["birth_date"] in {"day_month_swapped", "digits_swapped"}:
        return "The birth dates are not quite the same."
    return "Some things agree, but not enough to be sure."


def blocks(identity: Identity) -> set[str]:
    """Keys of which two descriptions of one person share at least one, so that only those need comparing."""
    profile = Profile(identity)
    keys = {f"id:{scheme}:{value}" for scheme, value in identity.identifiers.items()}
    keys |= {f"ref:{source}:{value}" for source, value in identity.references.items()}
    born = identity.birth_date
    if born:
        keys.add(f"born:{born:%Y-%m-%d}")
        if born.day <= 12:
            keys.add(f"born:{born.year}-{born.day:02}-{born.month:02}")
    if profile.home.key:
        keys.add(f"home:{profile.home.key}")
    if identity.postcode:
        keys.add(f"post:{identity.postcode}")
    if identity.phone:
        keys.add(f"phone:{identity.phone}")
    for family in {*profile.family, *profile.former}:
        keys |= {"name:" + " ".join(sorted((given, family))) for given in (*profile.given[:1], *profile.known_as[:1])}
    return keys


@dataclass
class Index:
    """Known people in memory, found by block. A person may have several descriptions."""

    profiles: dict[str, list[Profile]] = field(default_factory=lambda: defaultdict(list))
    _by_block: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, person: str, identities: Iterable[Identity]) -> None:
        """Put a person's descriptions into the index."""
        for identity in identities:
            self.profiles[person].append(Profile(identity))
            for key in blocks(identity):
                self._by_block[key].add(person)

    def compare(self, profile: Profile, person: str, thresholds: Thresholds = THRESHOLDS) -> Comparison:
        """The comparison of a description with a person: the best of theirs, unless a hard veto stands."""
        return compare_with_person(profile, self.profiles[person], thresholds)

    def near(self, identity: Identity) -> set[str]:
        """The people worth comparing with this description."""
        return {person for key in blocks(identity) for person in self._by_block.get(key, ())}


def match(identity: Identity, index: Index, thresholds: Thresholds = THRESHOLDS) -> Match:
    """Who of the known people this description is: one for certain, nobody, or a question with candidates."""
    profile = Profile(identity)
    found: list[Candidate] = []
    for person in sorted(index.near(identity)):
        comparison = index.compare(profile, person, thresholds)
        if comparison.verdict is not Verdict.DIFFERENT:
            found.append(Candidate(person, comparison))
    found.sort(key=lambda candidate: (-candidate.comparison.points, candidate.person))
    if not found:
        return Match(Outcome.NEW if is_attachable(identity) else Outcome.QUESTION)
    certain = [candidate for candidate in found if candidate.comparison.verdict is Verdict.SAME]
    if len(certain) == 1 and all(_is_clearly_better(certain[0], other, thresholds) for other in found):
        return Match(Outcome.MATCHED, (certain[0], *(c for c in found if c is not certain[0])))
    return Match(Outcome.QUESTION, tuple(found))


def compare_with_person(
    profile: Profile, descriptions: Iterable[Profile], thresholds: Thresholds = THRESHOLDS
) -> Comparison:
    """The best comparison with a person's descriptions; a hard veto by any one of them stands."""
    comparisons = [compare_profiles(profile, other, thresholds) for other in descriptions]
    vetoed = [comparison for comparison in comparisons if comparison.is_hard_veto]
    return max(vetoed or comparisons, key=lambda comparison: (comparison.verdict is Verdict.SAME, comparison.points))


def _is_clearly_better(best: Candidate, other: Candidate, thresholds: Thresholds) -> bool:
    return other is best or best.comparison.points - other.comparison.points >= thresholds.margin
