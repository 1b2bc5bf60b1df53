"""The one interface to a deployment, and the plain values that cross it. No client's data fits into any of them.

Every value is checked where it comes in (`remote`), so that the rest of the console may rely on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PackHere:
    """One pack that a deployment's release holds. `regions` are those its residency rule allows.

    `periods` say how long what is kept, in days or years by their names; an older deployment does not tell.
    """

    id: str
    version: str
    checksum: str
    title: str
    regions: tuple[str, ...]
    is_signed: bool
    periods: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Health:
    """What a deployment says of itself. `clock` is its own time when it answered."""

    name: str
    region: str
    kind: str
    version: str
    clock: datetime
    is_ready: bool
    packs: tuple[PackHere, ...]
    service_types: tuple[Mapping[str, Any], ...]
    fleet: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CouncilHere:
    """A council as its deployment has it: what is, beside what the console thinks should be."""

    id: UUID
    name: str
    hosts: tuple[str, ...]
    state: str
    pack_id: str
    is_current: bool
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OrderHere:
    """An order as its deployment has it. `steps` are (slug, label, is_done) in their order."""

    id: UUID
    council_id: UUID
    kind: str
    state: str
    steps: tuple[tuple[str, str, bool], ...]
    result: Mapping[str, Any]
    error: str


@dataclass(frozen=True, slots=True)
class ReadingHere:
    """One council's numbers of one day; what counts people is None below 5."""

    council_id: UUID
    on: date
    numbers: Mapping[str, Any]
    counted_at: datetime


class DeploymentPort(Protocol):
    """A deployment, as the console reaches it. Every method raises the errors of `ports.errors`, and no other."""

    def health(self) -> Health:
        """How it is now."""

    def councils(self) -> tuple[CouncilHere, ...]:
        """Every council that is there."""

    def place(
        self, *, order_id: UUID, council_id: UUID, kind: str, payload: Mapping[str, Any], asked_by: str
    ) -> OrderHere:
        """Ask for something; asking again with the same id is the same order. Raises also OrderRefused."""

    def order(self, order_id: UUID) -> OrderHere:
        """How far an order has come."""

    def readings(self, since: date) -> tuple[ReadingHere, ...]:
        """Every council's numbers from a day on."""

    def template(self, council_id: UUID) -> Mapping[str, Any]:
        """Everything of a council but people: what a new one may start from."""

    def put_account(self, council_id: UUID, account: Mapping[str, Any]) -> tuple[str, ...]:
        """Say how a council's account stands; what it holds, `tenants.account_reading` reads. Again changes nothing.

        Returns the checksums of the PDFs that it names and the deployment lacks. Raises also OrderRefused.
        """

    def put_document(self, council_id: UUID, checksum: str, content: bytes) -> None:
        """Give a council a PDF that its account names. Raises also OrderRefused."""

    def fleet(self) -> Mapping[str, Any]:
        """How far the councils' schemas have come, and the last runs."""

    def run_fleet(self, *, asked_by: str) -> None:
        """Start migrating the fleet, or go on with a run that was stopped."""
