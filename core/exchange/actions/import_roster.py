"""A folder of agencies' exports into a council: planned as a whole, written in chunks, one transaction a chunk.

A run that is killed goes on where it was, and a run that finds everything there changes nothing. Rows never vanish:
each has one outcome, which is remembered by a keyed hash of the row, never by its content.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import IntegrityError
from psycopg.errors import UniqueViolation

from core import clock
from core.audit.actions import Actor, record
from core.consent.packs_in_use import policy_in_force
from core.exchange.actions.client_rows import Context, PersonRows, WrittenChunk, service_of, write_people
from core.exchange.actions.directory_rows import (
    DirectoryWork,
    WorkerKey,
    WrittenDirectory,
    check_words,
    write_directory,
)
from core.exchange.errors import AnotherImportRunning
from core.exchange.models import ImportedRow, ImportRun
from core.exchange.models import RowOutcome as Kept
from core.exchange.queries import Remembered, RememberedRow, RowKey, remembered
from core.exchange.results import ImportResult, ResultRow
from core.exchange.roster.directory import REPEATED, AgencyRow, DirectoryRowProblem, WorkerRow
from core.exchange.roster.mapping import RosterMapping
from core.exchange.roster.planning import DirectoryPlan, PlannedRow, RowOutcome, plan_folder
from tenants.context import CouncilRef, inside

CHUNK: Final = 250
"""People, or rows that wait, in one transaction."""
TIME_LIMIT: Final = "60s"
LONGEST_SENTENCE: Final = 300

_KEPT: Final = {
    RowOutcome.CREATED: Kept.CREATED,
    RowOutcome.MATCHED: Kept.MATCHED,
    RowOutcome.QUESTION: Kept.QUESTION,
    RowOutcome.ERROR: Kept.ERROR,
}
_SAID: Final = {kept: said for said, kept in _KEPT.items()}

Report = Callable[[str], None]


def import_roster(
    *,
    council: CouncilRef,
    folder: Path,
    mappings: Sequence[RosterMapping],
    today: date,
    report: Report,
    by: Actor | None = None,
    moved_by: timedelta = timedelta(0),
    chunk: int = CHUNK,
) -> ImportResult:
    """Take a folder of exports in as of `today`; every date but birth dates is kept `moved_by` later.

    It opens `inside(council)` itself, once for each chunk, so it is called outside of any scope. `by` is who imports
    (None: a job). Raises MappingMistake before anything is written, AnotherImportRunning.
    """
    check_words(mappings)
    run = _Run(council, {mapping.file: mapping for mapping in mappings}, today, moved_by, by, report, chunk)
    report("Reading what the council holds already")
    with run.scope():
        run.before = remembered()
        run.run_id = ImportRun.objects.filter(finished_at=None).values_list("id", flat=True).first()
    report("Reading the files and comparing people; this can take some seconds")
    run.plan = plan_folder(folder, mappings, today=today, memory=run.before.memory)
    run.write_directory()
    run.plan = replace(run.plan, rows=tuple(run.usable_rows()))
    run.write_clients()
    run.write_waiting()
    return run.finish()


@dataclass
class _Run:
    """One import under way. `ids` and `lines` say which client and line a key of the plan has become."""

    council: CouncilRef
    mappings: dict[str, RosterMapping]
    today: date
    moved_by: timedelta
    by: Actor | None
    report: Report
    chunk: int
    before: Remembered = field(init=False)
    plan: DirectoryPlan = field(init=False)
    directory: WrittenDirectory = field(init=False)
    context: Context = field(init=False)
    run_id: UUID | None = None
    ids: dict[str, UUID] = field(default_factory=dict)
    results: dict[tuple[str, int], ResultRow] = field(default_factory=dict)
    written: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def scope(self) -> Iterator[None]:
        """One unit of work: a transaction in the council's world."""
        actor = str(self.by.id) if self.by else "job:import_roster"
        try:
            with inside(self.council, actor=actor, statement_timeout=TIME_LIMIT):
                yield
        except IntegrityError as error:
            if isinstance(error.__cause__, UniqueViolation):
                raise AnotherImportRunning from error
            raise

    def _begun(self) -> UUID:
        """The run that rows are noted under: one that was killed goes on; none is made when nothing is to be done."""
        if self.run_id is None:
            self.run_id = ImportRun.objects.create(source="roster", started_at=clock.now()).id
        return self.run_id

    # The directory

    def write_directory(self) -> None:
        """Agencies, services and practitioners, in one transaction."""
        self.report(f"Agencies and practitioners: {len(self.plan.directory.workers):,}")
        told = self._directory_keys()
        settled = frozenset(at for at, key in told.items() if self._before(key) is not None)
        work = DirectoryWork(self.council, self.mappings, self.today, self.moved_by, self.by, settled)
        with self.scope():
            on = clock.today()
            self.directory = write_directory(self.plan, work)
            self.context = Context(work, on, policy_in_force(on), self.directory)
            self._remember([note for at, key in told.items() if (note := self._directory_note(at, key))])
        self.written += self.directory.written

    def _directory_keys(self) -> dict[WorkerKey, RowKey]:
        """Every row of the agencies' and the staff's files, as it is remembered."""
        of, found = self.before.fingerprints.of, self.plan.directory
        rows: list[AgencyRow | WorkerRow | DirectoryRowProblem] = [*found.agencies, *found.workers, *found.problems]
        return {(row.file, row.number): (row.file, row.number, of(row)) for row in rows}

    def _directory_note(self, at: WorkerKey, key: RowKey) -> ImportedRow | None:
        """Tell the row's outcome; answers what to remember, where it is not remembered yet."""
        wrong = {(one.file, one.number): one.problem for one in self.plan.directory.problems}.get(at)
        refused = self.directory.refused.get(at)
        if wrong is not None and wrong.code == REPEATED:
            outcome, sentence, code = RowOutcome.MATCHED, wrong.sentence, wrong.code
        elif wrong is not None or refused is not None:
            outcome = RowOutcome.ERROR
            sentence, code = (wrong.sentence, wrong.code) if wrong else (str(refused), "not_usable")
        elif at in self.directory.added:
            outcome, sentence, code = RowOutcome.CREATED, "New in the directory.", ""
        else:
            outcome, sentence, code = RowOutcome.MATCHED, "In the directory already.", ""
        before = self._before(key)
        if before is not None and (before.is_settled or outcome is RowOutcome.ERROR):
            self._tell(at, _SAID[before.outcome], before.sentence, None)
            return None
        self._tell(at, outcome, sentence, None)
        return self._note(key, outcome, sentence, code)

    # Clients

    def usable_rows(self) -> Iterator[PlannedRow]:
        """The plan's rows, those of a worker or service that could not be made as errors; each new person once."""
        begun: set[str] = set()
        for row in self.plan.rows:
            if not row.person:
                yield row
                continue
            worker = row.worker
            if worker is None or (worker.file, worker.number) not in self.directory.practitioners:
                yield _as_error(row, "worker_not_usable", "The practitioner's own row in the staff file can't be used.")
            elif service_of(row, self.directory) is None:
                yield _as_error(row, "unknown_service", "The council offers no service of this type.")
            elif row.person in self.plan.people and row.person not in begun:
                begun.add(row.person)
                yield replace(row, outcome=RowOutcome.CREATED)
            else:
                yield row

    def write_clients(self) -> None:
        """Everybody with a row that is not taken yet, with those rows, a chunk at a time."""
        waiting: dict[str, list[PlannedRow]] = {}
        for row in self.plan.rows:
            if not row.person:
                continue
            before = self._before(self._key(row))
            if before is not None and before.is_settled:
                said = _SAID[before.outcome]
                self._tell((row.file, row.number), said, before.sentence, before.client_id)
            else:
                waiting.setdefault(row.person, []).append(row)
        people = [PersonRows(key, tuple(rows), self.plan.people.get(key)) for key, rows in waiting.items()]
        for start in range(0, len(people), self.chunk):
            self._write_people(people[start : start + self.chunk])
            self.report(f"Clients: {min(start + self.chunk, len(people)):,} of {len(people):,}")

    def _write_people(self, people: Sequence[PersonRows]) -> None:
        with self.scope():
            done = write_people(people, self.context)
            self._remember([self._taken(row, done) for person in people for row in person.rows])
        for person in people:
            self.ids[person.key] = done.clients[person.key]
            for row in person.rows:
                self._tell((row.file, row.number), row.outcome, row.sentence, done.clients[person.key])
        self.written += done.written

    def _taken(self, row: PlannedRow, done: WrittenChunk) -> ImportedRow:
        note = self._note(self._key(row), row.outcome, row.sentence, row.code)
        note.client_id, note.involvement_id = done.clients[row.person], done.lines[row.involvement]
        return note

    # Rows that wait

    def write_waiting(self) -> None:
        """Rows that need a decision or hold a mistake: remembered, with the people whom they may be about."""
        notes = []
        for row in self.plan.rows:
            if row.person:
                continue
            key = self._key(row)
            before = self._before(key)
            if before is not None and (before.is_settled or self._stands(before, row)):
                said = _SAID[before.outcome]
                self._tell((row.file, row.number), said, before.sentence, before.client_id)
                continue
            note = self._note(key, row.outcome, row.sentence, row.code)
            note.candidates = [found for one in row.candidates if (found := self._id(one.person))]
            notes.append(note)
            self._tell((row.file, row.number), row.outcome, row.sentence, None)
        step = self.chunk * 4
        for start in range(0, len(notes), step):
            with self.scope():
                self._remember(notes[start : start + step])
            self.report(f"Rows that wait: {min(start + step, len(notes)):,} of {len(notes):,}")

    @staticmethod
    def _stands(before: RememberedRow, row: PlannedRow) -> bool:
        return (before.outcome, before.problem) == (_KEPT[row.outcome], row.code)

    def _id(self, person: str) -> UUID | None:
        if person in self.plan.people:
            return self.ids.get(person)
        return UUID(person)

    # What is remembered and told

    def _key(self, row: PlannedRow) -> RowKey:
        return row.file, row.number, self.before.fingerprints.kept(row.fingerprint)

    def _before(self, key: RowKey) -> RememberedRow | None:
        return self.before.rows.get(key)

    def _note(self, key: RowKey, outcome: RowOutcome, sentence: str, code: str) -> ImportedRow:
        """What is to be remembered of a row; where it was a question or a mistake before, in the place of that."""
        file, number, fingerprint = key
        before = self._before(key)
        note = ImportedRow(
            file=file,
            row_number=number,
            fingerprint=fingerprint,
            outcome=_KEPT[outcome],
            problem=code[:40],
            sentence=sentence[:LONGEST_SENTENCE],
        )
        if before is not None:
            note.id = before.id
        return note

    def _remember(self, notes: Sequence[ImportedRow]) -> None:
        if not notes:
            return
        run_id = self._begun()
        for note in notes:
            note.run_id = run_id
        known = {row.id for row in self.before.rows.values()}
        ImportedRow.objects.bulk_create([note for note in notes if note.id not in known])
        changed = [note for note in notes if note.id in known]
        if changed:
            fields = ["run", "outcome", "problem", "sentence", "client", "involvement", "candidates"]
            ImportedRow.objects.bulk_update(changed, fields)

    def _tell(self, at: tuple[str, int], outcome: RowOutcome, sentence: str, client_id: UUID | None) -> None:
        self.results[at] = ResultRow(*at, outcome, sentence[:LONGEST_SENTENCE], str(client_id) if client_id else "")

    def finish(self) -> ImportResult:
        """Close the run, and answer every row in the order of files and rows."""
        unread = [
            ResultRow(file.file, None, RowOutcome.ERROR, file.problem) for file in self.plan.files if file.problem
        ]
        rows = tuple(sorted((*self.results.values(), *unread), key=lambda row: (row.file, row.number or 0)))
        result = ImportResult(rows, self.plan, dict(self.written))
        if self.run_id is not None:
            counts = {file: {_KEPT[said].value: n for said, n in told.items()} for file, told in result.counts.items()}
            with self.scope():
                run = ImportRun.objects.get(id=self.run_id)
                run.finished_at, run.counts = clock.now(), counts
                run.save(update_fields=["finished_at", "counts"])
                record("exchange.import.finished", by=self.by, subject=run, detail={"rows": len(rows)})
        return result


def _as_error(row: PlannedRow, code: str, sentence: str) -> PlannedRow:
    return replace(row, outcome=RowOutcome.ERROR, code=code, sentence=sentence, person="", involvement="")
