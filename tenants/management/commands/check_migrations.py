"""`manage.py check_migrations`: refuses migrations that the last release's code can't live with. Asks no database.

`--release VERSION` records, when a release is made, that everything there is now has been released.
"""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.migrations.loader import MigrationLoader

from tenants.fleet.gate import read_baseline, refusals, write_baseline


class Command(BaseCommand):
    """Checks; names each migration and rule that it breaks."""

    requires_system_checks: list[str] = []  # it runs where there is no database
    help = "Refuse migrations that old code can't live with while both run."

    def add_arguments(self, parser: CommandParser) -> None:
        """The release that was made, if one was."""
        parser.add_argument("--release", default="", help="record that everything there is now is in this release")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check, or move the baseline."""
        loader = MigrationLoader(None)
        if options["release"]:
            write_baseline(options["release"], loader)
            self.stdout.write(f"The baseline is now release {options['release']}.")
            return
        found = refusals(loader, read_baseline())
        if found:
            raise CommandError("\n".join(str(refusal) for refusal in found))
        self.stdout.write("Old code can live with every migration since the last release.")
