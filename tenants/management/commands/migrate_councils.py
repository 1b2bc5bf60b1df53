"""`manage.py migrate_councils`: the shared schema and every council that is behind. The same as `fleet migrate`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from tenants.fleet import migrate_councils, migrate_shared


class Command(BaseCommand):
    """Migrates; a council that fails is named at the end and stops no other."""

    requires_system_checks: list[str] = []  # they run when the site starts; a database may not be there yet
    help = "Bring the shared schema and every council to the newest migration."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Migrate and say what was done."""
        with transaction.atomic():
            migrate_shared(lambda line: self.stdout.write(f"  shared: {line}"))
        result = migrate_councils(lambda line: self.stdout.write(f"  {line}"), asked_by="migrate_councils")
        self.stdout.write(
            f"{len(result.migrated)} councils migrated, {result.current} were current, {len(result.failed)} failed."
        )
        if not result.is_good:
            raise CommandError("\n".join([result.note, *(f"{schema}: {error}" for schema, error in result.failed)]))
