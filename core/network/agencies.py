"""The agencies that can be named in a conversation: the council's own list, the same for every client."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from core.directory.queries import agencies_under_agreement


@dataclass(frozen=True, slots=True)
class AgencyToName:
    """One agency with a current sharing agreement."""

    id: UUID
    name: str


def agencies_to_name() -> tuple[AgencyToName, ...]:
    """Every agency whose agreement is current, by name. It says nothing about anyone's network. One query."""
    return tuple(AgencyToName(one.id, one.name) for one in agencies_under_agreement())
