"""How far every deployment's councils are with its release: what this installation says now, and what others said last.

What a deployment elsewhere says was checked for its form alone (`ports`); here each value is taken for what it has to
be, or left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from console.models import Deployment
from console.ports import port_for
from console.ports.errors import PortError

MIGRATE: Final = "migrate"


@dataclass(frozen=True, slots=True)
class Named:
    """A council with what is to be said of it."""

    name: str
    words: str


@dataclass(frozen=True, slots=True)
class WaveSaid:
    """One wave of a run, in counts. `number` 0 is the canaries'."""

    number: int
    total: int
    done: int
    failed: int
    skipped: int
    left: int


@dataclass(frozen=True, slots=True)
class RunSaid:
    """One run: a migration, or a job over all councils."""

    is_migration: bool
    work: str
    state: str
    note: str
    started_by: str
    started_at: datetime | None
    heartbeat_at: datetime | None
    finished_at: datetime | None
    is_silent: bool
    waves: tuple[WaveSaid, ...]
    failed: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class DriftSaid:
    """What the last look for altered schemas found."""

    checked_at: datetime | None
    differing: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class FleetSaid:
    """What a deployment says of its councils' schemas."""

    councils: int
    current: int
    behind_count: int
    behind: tuple[Named, ...]
    is_open: bool
    runs: tuple[RunSaid, ...]
    drift: DriftSaid | None

    @property
    def is_stopped(self) -> bool:
        """Whether the last migration stopped after failures: it can be gone on with."""
        last = next((run for run in self.runs if run.is_migration), None)
        return last is not None and last.state == "stopped"


@dataclass(frozen=True, slots=True)
class FleetLine:
    """One deployment on the page. `said` is None for one that was never heard."""

    id: UUID
    name: str
    is_remote: bool
    seen_at: datetime | None
    failing_since: datetime | None
    failure: str
    said: FleetSaid | None


def fleets() -> tuple[FleetLine, ...]:
    """Every deployment by name. This installation is asked; the others are not, within a request."""
    return tuple(
        FleetLine(
            id=one.id,
            name=one.name,
            is_remote=one.port == Deployment.Port.REMOTE,
            seen_at=one.seen_at,
            failing_since=one.failing_since,
            failure=one.failure,
            said=said_of(_mapping(one)),
        )
        for one in Deployment.objects.order_by("name")
    )


def _mapping(one: Deployment) -> Mapping[str, Any]:
    kept = one.said.get("fleet")
    if one.port == Deployment.Port.LOCAL:
        try:
            return port_for(one).fleet()
        except PortError:
            pass  # what it said last is told instead, with its age
    return kept if isinstance(kept, dict) else {}


def said_of(mapping: Mapping[str, Any]) -> FleetSaid | None:
    """The mapping as values of the kinds they have to be; None where nothing was said."""
    if not mapping:
        return None
    one = _Said(mapping)
    return FleetSaid(
        councils=one.number("councils"),
        current=one.number("current"),
        behind_count=one.number("behind_count"),
        behind=tuple(_named(each, "error") for each in one.all("behind")),
        is_open=one.flag("is_open"),
        runs=tuple(_run(each) for each in one.all("runs")),
        drift=_drift(mapping.get("drift")),
    )


def _run(one: _Said) -> RunSaid:
    work = one.text("work")
    return RunSaid(
        is_migration=work == MIGRATE,
        work=work,
        state=one.text("state"),
        note=one.text("note"),
        started_by=one.text("started_by"),
        started_at=one.moment("started_at"),
        heartbeat_at=one.moment("heartbeat_at"),
        finished_at=one.moment("finished_at"),
        is_silent=one.flag("is_silent"),
        waves=tuple(_wave(each) for each in one.all("waves")),
        failed=tuple(_named(each, "error") for each in one.all("failed")),
    )


def _wave(one: _Said) -> WaveSaid:
    return WaveSaid(
        number=one.number("wave"),
        total=one.number("total"),
        done=one.number("done"),
        failed=one.number("failed"),
        skipped=one.number("skipped"),
        left=one.number("left"),
    )


def _drift(said: Any) -> DriftSaid | None:
    if not isinstance(said, dict):
        return None
    one = _Said(said)
    return DriftSaid(one.moment("checked_at"), tuple(_named(each, "differences") for each in one.all("differing")))


def _named(one: _Said, words: str) -> Named:
    return Named(one.text("name") or one.text("id"), one.text(words))


class _Said:
    """One object of what was said: each field as the kind it has to be, or empty."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self._said = said

    def text(self, name: str) -> str:
        value = self._said.get(name)
        return value[:300] if isinstance(value, str) else ""

    def number(self, name: str) -> int:
        value = self._said.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0

    def flag(self, name: str) -> bool:
        return self._said.get(name) is True

    def moment(self, name: str) -> datetime | None:
        try:
            found = datetime.fromisoformat(self.text(name))
        except ValueError:
            return None
        return found if found.tzinfo else None

    def all(self, name: str) -> Iterator[_Said]:
        value = self._said.get(name)
        yield from (_Said(one) for one in value if isinstance(one, dict)) if isinstance(value, list) else ()
