"""Councils whose schema is not what their migrations say: somebody's hand was there, or a fault of ours.

A council at this release's migrations is compared with a schema built for the moment; others, with the most common
among those at the same migrations. The outcome is a run in the ledger, with a line for each council that differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from tenants import grants, schemas
from tenants.context import shared
from tenants.fleet import catalogue, ledger, standing
from tenants.fleet.ledger import DRIFT
from tenants.fleet.reference import reference
from tenants.models import Council, FleetRun, FleetStep
from tenants.schemas import MigrationKey

NAMED: Final = 6
"""How many differences of one council the ledger names; the others are counted."""


@dataclass(frozen=True, slots=True)
class Drift:
    """One council that differs. `differences` are kinds and names of the schema's objects."""

    council_id: Any
    schema_name: str
    expected: str
    found: str
    differences: tuple[str, ...]

    @property
    def in_words(self) -> str:
        """The differences in one line that fits the ledger."""
        named = ", ".join(self.differences[:NAMED])
        more = len(self.differences) - NAMED
        return f"{named}{f', and {more} more' if more > 0 else ''}"[:300]


@dataclass(frozen=True, slots=True)
class DriftReport:
    """What a check found. `alone` are councils that nothing could be compared with."""

    councils: int
    drifted: tuple[Drift, ...]
    alone: tuple[str, ...] = ()


def check_drift(*, asked_by: str = "") -> DriftReport:
    """Compare every council's schema with what it should be, and note the outcome in the ledger."""
    schemas.require_migrator()
    councils = {council.schema_name: council for council in Council.objects.order_by("created_at")}
    names = list(councils)
    head = frozenset(schemas.council_migrations(MigrationLoader(None)))
    with schemas.connection().cursor() as cursor:
        applied, there = standing.applied(cursor, names), standing.there(cursor, names)
    drifted: list[Drift] = []
    alone: list[str] = []
    for keys, group in _by_migrations(applied).items():
        expected, found = _compared(group, head if keys == head else None)
        if not expected:
            alone += group
        for name, (digest, differences) in found.items():
            drifted.append(Drift(councils[name].id, name, expected, digest, differences))
    for name in (one for one in names if one not in applied):
        missing = "missing or unreadable table django_migrations" if name in there else "missing schema"
        drifted.append(Drift(councils[name].id, name, "", "", (missing,)))
    report = DriftReport(len(names), tuple(drifted), tuple(alone))
    _note(report, asked_by)
    return report


Found = dict[str, tuple[str, tuple[str, ...]]]
"""For each schema that differs, its fingerprint and its differences."""


def _by_migrations(applied: Mapping[str, frozenset[MigrationKey]]) -> dict[frozenset[MigrationKey], list[str]]:
    groups: dict[frozenset[MigrationKey], list[str]] = {}
    for name, keys in applied.items():
        groups.setdefault(frozenset(key for key in keys if schemas.is_council_app(key[0])), []).append(name)
    return groups


def _compared(group: Sequence[str], head: frozenset[MigrationKey] | None) -> tuple[str, Found]:
    """The fingerprint that a group of councils should have, and those that have another one.

    `head` is this release's migrations where the group is at them; else the most common in the group counts, and where
    no two are alike there is nothing to compare with.
    """
    link = schemas.connection()
    if head is not None:
        with reference(head) as ground, link.cursor() as cursor:
            grants.apply(link, grants.council_grants(ground.name))
            digests = catalogue.digests(cursor, [*group, ground.name])
            return digests[ground.name], _odd(cursor, group, digests, ground.name)
    with transaction.atomic(durable=True), link.cursor() as cursor:
        digests = catalogue.digests(cursor, group)
        ((common, times),) = Counter(digests.values()).most_common(1) or [("", 0)]
        if times < 2:  # two alike are the least that tell anything
            return "", {}
        return common, _odd(cursor, group, digests, next(name for name in group if digests.get(name) == common))


def _odd(cursor: Any, group: Sequence[str], digests: Mapping[str, str], example: str) -> Found:
    odd = [name for name in group if digests.get(name, digests[example]) != digests[example]]
    found: Found = {}
    expected = catalogue.lines(cursor, [example])[example] if odd else {}
    for name in odd:
        lines = catalogue.lines(cursor, [name]).get(name, {})
        found[name] = (digests[name], catalogue.differences(expected, lines))
    return found


def _note(report: DriftReport, asked_by: str) -> None:
    """The outcome as a run: a line for each council that differs, with the two fingerprints."""
    now = timezone.now()
    note = f"{len(report.drifted)} of {report.councils} councils differ." if report.drifted else ""
    with shared(actor="fleet"):
        run = ledger.new_run(DRIFT, asked_by=asked_by)
        run.fingerprint, run.state, run.note, run.finished_at = DRIFT, FleetRun.State.DONE, note, now
        run.save()
        FleetStep.objects.bulk_create(
            FleetStep(
                run=run, council_id=one.council_id, schema_name=one.schema_name, wave=0, state=FleetStep.State.FAILED,
                attempts=1, started_at=now, error=one.in_words, fingerprint_before=one.expected,
                fingerprint_after=one.found,
            )
            for one in report.drifted
        )  # fmt: skip
