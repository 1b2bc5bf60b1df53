"""Who supported a client before: lines that ended not long ago, for those who saw them then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core import clock
from core.audit.actions import record_sight
from core.consent.packs_in_use import policy_in_force
from core.directory.viewers import Viewer
from core.network.errors import ClientNotFound
from core.network.policies import past_visible_to, require_open
from core.network.queries.show import ClientIdentity, client_identity

PAST_LISTED = "network.client.past_listed"
MOST_LINES = 100


@dataclass(frozen=True, slots=True)
class PastLine:
    """One ended line: who, of which agency, from when to when. Why it ended is not told."""

    involvement_id: UUID
    name: str
    role: str
    agency: str
    service: str
    started_on: date
    ended_on: date


@dataclass(frozen=True, slots=True)
class PastPage:
    """The ended lines of a client, the latest first, and for how many days such lines are shown."""

    client: ClientIdentity
    lines: tuple[PastLine, ...]
    shown_for_days: int


def past_for(viewer: Viewer, client_id: UUID) -> PastPage:
    """The lines that ended and that this viewer may still see; the sight is recorded. Raises ClientNotFound.

    Limited sight shows what is, not what was.
    """
    client = require_open(viewer, client_id)
    if client.closed_on is not None:
        raise ClientNotFound
    rows = (
        past_visible_to(viewer)
        .filter(client_id=client_id)
        .select_related("practitioner", "service__agency", "service__service_type")
        .order_by("-ended_on", "id")[:MOST_LINES]
    )
    lines = tuple(
        PastLine(
            row.id,
            row.practitioner.full_name,
            row.practitioner.job_title,
            row.service.agency.name,
            row.service.service_type.label,
            row.started_on,
            row.ended_on,
        )
        for row in rows
        if row.ended_on is not None
    )
    record_sight(
        PAST_LISTED, by=viewer, client_id=client_id, detail={"lines": [str(line.involvement_id) for line in lines]}
    )
    days = policy_in_force(clock.today()).pack.retention.get("visible_after_end_days", 0)
    return PastPage(client_identity(client), lines, days)
