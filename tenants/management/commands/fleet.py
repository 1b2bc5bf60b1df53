"""`manage.py fleet status|migrate|resume|drift|verify`: every council's schema, in plain sentences.

Exit codes: 0 when all is well, 1 when something needs a look, and the sentences say what.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.migrations.loader import MigrationLoader

from tenants import schemas
from tenants.context import shared
from tenants.fleet import migrate_shared, report, running, standing
from tenants.fleet.drift import check_drift
from tenants.fleet.running import FleetResult
from tenants.models import Council

WHO = "manage.py fleet"


class Command(BaseCommand):
    """The fleet from the command line. A council is named by its schema, which tells nothing of it."""

    requires_system_checks: list[str] = []  # they run when the site starts; a database may not be there yet
    help = "Tell how far the councils' schemas have come, bring them forward, and find those that were altered."

    def add_arguments(self, parser: CommandParser) -> None:
        """What to do."""
        parser.add_argument("what", choices=["status", "migrate", "resume", "drift", "verify"])

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it."""
        {
            "status": self._status, "migrate": self._migrate, "resume": self._resume, "drift": self._drift,
            "verify": self._verify,
        }[options["what"]]()  # fmt: skip

    def _status(self) -> None:
        with shared(actor="fleet"):
            said = report.overview()
        self.stdout.write(
            f"{said['current']} of {said['councils']} councils are current, {said['behind_count']} behind."
        )
        for run in said["runs"][:1]:
            self._say_run(run)
        if said["drift"] and said["drift"]["councils_differing"]:
            self.stdout.write(
                f"The last look for altered schemas: {said['drift']['note']} Run `manage.py fleet drift`."
            )
        if said["behind_count"]:
            raise CommandError("Run `manage.py fleet migrate`, or `manage.py fleet resume` after a run that stopped.")

    def _say_run(self, run: dict[str, Any]) -> None:
        words = {"running": "is under way", "stopped": "was stopped", "done": "is done"}
        self.stdout.write(
            f"The last run ({run['work']}, {run['started_at'][:16]}) {words[run['state']]}. {run['note']}"
        )
        for wave in run["waves"]:
            self.stdout.write(
                f"  {wave['label']}: {wave['done']} of {wave['total']} done, {wave['failed']} failed,"
                f" {wave['skipped']} not needed, {wave['left']} to do."
            )
        for line in run["failed"]:
            self.stdout.write(f"  {line['id']} failed: {line['error']}")
        if run["is_silent"]:
            self.stdout.write("  Nobody seems to be at it any more: `manage.py fleet resume` goes on with it.")

    def _migrate(self) -> None:
        self._shared()
        self._say(running.migrate_councils(self._line, asked_by=WHO))

    def _resume(self) -> None:
        self._shared()
        self._say(running.resume(self._line, asked_by=WHO))

    def _shared(self) -> None:
        with transaction.atomic():
            migrate_shared(lambda line: self._line(f"shared: {line}"))

    def _line(self, text: str) -> None:
        self.stdout.write(f"  {text}")

    def _say(self, result: FleetResult) -> None:
        self.stdout.write(
            f"{len(result.migrated)} councils migrated, {result.current} were current, {len(result.failed)} failed."
        )
        if not result.is_good:
            raise CommandError("\n".join([result.note, *(f"{schema}: {error}" for schema, error in result.failed)]))

    def _drift(self) -> None:
        found = check_drift(asked_by=WHO)
        for name in found.alone:
            self.stdout.write(f"{name} could not be compared: no other council is at its migrations.")
        for one in found.drifted:
            self.stdout.write(f"{one.schema_name} differs: {', '.join(one.differences)}.")
        self.stdout.write(f"{found.councils - len(found.drifted)} of {found.councils} councils are as they should be.")
        if found.drifted:
            raise CommandError(f"{len(found.drifted)} of {found.councils} councils differ.")

    def _verify(self) -> None:
        """Ask every schema itself, whatever the registry says."""
        known = frozenset(schemas.council_migrations(MigrationLoader(None)))
        names = list(Council.objects.order_by("created_at").values_list("schema_name", flat=True))
        with schemas.connection().cursor() as cursor:
            applied = standing.applied(cursor, names)
        wrong = 0
        for name in names:
            here = frozenset(key for key in applied.get(name, ()) if schemas.is_council_app(key[0]))
            missing, unknown = len(known - here), len(here - known)
            if missing or unknown:
                wrong += 1
                self.stdout.write(f"{name} lacks {missing} migrations and has {unknown} unknown to this release.")
        self.stdout.write(f"{len(names) - wrong} of {len(names)} councils have exactly this release's migrations.")
        if wrong:
            raise CommandError(f"{wrong} of {len(names)} councils are elsewhere.")
