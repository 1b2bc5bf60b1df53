"""One line that the viewer answers for, and what has to be known before a conversation can be asked about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from core import clock
from core.audit.actions import record_sight
from core.consent.packs_in_use import policy_in_force
from core.consent.policy import Policy
from core.consent.request import ClientFacts
from core.directory.viewers import Viewer
from core.network.facts import client_facts
from core.network.policies import changeable_by, line_refused, require_open
from core.network.queries.show import ClientIdentity, client_identity

ASKED_ABOUT = "network.client.asked_about"


@dataclass(frozen=True, slots=True)
class Asking:
    """A client, and the policy and facts that the conversation's questions depend on."""

    client: ClientIdentity
    policy: Policy
    facts: ClientFacts
    on: date


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A line of the viewer's own, or of a service they manage."""

    id: UUID
    client_id: UUID
    service_id: UUID
    service: str
    name: str
    started_on: date
    is_own: bool
    is_ended: bool


def asking(viewer: Viewer, client_id: UUID) -> Asking:
    """What the questions of a conversation depend on. Raises ClientNotFound. Two queries; the sight is recorded."""
    client, on = require_open(viewer, client_id, to_join=True), clock.today()
    policy = policy_in_force(on)
    record_sight(ASKED_ABOUT, by=viewer, client_id=client_id)
    return Asking(client_identity(client), policy, client_facts(client, policy, on), on)


def own_line(viewer: Viewer, involvement_id: UUID) -> OwnLine:
    """The line, if the viewer answers for it. Raises InvolvementNotFound. One query."""
    row = (
        changeable_by(viewer).select_related("practitioner", "service__service_type").filter(id=involvement_id).first()
    )
    if row is None:
        raise line_refused(viewer, involvement_id)
    return OwnLine(
        row.id,
        row.client_id,
        row.service_id,
        row.service.service_type.label,
        row.practitioner.full_name,
        row.started_on,
        row.practitioner_id == viewer.id,
        row.ended_on is not None,
    )
