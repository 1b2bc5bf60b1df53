"""What a broker sees: the messages that wait, and the sensitive lines that those who sent them may not see."""

from __future__ import annotations

from django.db.models import Q

from core import clock
from core.accounts.choices import Role
from core.consent.packs_in_use import policy_in_force
from core.directory.viewers import Viewer, viewer_from
from core.network.models import BrokeredPass, BrokerMessage, Involvement
from core.network.policies.sight import is_standard, visible_to
from core.network.policies.standing import standing_of
from tenants.base_model import TenantQuerySet


def messages_for(viewer: Viewer) -> TenantQuerySet[BrokerMessage]:
    """The messages a broker handles: none for anybody else, and none about a client they know privately."""
    messages = BrokerMessage.objects.filter(client__removed_at=None)
    if not (viewer.has_role(Role.BROKER) and viewer.is_cleared and viewer.has_agreement):
        return messages.none()
    return messages.exclude(client_id__in=standing_of(viewer).conflicts)


def hidden_lines(message: BrokerMessage) -> TenantQuerySet[Involvement]:
    """The client's open sensitive lines that whoever asked does not see. The message comes with its asker's agency."""
    card = message.asked_by
    asker = viewer_from(card, frozenset(card.user.roles if card.user else ()))
    seen = visible_to(asker).filter(client_id=message.client_id)
    return Involvement.objects.filter(
        ~is_standard(policy_in_force(clock.today())), ~Q(id__in=seen.values("id")),
        client_id=message.client_id, ended_on=None,
    )  # fmt: skip


def passes_to(viewer: Viewer) -> TenantQuerySet[BrokeredPass]:
    """The messages that were passed to the viewer's own open lines."""
    return BrokeredPass.objects.filter(
        involvement__practitioner_id=viewer.id, involvement__ended_on=None, message__client__removed_at=None
    ).exclude(message__client_id__in=standing_of(viewer).conflicts)
