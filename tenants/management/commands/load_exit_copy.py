"""`manage.py load_exit_copy FILE --host HOST`: a council out of its exit copy, all of it or nothing."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tenants.actions import require_host
from tenants.errors import CouncilExists, InvalidHost, NotKeptHere
from tenants.exit_copy.layout import CopyNotPossible
from tenants.exit_copy.loading import load
from tenants.files import FilesAway
from tenants.queries import council_at


class Command(BaseCommand):
    """Looks at every byte of the copy, then loads it; says in a sentence why when it can't."""

    requires_system_checks: list[str] = []  # they run when the site starts
    help = "Make a council of an exit copy. It is read only until an operator resumes it."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file and the host; the rest has defaults."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--host", required=True)
        parser.add_argument("--name", default="", help="the council's name, where it is not the copy's")
        parser.add_argument(
            "--region", default="", help="the region this deployment stands in, which is what it is without"
        )
        parser.add_argument("--sha256", default="", help="the checksum that was shown where the copy was fetched")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check, load, and print how many rows every table has."""
        try:
            host = require_host(options["host"])
            _require_free(host)
            with options["file"].open("rb") as source:
                if options["sha256"]:
                    self._require_sum(source, options["sha256"])
                loaded = load(source, host=host, name=options["name"], region=options["region"])
        except (CopyNotPossible, CouncilExists, InvalidHost, NotKeptHere, FilesAway) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"The file can't be read: {error.strerror}.") from error
        for table, rows in sorted(loaded.rows.items()):
            self.stdout.write(f"{rows:>12} {table}")
        self.stdout.write(f"{sum(loaded.rows.values())} rows in {len(loaded.rows)} tables, and {loaded.files} files.")
        self.stdout.write(f"The council answers at {loaded.host}, read only until it is resumed.")

    def _require_sum(self, source: Any, expected: str) -> None:
        found = hashlib.file_digest(source, "sha256").hexdigest()
        source.seek(0)
        if found != expected.strip().lower():
            raise CommandError("This is not the file that the checksum is of: it was changed or damaged.")


def _require_free(host: str) -> None:
    """Asked before a long file is read. Raises CouncilExists."""
    if council_at(host) is not None:
        raise CouncilExists(f"There is a council at {host} already.")
