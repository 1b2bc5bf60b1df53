"""Descriptions of people, from many files, gathered into persons; whoever can't be placed for certain waits.

Pure and independent of the order of rows: everything is sorted by what the descriptions say. Descriptions are joined
by the strongest evidence first, never against a veto between any two of a person's descriptions.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from core.people.evidence import Profile
from core.people.identity import Identity
from core.people.matching import (
    THRESHOLDS,
    Candidate,
    Comparison,
    Index,
    Thresholds,
    Verdict,
    blocks,
    compare_profiles,
    is_attachable,
)

MAX_CANDIDATES = 5


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody whom the council holds already, with every description of them."""

    person: str
    identities: tuple[Identity, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A description that waits for a person to decide, and why."""

    sentence: str
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Placement:
    """Where each description went: its person, or why it waits. Persons are known ids or `new:…` keys."""

    person_of: Mapping[int, str]
    waiting: Mapping[int, Waiting]
    members: Mapping[str, tuple[Identity, ...]]


@dataclass
class _Group:
    """Descriptions held to be one person."""

    nodes: list[int]
    known: str = ""

    def strength(self, profiles: Sequence[Profile]) -> tuple[object, ...]:
        """Sorts the best described group first; the content decides ties."""
        identities = [profiles[node].identity for node in self.nodes]
        return (
            not self.known,
            not any(identity.identifiers for identity in identities),
            not any(identity.birth_date for identity in identities),
            -len(identities),
            min(profiles[node].sort_key for node in self.nodes),
        )


@dataclass
class _Clustering:
    """The state of one run."""

    profiles: list[Profile]
    thresholds: Thresholds
    groups: dict[int, _Group] = field(default_factory=dict)
    group_of: dict[int, int] = field(default_factory=dict)
    memo: dict[tuple[int, int], Comparison] = field(default_factory=dict)
    ambiguous: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))

    def compared(self, left: int, right: int) -> Comparison:
        """The comparison of two descriptions, made once."""
        key = (left, right) if left < right else (right, left)
        found = self.memo.get(key)
        if found is None:
            found = self.memo[key] = compare_profiles(self.profiles[key[0]], self.profiles[key[1]], self.thresholds)
        return found

    def may_join(self, left: _Group, right: _Group) -> bool:
        """Whether nothing speaks against the two groups being one person."""
        if left.known and right.known:
            return False
        return not any(self.compared(a, b).is_hard_veto for a in left.nodes for b in right.nodes)

    def join(self, left: int, right: int) -> None:
        """Make the two groups one."""
        kept, gone = self.groups[left], self.groups.pop(right)
        kept.nodes.extend(gone.nodes)
        kept.known = kept.known or gone.known
        for node in gone.nodes:
            self.group_of[node] = left


def place(
    identities: Sequence[Identity], known: Iterable[KnownPerson] = (), thresholds: Thresholds = THRESHOLDS
) -> Placement:
    """Which descriptions are one person, which are somebody known, and which wait for a decision."""
    people = sorted(known, key=lambda person: person.person)
    everything = [*identities, *(identity for person in people for identity in person.identities)]
    order = sorted(range(len(everything)), key=lambda index: everything[index].sort_key())
    solid = [index for index in order if index >= len(identities) or is_attachable(everything[index])]
    run = _Clustering([Profile(identity) for identity in everything], thresholds)
    _start_groups(run, solid, people, len(identities))
    edges = _edges(run, solid)
    _join_by_evidence(run, edges)
    _join_by_name_and_home(run, edges)
    person_of, waiting = _settle(run, edges, len(identities))
    members = _members(run, person_of)
    thin = [index for index in order if index < len(identities) and not is_attachable(everything[index])]
    waiting |= _suggestions(run, thin, members)
    return Placement({n: p for n, p in person_of.items() if n < len(identities)}, waiting, members)


def _start_groups(run: _Clustering, solid: Sequence[int], people: Sequence[KnownPerson], first_known: int) -> None:
    known_at: dict[int, str] = {}
    at = first_known
    for person in people:
        for _ in person.identities:
            known_at[at] = person.person
            at += 1
    by_person: dict[str, int] = {}
    for node in solid:
        person_id = known_at.get(node, "")
        group = by_person.setdefault(person_id, node) if person_id else node
        run.groups.setdefault(group, _Group([], person_id)).nodes.append(node)
        run.group_of[node] = group


def _edges(run: _Clustering, solid: Sequence[int]) -> list[tuple[int, int, Comparison]]:
    """Every pair worth a thought, the strongest first."""
    by_block: dict[str, list[int]] = defaultdict(list)
    for node in solid:
        for key in blocks(run.profiles[node].identity):
            by_block[key].append(node)
    pairs = {pair for nodes in by_block.values() for pair in combinations(sorted(nodes), 2)}
    edges = [(a, b, run.compared(a, b)) for a, b in pairs if run.group_of[a] != run.group_of[b]]
    edges = [edge for edge in edges if edge[2].verdict is not Verdict.DIFFERENT]
    return sorted(edges, key=lambda edge: (-edge[2].points, *sorted((_key(run, edge[0]), _key(run, edge[1])))))


def _key(run: _Clustering, node: int) -> tuple[str, ...]:
    return run.profiles[node].sort_key


def _join_by_evidence(run: _Clustering, edges: Iterable[tuple[int, int, Comparison]]) -> None:
    for left, right, comparison in edges:
        if comparison.verdict is not Verdict.SAME or comparison.is_fragile:
            continue
        first, second = run.group_of[left], run.group_of[right]
        if first == second:
            continue
        if run.may_join(run.groups[first], run.groups[second]):
            run.join(first, second)
        else:
            run.ambiguous[left].add(right)
            run.ambiguous[right].add(left)


def _join_by_name_and_home(run: _Clustering, edges: Sequence[tuple[int, int, Comparison]]) -> None:
    """Descriptions without a birth date: to the one person of that name in that home, if there is only one."""
    near: dict[int, set[int]] = defaultdict(set)
    for left, right, comparison in edges:
        if comparison.verdict is Verdict.SAME and comparison.is_fragile:
            near[left].add(right)
            near[right].add(left)
    undated = [node for node in near if not _is_dated(run, run.group_of[node])]
    for node in sorted(undated, key=lambda node: _key(run, node)):
        others = {run.group_of[other] for other in near[node]} - {run.group_of[node]}
        dated = {group for group in others if _is_dated(run, group)}
        if len(dated) > 1:
            run.ambiguous[node] |= {min(run.groups[group].nodes, key=lambda n: _key(run, n)) for group in dated}
    for node in sorted(undated, key=lambda node: _key(run, node)):
        for other in sorted(near[node], key=lambda other: _key(run, other)):
            first, second = run.group_of[other], run.group_of[node]
            if first == second or node in run.ambiguous or other in run.ambiguous:
                continue
            if run.may_join(run.groups[first], run.groups[second]):
                run.join(first, second)


def _is_dated(run: _Clustering, group: int) -> bool:
    identities = [run.profiles[node].identity for node in run.groups[group].nodes]
    return any(identity.birth_date for identity in identities)


def _settle(
    run: _Clustering, edges: Iterable[tuple[int, int, Comparison]], first_known: int
) -> tuple[dict[int, str], dict[int, Waiting]]:
    """The best described of groups that may be one person stands; the others wait for a decision."""
    doubts: dict[int, dict[int, Comparison]] = defaultdict(dict)
    for left, right, comparison in edges:
        first, second = run.group_of[left], run.group_of[right]
        if first != second and (left in run.ambiguous or run.may_join(run.groups[first], run.groups[second])):
            doubts[first].setdefault(second, comparison)
            doubts[second].setdefault(first, comparison)
    person_of: dict[int, str] = {}
    waiting: dict[int, Waiting] = {}
    settled: dict[int, str] = {}
    for name, group in sorted(run.groups.items(), key=lambda item: item[1].strength(run.profiles)):
        rivals = {other: comparison for other, comparison in doubts[name].items() if other in settled}
        if group.known or not rivals:
            settled[name] = group.known or f"new:{len(settled) + 1:05}"
            person_of |= dict.fromkeys(group.nodes, settled[name])
            continue
        candidates = [Candidate(settled[other], comparison) for other, comparison in rivals.items()]
        candidates.sort(key=lambda candidate: (-candidate.comparison.points, candidate.person))
        sentence = _why_waiting(candidates)
        waiting |= {n: Waiting(sentence, tuple(candidates[:MAX_CANDIDATES])) for n in group.nodes if n < first_known}
    return person_of, waiting


def _why_waiting(candidates: Sequence[Candidate]) -> str:
    if len(candidates) > 1 and candidates[1].comparison.verdict is Verdict.SAME:
        return "More than one person fits."
    return candidates[0].comparison.reason


def _members(run: _Clustering, person_of: Mapping[int, str]) -> dict[str, tuple[Identity, ...]]:
    members: dict[str, list[Identity]] = defaultdict(list)
    for node in sorted(person_of, key=lambda node: _key(run, node)):
        members[person_of[node]].append(run.profiles[node].identity)
    return {person: tuple(identities) for person, identities in members.items()}


def _suggestions(
    run: _Clustering, thin: Iterable[int], members: Mapping[str, tuple[Identity, ...]]
) -> dict[int, Waiting]:
    """Descriptions too thin to attach: who they may be, best first."""
    index = Index()
    for person, identities in members.items():
        index.add(person, dict.fromkeys(identities))
    waiting: dict[int, Waiting] = {}
    for node in thin:
        profile = run.profiles[node]
        found = [
            Candidate(person, index.compare(profile, person, run.thresholds)) for person in index.near(profile.identity)
        ]
        found = [candidate for candidate in found if candidate.comparison.verdict is not Verdict.DIFFERENT]
        found.sort(key=lambda candidate: (-candidate.comparison.points, candidate.person))
        waiting[node] = Waiting(
            "The row says too little to tell who is meant: choose the person, or add a new one.",
            tuple(found[:MAX_CANDIDATES]),
        )
    return waiting
