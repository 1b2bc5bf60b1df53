"""Brokered contact: a message that may reach a confidential service, if there is one. The sender never learns which.

What the sender does here runs the same statements whatever lines the client has: it reads none of them.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, time
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core import clock
from core.accounts.choices import Role
from core.audit.actions import record, refuse
from core.directory.viewers import Viewer
from core.network import errors
from core.network.actions.alerting import alert, holders
from core.network.choices import BrokerAsk
from core.network.models import BrokeredPass, BrokerMessage
from core.network.policies.brokering import hidden_lines, messages_for, passes_to
from core.network.policies.deciding import require_on_network
from core.notices.actions import tell

MOST_A_DAY: Final = 10
"""So many messages may one person send in a day: enough for work, too few for trying clients out."""


@transaction.atomic
def send_broker_message(*, client_id: UUID, ask: BrokerAsk, by: Viewer) -> None:
    """Leave a message with the broker. A second one on the same client within the day adds nothing, and says the same.

    Raises ClientNotFound for somebody who is not on the network, TooManyMessages.
    """
    client = require_on_network(by, client_id)
    own = BrokerMessage.objects.filter(asked_by_id=by.id)
    today = Q(asked_at__gte=_start_of_today())
    if own.filter(today | Q(handled_at=None), client=client).exists():
        return
    if own.filter(today).count() >= MOST_A_DAY:
        refuse("network.broker.refused", by=by, reason=errors.TooManyMessages.slug, client_id=client.id)
        raise errors.TooManyMessages
    message = BrokerMessage.objects.create(client=client, asked_by_id=by.id, ask=ask, asked_at=clock.now())
    record("network.broker.asked", by=by, subject=message, client_id=client.id, reason=ask)
    alert(holders(Role.BROKER), "network.broker.asked")


@transaction.atomic
def pass_message_on(*, message_id: UUID, involvement_ids: Collection[UUID], by: Viewer) -> BrokerMessage:
    """Pass a message to chosen hidden lines, whose practitioners decide what to do; nothing goes back to the sender.

    With no line chosen the message is handled, and no more. Raises MessageNotFound, AlreadyDecided.
    """
    message = _held_message(message_id, by)
    asker: Any = message.asked_by
    lines = list(
        hidden_lines(message).select_related("practitioner").filter(id__in=list(involvement_ids)).order_by("id")
    )
    now = clock.now()
    BrokeredPass.objects.bulk_create(
        [BrokeredPass(message=message, involvement=line, passed_at=now, passed_by_id=by.id) for line in lines]
    )
    for line in lines:
        if line.practitioner.user_id:
            tell(
                [line.practitioner.user_id], "network.broker.passed", client_id=line.client_id,
                by=_Asker(asker), detail={"involvement": str(line.id)},
            )  # fmt: skip
    message.handled_at, message.handled_by_id = now, by.id
    message.save(update_fields=["handled_at", "handled_by_id"])
    record(
        "network.broker.handled", by=by, subject=message, client_id=message.client_id,
        detail={"lines": [str(line.id) for line in lines]},
    )  # fmt: skip
    return message


@transaction.atomic
def answer_passed_message(*, pass_id: UUID, by: Viewer) -> BrokeredPass:
    """“Done”: the practitioner of a hidden line dealt with a message. Twice does no harm. Raises MessageNotFound."""
    passed = passes_to(by).select_for_update(of=("self",)).select_related("message").filter(id=pass_id).first()
    if passed is None:
        refuse("network.broker.refused", by=by, reason="not_found", subject_id=pass_id)
        raise errors.MessageNotFound
    if passed.answered_at is None:
        passed.answered_at = clock.now()
        passed.save(update_fields=["answered_at"])
        record("network.broker.answered", by=by, subject=passed, client_id=passed.message.client_id)
    return passed


class _Asker:
    """Who asked, as a notice names them."""

    def __init__(self, card: Any) -> None:
        self.user_id: UUID = card.user_id or card.id
        self.name: str = card.full_name


def _held_message(message_id: UUID, by: Viewer) -> BrokerMessage:
    message = (
        messages_for(by)
        .select_for_update(of=("self",))
        .select_related("asked_by__agency", "asked_by__user")
        .filter(id=message_id)
        .first()
    )
    if message is None:
        refuse("network.broker.refused", by=by, reason="not_found", subject_id=message_id)
        raise errors.MessageNotFound
    if message.handled_at is not None:
        refuse("network.broker.refused", by=by, reason=errors.AlreadyDecided.slug, subject_id=message_id)
        raise errors.AlreadyDecided
    return message


def _start_of_today() -> datetime:
    return timezone.make_aware(datetime.combine(clock.today(), time.min))
