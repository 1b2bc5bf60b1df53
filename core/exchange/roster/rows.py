"""One line of a source file into one involvement as its source tells it, or the problem that keeps it waiting.

Pure. A row with a problem waits for a person, with one sentence; the others go on. Which worker and agency a row means
is resolved later, in `directory`, where all files are known.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from core.exchange.roster.mapping import Column, RosterMapping
from core.exchange.roster.reading import Cell, Sheet, SheetRow
from core.exchange.roster.transforms import PlannedVisit, Surroundings, WholeName, plain_text, transformed
from core.people.identity import NHS, ApproximateAge, Identity, UnreadableValue, parse_postcode, spoken
from core.people.names import NotAUsableName, fold, tidy_case

_IDENTITY_FIELDS = frozenset(
    {"given", "middle", "family", "former_family", "known_as", "name", "birth_date", "age", "identifier"}
)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why a row waits: a stable code, and a sentence for the person who decides."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class WorkerReference:
    """How a row names its worker."""

    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One line of a source file, read. `fingerprint` is equal for lines that say the same in the kept columns."""

    file: str
    number: int
    source: str
    fingerprint: str
    identity: Identity
    agency: str
    service_type: str
    worker: WorkerReference
    started_on: date
    ended_on: date | None = None
    contacts: tuple[date, ...] = ()
    next_visit: PlannedVisit | None = None
    is_sensitive: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A data line with what became of it: a row, or a problem."""

    file: str
    number: int
    fingerprint: str
    row: RosterRow | None = None
    problem: RowProblem | None = None


@dataclass
class _Values:
    """The transformed cells of one line, and what went wrong with them."""

    found: dict[str, Any] = field(default_factory=dict)
    address: list[str] = field(default_factory=list)
    contacts: list[date] = field(default_factory=list)
    problems: dict[str, RowProblem] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        """A text value, or ""."""
        return str(self.found.get(name) or "")


def read_rows(sheet: Sheet, mapping: RosterMapping, *, today: date) -> tuple[ReadRow, ...]:
    """Every data line of a file of involvements, in the file's order."""
    return tuple(read_row(line, mapping, today=today) for line in sheet.rows)


def read_row(line: SheetRow, mapping: RosterMapping, *, today: date) -> ReadRow:
    """One line as an involvement, or the first problem that keeps it waiting."""
    fingerprint = fingerprint_of(line, mapping)
    problem = _shifted(line, mapping)
    if problem:
        return ReadRow(mapping.file, line.number, fingerprint, problem=problem)
    values = read_values(line, mapping, today=today)
    problem = _first_problem(values)
    if problem:
        return ReadRow(mapping.file, line.number, fingerprint, problem=problem)
    row = RosterRow(
        file=mapping.file,
        number=line.number,
        source=mapping.source,
        fingerprint=fingerprint,
        identity=identity_from(values, mapping),
        agency=values.text("agency") or mapping.agency,
        service_type=values.text("service_type"),
        worker=_worker(values),
        started_on=values.found["started_on"],
        ended_on=values.found.get("ended_on"),
        contacts=tuple(sorted(set(values.contacts))),
        next_visit=values.found.get("next_visit"),
        is_sensitive=mapping.is_sensitive,
        warnings=tuple(values.warnings),
    )
    return ReadRow(mapping.file, line.number, fingerprint, row=row)


def fingerprint_of(line: SheetRow, mapping: RosterMapping) -> str:
    """A digest of the kept cells, blind to spaces and capitals, so that a near copy of a line has the same one."""
    kept = [fold(plain_text(line.cells.get(column.name, ""))) for column in mapping.kept]
    beyond = [fold(plain_text(cell)) for cell in line.beyond]
    return hashlib.sha256("\x1f".join((mapping.source, *kept, *beyond)).encode()).hexdigest()


def read_values(line: SheetRow, mapping: RosterMapping, *, today: date) -> _Values:
    """Every kept cell through its column's transform; problems are collected, not raised."""
    values = _Values()
    for column in mapping.kept:
        try:
            value = transformed(line.cells.get(column.name, ""), Surroundings(mapping, column, today))
        except (UnreadableValue, NotAUsableName) as problem:
            _note_problem(values, column, problem)
            continue
        _put(values, column.field, value)
    return values


def _put(values: _Values, name: str, value: Any) -> None:
    if isinstance(value, WholeName):
        values.found |= {"given": value.given, "family": value.family}
    elif name == "address":
        values.address.extend(part for part in (value,) if part)
    elif name == "contact":
        values.contacts.extend(day for day in (value,) if day)
    elif name == "contacts":
        values.contacts.extend(value)
    else:
        values.found[name] = value


def _note_problem(values: _Values, column: Column, problem: UnreadableValue | NotAUsableName) -> None:
    """A problem in who, or when it began, stops the row; one in a contact or visit is told and left out."""
    if column.field in _IDENTITY_FIELDS:
        values.problems.setdefault("identity", RowProblem(problem.code, problem.sentence))
    elif column.field in {"started_on", "ended_on"}:
        which = "start" if column.field == "started_on" else "end"
        code = problem.code.replace("_date", f"_{which}_date")
        values.problems.setdefault("start", RowProblem(code, f"The {which}: {problem.sentence}"))
    elif column.field in {"service_type", "agency"}:
        values.problems.setdefault("rest", RowProblem(problem.code, problem.sentence))
    else:
        values.warnings.append(f"{column.name} was left out: {problem.sentence}")


def _first_problem(values: _Values) -> RowProblem | None:
    if "identity" in values.problems:
        return values.problems["identity"]
    if not values.text("given") and not values.text("family") and not values.text("known_as"):
        return RowProblem("no_name", "The row has no name at all.")
    if "start" in values.problems:
        return values.problems["start"]
    started, ended = values.found.get("started_on"), values.found.get("ended_on")
    if started is None:
        return RowProblem("no_start_date", "The row does not say when the support began.")
    if ended is not None and ended < started:
        sentence = f"The support ended on {spoken(ended)}, before it began on {spoken(started)}."
        return RowProblem("end_before_start", sentence)
    if "rest" in values.problems:
        return values.problems["rest"]
    if not values.text("worker") and not values.text("worker_email"):
        return RowProblem("no_worker", "The row names no worker.")
    return None


def identity_from(values: _Values, mapping: RosterMapping) -> Identity:
    """Who the row is about."""
    number, reference = values.text("identifier"), values.text("reference")
    age: ApproximateAge | None = values.found.get("age")
    postcode = values.text("postcode")
    return Identity(
        given=tidy_case(values.text("given")),
        middle=tidy_case(values.text("middle")),
        family=tidy_case(values.text("family")),
        known_as=tidy_case(values.text("known_as")),
        former_family=tidy_case(values.text("former_family")),
        birth_date=values.found.get("birth_date"),
        approximate_age=age,
        address=", ".join(values.address),
        postcode=postcode,
        area=values.text("area") or postcode.partition(" ")[0],
        phone=values.text("phone"),
        identifiers={NHS: number} if number else {},
        references={mapping.source: reference} if reference else {},
    )


def _worker(values: _Values) -> WorkerReference:
    """The worker as the row names them; some systems write an address where others write a name."""
    name, email = values.text("worker"), values.text("worker_email")
    if "@" in name:
        return WorkerReference(email=email or name.replace(" ", "").lower())
    return WorkerReference(name, email)


def _shifted(line: SheetRow, mapping: RosterMapping) -> RowProblem | None:
    """An unquoted separator inside a cell pushed the others one column on."""
    sentence = "The cells stand one column too far on: a separator inside a cell is missing its quotes."
    if any(_is_filled(cell) for cell in line.beyond):
        return RowProblem("shifted_columns", sentence)
    column = mapping.column_for("postcode")
    if column is None:
        return None
    names = list(line.cells)
    at = names.index(column.name)
    after: Sequence[Cell] = list(line.cells.values())[at + 1 : at + 2]
    here = plain_text(line.cells[column.name])
    if here and not parse_postcode(here, mapping.country) and _are_postcodes(after, mapping.country):
        return RowProblem("shifted_columns", sentence)
    return None


def _are_postcodes(cells: Iterable[Cell], country: str) -> bool:
    texts = [plain_text(cell) for cell in cells]
    return bool(texts) and all(parse_postcode(text, country) for text in texts)


def _is_filled(cell: Cell) -> bool:
    return not isinstance(cell, str) or bool(cell.strip())
