"""How good the matching is, told against an answer key: precision, recall, wrong merges, questions, errors found.

The key is two files: `people.csv` (person_id, family_id, notes) and `rows.csv` (file, row, person_id, expected, kind,
mess, worker_row). To print the figures:

    python -m core.exchange.roster.measuring FILES MAPPINGS KEY YYYY-MM-DD

Families are dealt into two halves by a hash, so that
thresholds chosen on one are tried on the other.
"""

import csv
import hashlib
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from pathlib import Path

from core.exchange.roster.mapping import read_mappings
from core.exchange.roster.planning import DirectoryPlan, PlannedRow, RowOutcome, plan_folder
from core.people.evidence import FINDINGS, Profile, weigh
from core.people.matching import blocks

TOO_THIN = frozenset({"household_only", "age_only", "initials_only"})
"""Kinds of mess after which a row must never be attached by itself."""


@dataclass(frozen=True, slots=True)
class TrueRow:
    """What the key says of a row."""

    file: str
    number: int
    person: str
    expected: str
    kind: str
    mess: frozenset[str]
    worker: str

    @property
    def is_too_thin(self) -> bool:
        """Whether the row may only be suggested."""
        return bool(self.mess & TOO_THIN)


@dataclass(frozen=True, slots=True)
class Truth:
    """The answer key."""

    rows: dict[tuple[str, int], TrueRow]
    family: dict[str, str]
    notes: dict[str, str]

    def half(self, person: str) -> str:
        """The half a person belongs to, with their whole family: `tuning` or `held out`."""
        digest = hashlib.sha256(self.family[person].encode()).digest()
        return "tuning" if digest[0] % 2 else "held out"


@dataclass
class Measurement:
    """The figures for a set of people. Pairs are pairs of rows that may be attached (not too thin, no error)."""

    rows: int = 0
    attached: int = 0
    right_pairs: int = 0
    wrong_pairs: int = 0
    pairs_wanted: int = 0
    b_cubed_precision: float = 1.0
    b_cubed_recall: float = 0.0
    persons: int = 0
    persons_whole: int = 0
    wrong_merges: list[str] = field(default_factory=list)
    questions: Counter[str] = field(default_factory=Counter)
    thin_rows: int = 0
    thin_attached: int = 0
    thin_with_right_suggestion: int = 0

    @property
    def precision(self) -> float:
        """The share of attached pairs that are one person."""
        return _share(self.right_pairs, self.right_pairs + self.wrong_pairs)

    @property
    def recall(self) -> float:
        """The share of pairs of one person that were attached without asking."""
        return _share(self.right_pairs, self.pairs_wanted)


@dataclass(frozen=True, slots=True)
class RowChecks:
    """Errors, duplicates and workers: found, expected, and found rightly."""

    errors: dict[str, tuple[int, int]]
    false_errors: int
    duplicates_found: int
    duplicates_expected: int
    duplicates_right: int
    workers_right: int
    workers: int


def read_truth(folder: Path) -> Truth:
    """The answer key in `folder`."""
    with (folder / "people.csv").open(encoding="utf-8-sig", newline="") as file:
        people = list(csv.DictReader(file))
    with (folder / "rows.csv").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.DictReader(file))
    rows = (
        TrueRow(
            line["file"].partition("#")[0],
            int(line["row"]),
            line["person_id"],
            line["expected"],
            line["kind"],
            frozenset(line["mess"].split("+")),
            line["worker_row"],
        )
        for line in lines
    )
    return Truth(
        {(row.file, row.number): row for row in rows},
        {person["person_id"]: person["family_id"] for person in people},
        {person["person_id"]: person["notes"] for person in people},
    )


def measure(plan: DirectoryPlan, truth: Truth, among: Callable[[str], bool] = lambda _: True) -> Measurement:
    """The figures over the people for whom `among` is true."""
    result = Measurement()
    by_person: dict[str, list[PlannedRow]] = defaultdict(list)
    by_client: dict[str, list[str]] = defaultdict(list)
    majority = _majority(plan, truth)
    for planned in plan.rows:
        true = truth.rows[planned.file, planned.number]
        if true.expected == "error" or planned.outcome is RowOutcome.ERROR or not among(true.person):
            continue
        if true.is_too_thin:
            _count_thin(result, planned, true, majority)
            continue
        result.rows += 1
        by_person[true.person].append(planned)
        if planned.person:
            by_client[planned.person].append(true.person)
        else:
            result.questions[planned.sentence] += 1
    _count_pairs(result, by_person, by_client, truth)
    _count_b_cubed(result, by_person, by_client)
    return result


def check_rows(plan: DirectoryPlan, truth: Truth) -> RowChecks:
    """Whether errors, duplicates and workers were told as the key tells them."""
    expected: Counter[str] = Counter()
    right: Counter[str] = Counter()
    false_errors = duplicates = duplicates_expected = duplicates_right = workers = workers_right = 0
    for planned in plan.rows:
        true = truth.rows[planned.file, planned.number]
        if true.expected == "error":
            expected[true.kind] += 1
            right[true.kind] += planned.outcome is RowOutcome.ERROR and planned.code == true.kind
        else:
            false_errors += planned.outcome is RowOutcome.ERROR
        duplicates += planned.duplicate_of is not None
        duplicates_expected += true.expected == "duplicate_row"
        duplicates_right += true.expected == "duplicate_row" and true.kind == f"of {planned.duplicate_of}"
        if planned.worker and true.worker:
            workers += 1
            workers_right += str(planned.worker.number) == true.worker
    errors = {kind: (right[kind], expected[kind]) for kind in sorted(expected)}
    return RowChecks(errors, false_errors, duplicates, duplicates_expected, duplicates_right, workers_right, workers)


def _majority(plan: DirectoryPlan, truth: Truth) -> dict[str, str]:
    """The true person that most rows of each planned client are about."""
    counted: dict[str, Counter[str]] = defaultdict(Counter)
    for planned in plan.rows:
        if planned.person:
            counted[planned.person][truth.rows[planned.file, planned.number].person] += 1
    return {client: persons.most_common(1)[0][0] for client, persons in counted.items()}


def _count_thin(result: Measurement, planned: PlannedRow, true: TrueRow, majority: dict[str, str]) -> None:
    result.thin_rows += 1
    result.thin_attached += bool(planned.person)
    suggested = {majority.get(candidate.person) for candidate in planned.candidates}
    result.thin_with_right_suggestion += true.person in suggested


def _count_pairs(
    result: Measurement,
    by_person: dict[str, list[PlannedRow]],
    by_client: dict[str, list[str]],
    truth: Truth,
) -> None:
    for client, persons in by_client.items():
        counted = Counter(persons)
        right = sum(math.comb(count, 2) for count in counted.values())
        result.right_pairs += right
        result.wrong_pairs += math.comb(len(persons), 2) - right
        result.attached += len(persons)
        if len(counted) > 1:
            told = ", ".join(f"{person} ({truth.notes[person] or 'no note'})" for person in sorted(counted))
            result.wrong_merges.append(f"{client}: {told}")
    for rows in by_person.values():
        result.pairs_wanted += math.comb(len(rows), 2)
        result.persons_whole += len({row.person or f"{row.file}:{row.number}" for row in rows}) == 1
    result.persons = len(by_person)


def _count_b_cubed(
    result: Measurement, by_person: dict[str, list[PlannedRow]], by_client: dict[str, list[str]]
) -> None:
    """B-cubed (Bagga and Baldwin, 1998): the mean over rows of the purity and completeness of the row's client."""
    shared = {client: Counter(persons) for client, persons in by_client.items()}
    precision = recall = 0.0
    for person, rows in by_person.items():
        for row in rows:
            together = shared[row.person][person] if row.person else 1
            size = len(by_client[row.person]) if row.person else 1
            precision += together / size
            recall += together / len(rows)
    result.b_cubed_precision = _share(precision, result.rows)
    result.b_cubed_recall = _share(recall, result.rows)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def estimated_weights(plan: DirectoryPlan, truth: Truth, half: str = "tuning") -> dict[str, tuple[float, int, int]]:
    """For each finding: log2(m/u) with one pseudo-count, and how often pairs of one and of two people showed it.

    Pairs are the descriptions that share a block, so u is told of neighbours, families and namesakes, not of strangers.
    """
    described: dict[tuple[str, ...], tuple[str, Profile]] = {}
    for planned in plan.rows:
        true = truth.rows[planned.file, planned.number]
        if planned.row and true.expected == "ok" and not true.is_too_thin and truth.half(true.person) == half:
            described[(*planned.row.identity.sort_key(), true.person)] = (true.person, Profile(planned.row.identity))
    by_block: dict[str, list[int]] = defaultdict(list)
    entries = list(described.values())
    for at, (_, profile) in enumerate(entries):
        for key in blocks(profile.identity):
            by_block[key].append(at)
    same: Counter[str] = Counter()
    other: Counter[str] = Counter()
    pairs = {pair for block in by_block.values() for pair in combinations(block, 2)}
    for left, right in pairs:
        counter = same if entries[left][0] == entries[right][0] else other
        counter.update(f"{f.field}.{f.kind}" for f in weigh(entries[left][1], entries[right][1]))
    return {kind: (_log_odds(kind, same, other), same[kind], other[kind]) for kind in FINDINGS}


def _log_odds(kind: str, same: Counter[str], other: Counter[str]) -> float:
    """log2(m/u) among the pairs in which both sides say something of the field."""
    name = kind.partition(".")[0]
    kinds = [known for known in FINDINGS if known.startswith(f"{name}.") and not known.endswith(".unknown")]
    if kind.endswith(".unknown"):
        return 0.0
    m = (same[kind] + 1) / (sum(same[known] for known in kinds) + len(kinds))
    u = (other[kind] + 1) / (sum(other[known] for known in kinds) + len(kinds))
    return math.log2(m / u)


def table(columns: Sequence[tuple[str, Measurement]], checks: RowChecks) -> str:
    """The figures as text, one column a set of people."""
    lines = [_line("", (name for name, _ in columns))]
    for title, value in _FIGURES:
        lines.append(_line(title, (value(measurement) for _, measurement in columns)))
    right = sum(found for found, _ in checks.errors.values())
    wanted = sum(count for _, count in checks.errors.values())
    lines += ["", f"Errors told by their kind: {right} of {wanted}; rows wrongly called errors: {checks.false_errors}"]
    lines += [f"  {kind}: {found} of {count}" for kind, (found, count) in checks.errors.items()]
    lines.append(
        f"Duplicate rows: {checks.duplicates_right} of {checks.duplicates_expected}, {checks.duplicates_found} named"
    )
    lines.append(f"Workers told rightly: {checks.workers_right} of {checks.workers}")
    for name, measurement in columns:
        lines += [f"Wrong merge ({name}): {merge}" for merge in measurement.wrong_merges]
    return "\n".join(lines) + "\n"


def _line(title: str, values: Iterable[str]) -> str:
    return title.ljust(44) + "".join(value.rjust(14) for value in values)


_FIGURES: tuple[tuple[str, Callable[[Measurement], str]], ...] = (
    ("Rows that may be attached", lambda m: f"{m.rows:,}"),
    ("… attached without asking", lambda m: f"{m.attached:,}"),
    ("… left to a person", lambda m: f"{m.questions.total():,}"),
    ("Pairs attached rightly", lambda m: f"{m.right_pairs:,}"),
    ("Pairs attached wrongly", lambda m: f"{m.wrong_pairs:,}"),
    ("Pair precision", lambda m: f"{m.precision:.5f}"),
    ("Pair recall", lambda m: f"{m.recall:.4f}"),
    ("B-cubed precision", lambda m: f"{m.b_cubed_precision:.5f}"),
    ("B-cubed recall", lambda m: f"{m.b_cubed_recall:.4f}"),
    ("Persons", lambda m: f"{m.persons:,}"),
    ("… whole in one client", lambda m: f"{m.persons_whole:,}"),
    ("Clients that mix persons", lambda m: f"{len(m.wrong_merges):,}"),
    ("Rows too thin to attach", lambda m: f"{m.thin_rows:,}"),
    ("… attached all the same", lambda m: f"{m.thin_attached:,}"),
    ("… with the right person among the suggestions", lambda m: f"{m.thin_with_right_suggestion:,}"),
)


def figures_of(plan: DirectoryPlan, truth: Truth) -> str:
    """The table for everybody and for each half."""
    columns = [
        ("all", measure(plan, truth)),
        ("tuning", measure(plan, truth, lambda person: truth.half(person) == "tuning")),
        ("held out", measure(plan, truth, lambda person: truth.half(person) == "held out")),
    ]
    return table(columns, check_rows(plan, truth))


def main() -> None:
    """Plan the files named on the command line and print how good the matching is."""
    files, mappings, key = (Path(argument) for argument in sys.argv[1:4])
    plan = plan_folder(files, read_mappings(mappings), today=date.fromisoformat(sys.argv[4]))
    sys.stdout.write(figures_of(plan, read_truth(key)))


if __name__ == "__main__":
    main()
