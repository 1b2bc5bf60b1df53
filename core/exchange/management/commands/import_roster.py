"""`manage.py import_roster DIR --council NAME`: a folder of agencies' exports into a council."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core import clock
from core.consent.errors import PolicyUnusable
from core.consent.packs_in_use import pack_of
from core.exchange.actions import import_roster
from core.exchange.errors import ImportNotPossible
from core.exchange.results import ImportResult, summary, write_result
from core.exchange.roster.mapping import MappingMistake, RosterMapping, read_mappings
from core.exchange.roster.measuring import figures_of, read_truth
from core.exchange.samples import sample_of
from tenants.context import CouncilRef
from tenants.queries import council_named


class Command(BaseCommand):
    """Imports; shows what it does, writes a result file with a line for every row, and ends with a table."""

    help = "Import a folder of agencies' exports into a council. Run again, it changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        """The folder and the council; the rest has defaults."""
        parser.add_argument("folder", type=Path)
        parser.add_argument("--council", required=True)
        parser.add_argument("--mappings", type=Path, help="folder of mappings; the council's own by default")
        parser.add_argument("--today", type=_day, help="the day of the exports, as 2026-11-20; today by default")
        parser.add_argument("--result", type=Path, help="where to write what became of every row")
        parser.add_argument("--truth", type=Path, help="folder of an answer key: prints precision and recall")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Import. Raises CommandError with a sentence for whatever stands in the way."""
        council = council_named(options["council"])
        if council is None:
            raise CommandError(f"There is no council called {options['council']!r}.")
        folder: Path = options["folder"]
        mappings = _mappings(options["mappings"] or _own_mappings(council))
        _require_files(folder)
        result_file = _result_file(options["result"], council, folder)
        truth = read_truth(options["truth"]) if options["truth"] else None
        with timezone.override(ZoneInfo(pack_of(council).locale.timezone)):
            result = self._import(council, folder, mappings, options["today"] or clock.today())
        write_result(result_file, result.rows)
        self.stdout.write(summary(result))
        self.stdout.write(f"What became of every row: {result_file}")
        if truth is not None:
            self.stdout.write(figures_of(result.plan, truth))
        if result.read_nothing:
            raise CommandError("No file held a row that could be read; the result file says why.")

    def _import(
        self, council: CouncilRef, folder: Path, mappings: tuple[RosterMapping, ...], today: date
    ) -> ImportResult:
        begun = time.monotonic()

        def say(line: str) -> None:
            self.stdout.write(f"  {time.monotonic() - begun:5.1f} s  {line}")
            self.stdout.flush()

        try:
            return import_roster(council=council, folder=folder, mappings=mappings, today=today, report=say)
        except (MappingMistake, ImportNotPossible, PolicyUnusable) as error:
            raise CommandError(str(error)) from error


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _own_mappings(council: CouncilRef) -> Path:
    sample = sample_of(council.name)
    if sample is None:
        raise CommandError(f"Say with --mappings where {council.name}'s mappings are.")
    return sample.mappings


def _mappings(folder: Path) -> tuple[RosterMapping, ...]:
    if not folder.is_dir():
        raise CommandError(f"There is no folder of mappings at {folder}.")
    try:
        return read_mappings(folder)
    except (MappingMistake, UnicodeDecodeError, OSError) as error:
        raise CommandError(f"The mappings can't be used: {error}") from error


def _require_files(folder: Path) -> None:
    if not folder.is_dir():
        raise CommandError(f"There is no folder at {folder}.")
    try:
        is_empty = not any(folder.iterdir())
    except OSError as error:
        raise CommandError(f"The folder {folder} can't be opened.") from error
    if is_empty:
        raise CommandError(f"The folder {folder} is empty: put the exports into it.")


def _result_file(wanted: Path | None, council: CouncilRef, folder: Path) -> Path:
    """The result file, opened once so that a place that can't be written stops the import before it begins."""
    path = wanted or Path(settings.STATE_DIR) / "imports" / f"{council.schema_name}-{clock.now():%Y%m%d-%H%M%S}.csv"
    if path.resolve().parent == folder.resolve():
        raise CommandError("Write the result file to another folder than the exports: it would be read as one of them.")
    try:
        if wanted is None:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.open("a").close()
    except OSError as error:
        raise CommandError(f"The result file {path} can't be written.") from error
    return path
