"""Who said that they know a client privately: for the officers, who may lift it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.accounts.models import User
from core.audit.actions import record_sight
from core.directory.models import Practitioner
from core.network.models import Conflict
from core.network.officers import Officer
from core.network.policies.deciding import known_privately_by

LISTED = "network.conflicts.listed"
MOST = 200


@dataclass(frozen=True, slots=True)
class ConflictLine:
    """One of them."""

    id: UUID
    name: str
    agency: str
    client: str
    declared_at: datetime


def conflicts_for(officer: Officer) -> tuple[ConflictLine, ...]:
    """Those in force, the newest first, but of clients the officer knows; the sight is recorded. One query."""
    rows: list[Any] = list(
        Conflict.objects.filter(ended_at=None, client__removed_at=None)
        .exclude(client_id__in=known_privately_by(officer))
        .select_related("client", "practitioner__agency")
        .order_by("-declared_at", "id")[:MOST]
    )
    record_sight(LISTED, by=officer, detail={"clients": sorted({str(row.client_id) for row in rows})})
    return tuple(
        ConflictLine(
            row.id,
            row.practitioner.full_name,
            row.practitioner.agency.name,
            f"{row.client.family_name.upper()}, {row.client.given_name}",
            row.declared_at,
        )
        for row in rows
    )


def clients_known_to(user: User) -> frozenset[UUID]:
    """The clients that an officer knows privately, and so is shown nothing of. One query, two with a card."""
    card = Practitioner.objects.filter(user=user, left_on=None).first()
    return frozenset(known_privately_by(card or user).values_list("client_id", flat=True))
