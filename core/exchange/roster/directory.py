"""The agencies and practitioners of a roster, and which of them a row means.

Pure. Agencies are known by name, practitioners by e-mail, then by name within their agency: two people of one name in
two agencies are told apart by the agency.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from core.exchange.roster.mapping import RosterMapping
from core.exchange.roster.reading import Sheet
from core.exchange.roster.rows import RowProblem, WorkerReference, fingerprint_of, read_values
from core.people.identity import spoken
from core.people.names import are_nicknames, fold, fold_tokens, is_same_spelling, tidy_case

REPEATED = "repeated"
"""The code of a row that says what an earlier one of its file says: no mistake, and counted once."""


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """An agency as its file describes it."""

    number: int
    name: str
    kind: str = ""
    service_types: tuple[str, ...] = ()
    signed_on: date | None = None
    expires_on: date | None = None
    phone: str = ""
    file: str = ""

    def agreement_problem(self, on: date) -> RowProblem | None:
        """Why the agency may not take part on a day: no sharing agreement, or one that has run out."""
        if self.signed_on is None or self.signed_on > on:
            return RowProblem("agreement_missing", f"{self.name} has no sharing agreement: record one first.")
        if self.expires_on is not None and self.expires_on < on:
            ran_out = spoken(self.expires_on)
            return RowProblem("agreement_expired", f"The sharing agreement of {self.name} ran out on {ran_out}.")
        return None


@dataclass(frozen=True, slots=True)
class WorkerRow:
    """A practitioner as the staff file describes them. `number` is the row of that file."""

    number: int
    given: str
    family: str
    agency: str
    email: str = ""
    mobile: str = ""
    phone: str = ""
    service_type: str = ""
    job_title: str = ""
    role: str = ""
    started_on: date | None = None
    leaving_on: date | None = None
    file: str = ""

    def has_left(self, on: date) -> bool:
        """Whether the practitioner has left by a day."""
        return self.leaving_on is not None and self.leaving_on < on


@dataclass(frozen=True, slots=True)
class DirectoryRowProblem:
    """A row of the agencies or staff file that can't be used."""

    file: str
    number: int
    problem: RowProblem


@dataclass
class Directory:
    """Every agency and practitioner, found by the names that rows use."""

    agencies: tuple[AgencyRow, ...] = ()
    workers: tuple[WorkerRow, ...] = ()
    problems: tuple[DirectoryRowProblem, ...] = ()
    _agency_by_name: dict[str, AgencyRow] = field(default_factory=dict)
    _by_email: dict[str, list[WorkerRow]] = field(default_factory=lambda: defaultdict(list))
    _by_agency: dict[str, list[WorkerRow]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for agency in self.agencies:
            self._agency_by_name.setdefault(fold(agency.name), agency)
        for worker in self.workers:
            self._by_agency[fold(worker.agency)].append(worker)
            if worker.email:
                self._by_email[worker.email].append(worker)

    def agency(self, name: str) -> AgencyRow | None:
        """The agency of that name, capitals, accents and spaces apart."""
        return self._agency_by_name.get(fold(name))

    def worker(self, reference: WorkerReference, agency: AgencyRow) -> WorkerRow | RowProblem:
        """The practitioner that a row of an agency names, or why none can be told."""
        if reference.email:
            by_email = self._by_email.get(reference.email, [])
            if len(by_email) == 1:
                return by_email[0]
        named = reference.name or reference.email.partition("@")[0].replace(".", " ")
        found = _named(named, self._by_agency.get(fold(agency.name), []))
        if len(found) == 1:
            return found[0]
        shown = reference.name or reference.email
        if len(found) > 1:
            return RowProblem("ambiguous_worker", f"{agency.name} has more than one practitioner called {shown}.")
        return RowProblem("unknown_worker", f"{shown} is not among the practitioners of {agency.name}.")


def _named(name: str, workers: Iterable[WorkerRow]) -> list[WorkerRow]:
    """The workers of that name: the exact ones, else those whose usual short name it is."""
    words = fold_tokens(name)
    if len(words) < 2:
        return []
    same_family = [w for w in workers if is_same_spelling("".join(words[-len(_family(w)) :]), "".join(_family(w)))]
    exact = [w for w in same_family if is_same_spelling(words[0], fold_tokens(w.given)[0])]
    return exact or [w for w in same_family if are_nicknames(words[0], fold_tokens(w.given)[0])]


def _family(worker: WorkerRow) -> tuple[str, ...]:
    return fold_tokens(worker.family)


def read_agencies(
    sheet: Sheet, mapping: RosterMapping, *, today: date
) -> tuple[list[AgencyRow], list[DirectoryRowProblem]]:
    """The agencies of their file, and the rows that can't be used."""
    agencies: list[AgencyRow] = []
    problems: list[DirectoryRowProblem] = []
    names: dict[str, int] = {}
    for line in sheet.rows:
        values = read_values(line, mapping, today=today)
        name = values.text("agency")
        if not name:
            problem = RowProblem("no_name", "The row names no agency.")
            problems.append(DirectoryRowProblem(mapping.file, line.number, problem))
            continue
        if fold(name) in names:
            problem = RowProblem("agency_twice", f"{name} stands in row {names[fold(name)]} already.")
            problems.append(DirectoryRowProblem(mapping.file, line.number, problem))
            continue
        names[fold(name)] = line.number
        agencies.append(
            AgencyRow(
                number=line.number,
                name=name,
                kind=values.text("kind"),
                service_types=tuple(values.found.get("service_types") or ()),
                signed_on=values.found.get("signed_on"),
                expires_on=values.found.get("expires_on"),
                phone=values.text("phone"),
                file=mapping.file,
            )
        )
    return agencies, problems


def read_staff(
    sheet: Sheet, mapping: RosterMapping, *, today: date
) -> tuple[list[WorkerRow], list[DirectoryRowProblem]]:
    """The practitioners of their file, and the rows that can't be used; a line that says the same twice counts once."""
    workers: list[WorkerRow] = []
    problems: list[DirectoryRowProblem] = []
    seen: dict[str, int] = {}
    for line in sheet.rows:
        first = seen.setdefault(fingerprint_of(line, mapping), line.number)
        if first != line.number:
            repeated = RowProblem(REPEATED, f"The same as row {first} of this file.")
            problems.append(DirectoryRowProblem(mapping.file, line.number, repeated))
            continue
        values = read_values(line, mapping, today=today)
        if "identity" in values.problems or not (values.text("given") and values.text("family")):
            problem = values.problems.get("identity") or RowProblem("no_name", "The row has no full name.")
            problems.append(DirectoryRowProblem(mapping.file, line.number, problem))
            continue
        texts = {
            name: values.text(name)
            for name in ("agency", "email", "mobile", "phone", "service_type", "job_title", "role")
        }
        workers.append(
            WorkerRow(
                number=line.number,
                given=tidy_case(values.text("given")),
                family=tidy_case(values.text("family")),
                started_on=values.found.get("started_on"),
                leaving_on=values.found.get("leaving_on"),
                file=mapping.file,
                **texts,
            )
        )
    return workers, problems
