"""Every council of a deployment: which are behind, and bringing them forward. One that fails stops no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import DatabaseError, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from tenants import schemas
from tenants.models import Council, SchemaStatus
from tenants.names import SHARED_SCHEMA

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class FleetResult:
    """What a run did: schema names, opaque as they are, may be printed."""

    current: int
    migrated: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]


def migrate_shared(report: Report) -> int:
    """Bring the shared schema forward. Returns how many migrations ran."""
    return schemas.migrate(SHARED_SCHEMA, report)


def behind(mark: str) -> list[Council]:
    """The councils whose schema is not at the code's fingerprint `mark`: one query for the whole fleet."""
    done = SchemaStatus.objects.filter(fingerprint=mark, error="").values("council_id")
    return list(Council.objects.exclude(id__in=done).order_by("created_at"))


def migrate_councils(report: Report, migrate: Callable[[str], int] = schemas.migrate) -> FleetResult:
    """Bring every council that is behind to the newest migration, each in its own transaction.

    Asks first and touches only those that are behind; can be stopped and run again at any point.
    """
    schemas.require_migrator()
    mark = schemas.fingerprint(MigrationLoader(None))
    late = behind(mark)
    total = Council.objects.count()
    migrated: list[str] = []
    failed: list[tuple[str, str]] = []
    for number, council in enumerate(late, start=1):
        report(f"council {number} of {len(late)}")
        error = ""
        try:
            with transaction.atomic():
                migrate(council.schema_name)
        except DatabaseError as problem:
            error = f"{type(problem).__name__}: {problem}".strip()
            failed.append((council.schema_name, error))
        else:
            migrated.append(council.schema_name)
        SchemaStatus.objects.update_or_create(
            council=council,
            defaults={"fingerprint": "" if error else mark, "migrated_at": timezone.now(), "error": error},
        )
    return FleetResult(total - len(late), tuple(migrated), tuple(failed))
