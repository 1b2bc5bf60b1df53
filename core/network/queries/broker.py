"""The broker's page, and the messages that were passed to one's own lines. The sender's page reads none of this."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from core.accounts.choices import Role
from core.audit.actions import record_sight, refuse
from core.directory.viewers import Viewer
from core.network.choices import BrokerAsk
from core.network.errors import ClientNotFound, MessageNotFound
from core.network.models import Involvement
from core.network.policies import require_open
from core.network.policies.brokering import hidden_lines, messages_for, passes_to
from core.network.queries.show import ClientIdentity, client_identity

LISTED = "network.broker.listed"
OPENED = "network.broker.opened"
PASSED_LISTED = "network.broker.passed_listed"
MOST = 100


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message that waits."""

    id: UUID
    client: str
    ask: str
    asked_by: str
    agency: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class HiddenLine:
    """A line that whoever asked does not see."""

    id: UUID
    name: str
    service: str
    agency: str
    phone: str


@dataclass(frozen=True, slots=True)
class MessagePage:
    """One message for the broker."""

    line: MessageLine
    phone: str
    email: str
    hidden: tuple[HiddenLine, ...]
    is_handled: bool


@dataclass(frozen=True, slots=True)
class PassedMessage:
    """A message passed to a line of one's own: who asks, and how to reach them."""

    id: UUID
    client_id: UUID
    client: str
    ask: str
    asked_by: str
    role: str
    agency: str
    phone: str
    asked_at: datetime


def broker_asking(viewer: Viewer, client_id: UUID) -> ClientIdentity:
    """Whom the message is about, for somebody on the network. Raises ClientNotFound. It reads nobody's lines."""
    client = require_open(viewer, client_id)
    if not Involvement.objects.filter(client=client, practitioner_id=viewer.id, ended_on=None).exists():
        refuse("network.client.refused", by=viewer, reason="not_involved", subject_id=client_id)
        raise ClientNotFound
    return client_identity(client)


def messages_waiting(viewer: Viewer) -> tuple[MessageLine, ...]:
    """What waits for the broker, the oldest first; the sight is recorded. Raises MessageNotFound for anybody else."""
    if not viewer.has_role(Role.BROKER):
        refuse(LISTED, by=viewer, reason="role_not_held")
        raise MessageNotFound
    rows: list[Any] = list(
        messages_for(viewer)
        .filter(handled_at=None)
        .select_related("client", "asked_by__agency")
        .order_by("asked_at", "id")[:MOST]
    )
    record_sight(LISTED, by=viewer, detail={"clients": sorted({str(row.client_id) for row in rows})})
    return tuple(_message(row) for row in rows)


def message_for(viewer: Viewer, message_id: UUID) -> MessagePage:
    """One message with the lines that its sender does not see; the sight is recorded. Raises MessageNotFound."""
    row: Any = (
        messages_for(viewer)
        .select_related("client", "asked_by__agency", "asked_by__user")
        .filter(id=message_id)
        .first()
    )
    if row is None:
        refuse(OPENED, by=viewer, reason="not_found", subject_id=message_id)
        raise MessageNotFound
    lines: list[Any] = []
    if row.handled_at is None:
        lines = list(
            hidden_lines(row)
            .select_related("practitioner", "service__service_type", "service__agency")
            .order_by("service__service_type__label", "id")
        )
    record_sight(
        OPENED, by=viewer, subject=row, client_id=row.client_id, detail={"lines": [str(line.id) for line in lines]}
    )
    return MessagePage(
        line=_message(row),
        phone=row.asked_by.mobile or row.asked_by.desk_phone or row.asked_by.agency.phone,
        email=row.asked_by.email,
        hidden=tuple(
            HiddenLine(
                line.id,
                line.practitioner.full_name,
                line.service.service_type.label,
                line.service.agency.name,
                line.practitioner.mobile or line.practitioner.desk_phone,
            )
            for line in lines
        ),
        is_handled=row.handled_at is not None,
    )


def passed_to(viewer: Viewer) -> tuple[PassedMessage, ...]:
    """The messages passed to the viewer's own lines that wait for them; a sight, recorded. One query for most."""
    rows: list[Any] = list(
        passes_to(viewer)
        .filter(answered_at=None)
        .select_related("message__client", "message__asked_by__agency")
        .order_by("passed_at", "id")[:MOST]
    )
    if rows:
        record_sight(PASSED_LISTED, by=viewer, detail={"clients": sorted({str(row.message.client_id) for row in rows})})
    return tuple(_passed(row) for row in rows)


def _message(row: Any) -> MessageLine:
    return MessageLine(
        row.id,
        f"{row.client.family_name.upper()}, {row.client.given_name}",
        str(BrokerAsk(row.ask).label),
        row.asked_by.full_name,
        row.asked_by.agency.name,
        row.asked_at,
    )


def _passed(row: Any) -> PassedMessage:
    asker, client = row.message.asked_by, row.message.client
    return PassedMessage(
        id=row.id,
        client_id=client.id,
        client=f"{client.family_name.upper()}, {client.given_name}",
        ask=str(BrokerAsk(row.message.ask).label),
        asked_by=asker.full_name,
        role=asker.job_title,
        agency=asker.agency.name,
        phone=asker.mobile or asker.desk_phone or asker.agency.phone,
        asked_at=row.message.asked_at,
    )
