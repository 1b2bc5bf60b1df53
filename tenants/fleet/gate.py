"""The gate that a release's migrations pass: old code must live with the new schema, for the two run side by side.

`baseline.json` names the newest released migration of each app; what comes after is checked by our own rules
(`gate_rules`), which look at operations, and by django-migration-linter, which looks at their SQL. A migration that
knows better says so, with a reason, in an attribute of its module:

    OLD_CODE_COPES = {"drop-column": "Nothing has read it since release 1.4."}

Packages' migrations have their exemptions in `baseline.json`. No database is asked.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.db.migrations import AlterField, Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from tenants.fleet.dry_sql import sql_of
from tenants.fleet.gate_rules import RULES, Existing, broken_rules
from tenants.schemas import MigrationKey

BASELINE: Final = Path(__file__).parent / "baseline.json"
ATTRIBUTE: Final = "OLD_CODE_COPES"

_OF_THE_LINTER: Final[Mapping[str, str]] = {
    "RENAME_TABLE": "rename-table", "DROP_TABLE": "drop-table", "RENAME_COLUMN": "rename-column",
    "DROP_COLUMN": "drop-column", "NOT_NULL": "not-null", "ALTER_COLUMN": "type", "ADD_UNIQUE": "unique",
    "CREATE_INDEX": "index", "CREATE_INDEX_EXCLUSIVE": "index", "REINDEX": "index", "DROP_INDEX": "drop-index",
}  # fmt: skip
"""The linter's codes, in our words."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A migration that old code can't live with, and by which rule."""

    migration: str
    rule: str

    def __str__(self) -> str:
        return f"{self.migration}: {RULES[self.rule]} ({self.rule})"


@dataclass(frozen=True, slots=True)
class Baseline:
    """What has been released: the newest migrations of each app. `exempt` has the reasons for packages' migrations."""

    release: str
    leaves: Mapping[str, tuple[str, ...]]
    exempt: Mapping[str, Mapping[str, str]]


def read_baseline(path: Path = BASELINE) -> Baseline:
    """The baseline as its file has it."""
    kept = json.loads(path.read_text(encoding="utf-8"))
    return Baseline(kept["release"], {app: tuple(names) for app, names in kept["leaves"].items()}, kept["exempt"])


def write_baseline(release: str, loader: MigrationLoader, path: Path = BASELINE) -> None:
    """Record that everything there is now has been released. Exemptions were for this release and go."""
    leaves: dict[str, list[str]] = {}
    for app, name in sorted(loader.graph.leaf_nodes()):
        leaves.setdefault(app, []).append(name)
    kept = {"release": release, "leaves": leaves, "exempt": {}}
    path.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def refusals(loader: MigrationLoader, baseline: Baseline) -> list[Refusal]:
    """The migrations after the baseline that old code can't live with. Raises ValueError for an exemption without a
    reason, or from a rule that does not exist."""
    released = _released(loader, baseline)
    existing = Existing(ProjectState(), set())
    found: list[Refusal] = []
    for key in _in_order(loader):
        migration = loader.graph.nodes[key]
        if key in released:
            existing.state = migration.mutate_state(existing.state, preserve=False)
            continue
        excused = _excused(migration, baseline)
        name = ".".join(key)
        found += [Refusal(name, rule) for rule in sorted(_broken(migration, existing)) if rule not in excused]
    return found


def _broken(migration: Migration, existing: Existing) -> set[str]:
    """The rules that a migration breaks. `existing` moves on with it."""
    broken: set[str] = set()
    statements: list[str] = []
    for operation in migration.operations:
        before = existing.state.clone()
        broken |= broken_rules(migration.app_label, operation, existing)
        is_about_new = existing.is_about_new(migration.app_label, operation)
        existing.move_on(migration.app_label, operation)
        # The linter takes every change of a type for a rewrite; our own rule knows those that are none.
        if not is_about_new and not isinstance(operation, AlterField):
            statements += sql_of(migration.app_label, operation, before, existing.state)
    return broken | set(_linted(statements))


def _linted(statements: list[str]) -> Iterator[str]:
    try:
        from django_migration_linter.sql_analyser.postgresql import PostgresqlAnalyser
    except ImportError as missing:
        raise RuntimeError("The check of migrations needs the development packages: pip install '.[dev]'.") from missing

    linter = PostgresqlAnalyser(None)
    linter.analyse(statements)
    yield from (_OF_THE_LINTER[issue.code] for issue in (*linter.errors, *linter.warnings))


def _in_order(loader: MigrationLoader) -> Iterable[MigrationKey]:
    seen: dict[MigrationKey, None] = {}
    for leaf in loader.graph.leaf_nodes():
        seen |= dict.fromkeys(loader.graph.forwards_plan(leaf))
    return tuple(seen)


def _released(loader: MigrationLoader, baseline: Baseline) -> set[MigrationKey]:
    found: set[MigrationKey] = set()
    for app, names in baseline.leaves.items():
        for name in names:
            if (app, name) in loader.graph.nodes:
                found.update(loader.graph.forwards_plan((app, name)))
    return found


def _excused(migration: Migration, baseline: Baseline) -> Mapping[str, str]:
    name = f"{migration.app_label}.{migration.name}"
    module: Any = sys.modules.get(type(migration).__module__)
    own = getattr(module, ATTRIBUTE, None) or getattr(migration, ATTRIBUTE, {})
    excused = {**baseline.exempt.get(name, {}), **own}
    for rule, reason in excused.items():
        if rule not in RULES:
            raise ValueError(f"{name}: there is no rule {rule!r} to be exempt from.")
        if not str(reason).strip():
            raise ValueError(f"{name}: an exemption from {rule!r} needs its reason.")
    return excused
