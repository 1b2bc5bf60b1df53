"""Who may decide what waits for an approver: the role it is asked of, or a stand-in; never about somebody close."""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID

from django.db.models import Q, QuerySet

from core.accounts.choices import Role
from core.audit.actions import refuse
from core.directory.viewers import Viewer
from core.network.choices import ApprovalKind
from core.network.errors import ClientNotFound
from core.network.models import Approval, Conflict, Involvement
from core.network.policies.opening import require_open, stand_ins_today
from core.network.policies.standing import standing_of
from core.people.models import Client
from tenants.base_model import TenantQuerySet


class HasId(Protocol):
    """Whoever acts: a viewer, or an officer."""

    @property
    def id(self) -> UUID: ...


def decides_today(viewer: Viewer) -> bool:
    """Whether the viewer is a safeguarding lead, or stands in for one today. One query for who is not."""
    return bool(roles_decided_for(viewer))


def roles_decided_for(viewer: Viewer) -> frozenset[str]:
    """Whose decisions about lines the viewer takes today. One query for who does not hold the role."""
    lead = Role.SAFEGUARDING_LEAD
    if not (viewer.is_cleared and viewer.has_agreement):
        return frozenset()
    if viewer.has_role(lead) or stand_ins_today(lead).filter(practitioner_id=viewer.id).exists():
        return frozenset({lead.value})
    return frozenset()


def decidable_by(viewer: Viewer) -> TenantQuerySet[Approval]:
    """What was ever asked of a role the viewer decides for, but for clients they know privately. Two queries at most.

    Their own requests are among them: they see how those stand, and `may_decide` says that someone else decides.
    """
    return (
        Approval.objects.filter(kind=ApprovalKind.PUBLICATION, approver_role__in=roles_decided_for(viewer))
        .filter(client__removed_at=None)
        .exclude(client_id__in=standing_of(viewer).conflicts)
    )


def shield_requests(officer: HasId) -> TenantQuerySet[Approval]:
    """What was asked of the information-governance officers: the shields to place and to lift, of nobody they know."""
    kinds = Q(kind=ApprovalKind.SHIELD) | Q(kind=ApprovalKind.UNSHIELD)
    return Approval.objects.filter(kinds, approver_role=Role.IG_OFFICER, client__removed_at=None).exclude(
        client_id__in=known_privately_by(officer)
    )


def known_privately_by(person: HasId) -> QuerySet[Conflict, Any]:
    """The clients somebody knows privately, as a subquery of their ids: for officers, who may have no card."""
    return Conflict.objects.filter(practitioner_id=person.id, ended_at=None).values("client_id")


def require_on_network(viewer: Viewer, client_id: UUID) -> Client:
    """The client, held until the work is done, for somebody with an open line of their own there.

    Raises ClientNotFound for everybody else, and records the refusal.
    """
    client = require_open(viewer, client_id, for_change=True)
    if not Involvement.objects.filter(client=client, practitioner_id=viewer.id, ended_on=None).exists():
        refuse("network.client.refused", by=viewer, reason="not_involved", subject_id=client_id)
        raise ClientNotFound
    return client
