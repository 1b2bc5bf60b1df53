"""A folder of exports into a plan: one outcome for every data row, whatever is in it.

Pure: nothing is written. The plan does not depend on the order of rows or files, counts in equal counts out, and given
the people a council holds already it matches them instead of creating them again.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from pathlib import Path

from core.exchange.roster.clustering import KnownPerson, Placement, place
from core.exchange.roster.directory import (
    AgencyRow,
    Directory,
    DirectoryRowProblem,
    WorkerRow,
    read_agencies,
    read_staff,
)
from core.exchange.roster.mapping import RosterMapping
from core.exchange.roster.merging import merged
from core.exchange.roster.reading import Sheet, UnreadableFile, read_sheet
from core.exchange.roster.rows import ReadRow, RosterRow, RowProblem, read_rows
from core.people.identity import ApproximateAge, Identity
from core.people.matching import THRESHOLDS, Candidate, Thresholds


class RowOutcome(StrEnum):
    """What becomes of a data row; the words of the result file."""

    CREATED = "created"
    MATCHED = "matched"
    QUESTION = "needs a decision"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """One data row with its outcome.

    `person` is a known id or a key of `DirectoryPlan.people`. `duplicate_of` is the row of the same file that says the
    same: both are one line of one involvement. Rows of one `involvement` key are lines (visits) of one involvement.
    `group` joins the rows of one file whose description is the same, so that one decision settles them all.
    """

    file: str
    number: int
    outcome: RowOutcome
    sentence: str
    code: str = ""
    fingerprint: str = ""
    person: str = ""
    candidates: tuple[Candidate, ...] = ()
    duplicate_of: int | None = None
    group: str = ""
    involvement: str = ""
    row: RosterRow | None = None
    agency: AgencyRow | None = None
    worker: WorkerRow | None = None
    service_type: str = ""


@dataclass(frozen=True, slots=True)
class PlannedPerson:
    """A person to create: what to show, and every description, so that the next import finds them."""

    key: str
    identity: Identity
    descriptions: tuple[Identity, ...]


@dataclass(frozen=True, slots=True)
class FileReport:
    """What was found in a file, or the sentence that says why it could not be read."""

    file: str
    rows: int = 0
    unknown_columns: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class DirectoryPlan:
    """Everything an import of the folder would do."""

    directory: Directory
    rows: tuple[PlannedRow, ...]
    people: Mapping[str, PlannedPerson]
    files: tuple[FileReport, ...]

    def counts(self) -> dict[str, Counter[RowOutcome]]:
        """How many rows of each file had each outcome."""
        counted: dict[str, Counter[RowOutcome]] = defaultdict(Counter)
        for row in self.rows:
            counted[row.file][row.outcome] += 1
        return dict(counted)


@dataclass(frozen=True, slots=True)
class Memory:
    """What a council knows before an import: its people, and the person (by fingerprint) of each row taken before."""

    people: tuple[KnownPerson, ...] = ()
    rows: Mapping[str, str] = field(default_factory=dict)


def plan_folder(
    folder: Path,
    mappings: Sequence[RosterMapping],
    *,
    today: date,
    memory: Memory | None = None,
    thresholds: Thresholds = THRESHOLDS,
) -> DirectoryPlan:
    """The plan for the files in `folder` that a mapping describes, as of `today` (agreements, ages, future dates)."""
    sheets, reports = _read_files(folder, mappings)
    directory = _directory(sheets, today)
    ready: list[PlannedRow] = []
    for mapping, sheet in sheets:
        if mapping.kind == "involvements":
            read = read_rows(sheet, mapping, today=today)
            ready.extend(_resolved(row, mapping, directory, today) for row in _with_duplicates(read))
    return _planned(ready, directory, reports, memory or Memory(), thresholds)


def _read_files(
    folder: Path, mappings: Sequence[RosterMapping]
) -> tuple[list[tuple[RosterMapping, Sheet]], list[FileReport]]:
    sheets: list[tuple[RosterMapping, Sheet]] = []
    reports: list[FileReport] = []
    for mapping in sorted(mappings, key=lambda mapping: mapping.file):
        path = folder / mapping.file
        if not path.is_file():
            reports.append(FileReport(mapping.file, problem=f"{mapping.file} is not in the folder."))
            continue
        try:
            sheet = read_sheet(path.read_bytes(), mapping)
        except UnreadableFile as problem:
            reports.append(FileReport(mapping.file, problem=str(problem)))
            continue
        except OSError:
            reports.append(FileReport(mapping.file, problem=f"{mapping.file} can't be opened: may it be read?"))
            continue
        sheets.append((mapping, sheet))
        reports.append(FileReport(mapping.file, len(sheet.rows), sheet.unknown_columns))
    described = {mapping.file for mapping in mappings}
    for path in sorted(folder.glob("*")):
        if path.suffix.lower() in {".csv", ".xlsx"} and path.name not in described:
            reports.append(FileReport(path.name, problem=f"{path.name} has no mapping: it was left alone."))
    return sheets, reports


def _directory(sheets: Iterable[tuple[RosterMapping, Sheet]], today: date) -> Directory:
    agencies: list[AgencyRow] = []
    workers: list[WorkerRow] = []
    problems: list[DirectoryRowProblem] = []
    for mapping, sheet in sheets:
        if mapping.kind == "agencies":
            found, refused = read_agencies(sheet, mapping, today=today)
            agencies.extend(found)
            problems.extend(refused)
        elif mapping.kind == "staff":
            people, refused = read_staff(sheet, mapping, today=today)
            workers.extend(people)
            problems.extend(refused)
    return Directory(tuple(agencies), tuple(workers), tuple(problems))


def _with_duplicates(rows: Sequence[ReadRow]) -> Iterable[tuple[ReadRow, int | None]]:
    """Each row with the earlier row of its file that says the same, if there is one."""
    first: dict[str, int] = {}
    for row in rows:
        yield row, first.get(row.fingerprint)
        first.setdefault(row.fingerprint, row.number)


def _resolved(
    read: tuple[ReadRow, int | None], mapping: RosterMapping, directory: Directory, today: date
) -> PlannedRow:
    """The row with its agency, worker and service, or as an error."""
    found, duplicate_of = read
    if found.problem or found.row is None:
        return _error(found, found.problem or RowProblem("unreadable", "The row can't be read."), duplicate_of)
    row = found.row
    agency = directory.agency(row.agency)
    if agency is None:
        problem = RowProblem("unknown_agency", f"“{row.agency[:60]}” is not in the list of agencies.")
        return _error(found, problem, duplicate_of)
    worker = directory.worker(row.worker, agency)
    if isinstance(worker, RowProblem):
        return _error(found, worker, duplicate_of)
    missing = agency.agreement_problem(today)
    if missing:
        return _error(found, missing, duplicate_of)
    service_type = row.service_type or worker.service_type or next(iter(agency.service_types), "")
    return PlannedRow(
        file=found.file,
        number=found.number,
        outcome=RowOutcome.QUESTION,  # until it is placed
        sentence="",
        fingerprint=found.fingerprint,
        duplicate_of=duplicate_of,
        row=_with_age_limits(row, mapping.ages.get(service_type), today),
        agency=agency,
        worker=worker,
        service_type=service_type,
    )


def _with_age_limits(row: RosterRow, limits: tuple[int, int] | None, today: date) -> RosterRow:
    """The row's description with the ages that its service sees, where it gives no birth date itself."""
    if limits is None or row.identity.birth_date or row.identity.approximate_age:
        return row
    seen = ApproximateAge(limits[0], limits[1], row.ended_on or today)
    return replace(row, identity=replace(row.identity, age_limits=seen))


def _error(found: ReadRow, problem: RowProblem, duplicate_of: int | None) -> PlannedRow:
    return PlannedRow(
        file=found.file,
        number=found.number,
        outcome=RowOutcome.ERROR,
        sentence=problem.sentence,
        code=problem.code,
        fingerprint=found.fingerprint,
        duplicate_of=duplicate_of,
    )


def _planned(
    ready: Sequence[PlannedRow],
    directory: Directory,
    reports: Sequence[FileReport],
    memory: Memory,
    thresholds: Thresholds,
) -> DirectoryPlan:
    identities, at = _distinct(ready)
    known = _known_people(ready, memory)
    placement = place(identities, known, thresholds)
    rows: list[PlannedRow] = []
    begun = {person.person for person in known}
    for planned in ready:
        if planned.row is None:
            rows.append(planned)
            continue
        rows.append(_placed(planned, planned.row, at[planned.row.identity.sort_key()], placement, begun))
    known_ids = {person.person for person in known}
    people = {
        key: PlannedPerson(key, merged(members), tuple(_different(members)))
        for key, members in placement.members.items()
        if key not in known_ids
    }
    return DirectoryPlan(directory, tuple(rows), people, tuple(reports))


def _distinct(ready: Iterable[PlannedRow]) -> tuple[list[Identity], dict[tuple[str, ...], int]]:
    """Each description once, and where it stands."""
    identities: list[Identity] = []
    at: dict[tuple[str, ...], int] = {}
    for planned in ready:
        if planned.row is None:
            continue
        key = planned.row.identity.sort_key()
        if key not in at:
            at[key] = len(identities)
            identities.append(planned.row.identity)
    return identities, at


def _known_people(ready: Iterable[PlannedRow], memory: Memory) -> tuple[KnownPerson, ...]:
    """The council's people, with the descriptions of rows that an earlier import gave them."""
    extra: dict[str, dict[tuple[str, ...], Identity]] = defaultdict(dict)
    for planned in ready:
        person = memory.rows.get(planned.fingerprint)
        if person and planned.row:
            extra[person][planned.row.identity.sort_key()] = planned.row.identity
    known = {person.person: person for person in memory.people}
    for person_id, descriptions in extra.items():
        before = known.get(person_id, KnownPerson(person_id, ()))
        known[person_id] = KnownPerson(person_id, (*before.identities, *descriptions.values()))
    return tuple(known[person_id] for person_id in sorted(known))


def _placed(planned: PlannedRow, row: RosterRow, node: int, placement: Placement, begun: set[str]) -> PlannedRow:
    """The row with what the placement says of its description."""
    group = f"{row.source}:{node}"
    person = placement.person_of.get(node)
    if person is None:
        waiting = placement.waiting[node]
        return replace(
            planned,
            code="needs_decision",
            sentence=waiting.sentence,
            candidates=waiting.candidates,
            group=group,
        )
    is_first = person not in begun
    begun.add(person)
    outcome = RowOutcome.CREATED if is_first else RowOutcome.MATCHED
    if planned.duplicate_of is not None:
        sentence = f"The same as row {planned.duplicate_of} of this file."
    else:
        sentence = "A new client." if is_first else "A client known already."
    return replace(
        planned,
        outcome=outcome,
        sentence=sentence,
        person=person,
        group=group,
        involvement=involvement_key(planned, row, person),
    )


def involvement_key(planned: PlannedRow, row: RosterRow, person: str) -> str:
    """Equal for rows that are lines of one involvement: one person, worker, service and start."""
    worker = f"{planned.worker.file}:{planned.worker.number}" if planned.worker else ""
    return f"{person}|{row.source}|{worker}|{planned.service_type}|{row.started_on:%Y-%m-%d}"


def _different(members: Iterable[Identity]) -> Iterable[Identity]:
    seen: set[tuple[str, ...]] = set()
    for identity in members:
        if identity.sort_key() not in seen:
            seen.add(identity.sort_key())
            yield identity
