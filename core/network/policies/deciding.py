"""Who may decide what waits for an approver: the role it is asked of, or a stand-in; never about somebody close."""

from __future__ import annotations

from django.db.models import Q

from core.accounts.choices import Role
from core.directory.viewers import Viewer
from core.network.choices import ApprovalKind
from core.network.models import Approval
from core.network.policies.opening import stand_ins_today
from core.network.policies.standing import standing_of
from tenants.base_model import TenantQuerySet


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


def shield_requests() -> TenantQuerySet[Approval]:
    """What was asked of the information-governance officers: the shields to place and to lift."""
    kinds = Q(kind=ApprovalKind.SHIELD) | Q(kind=ApprovalKind.UNSHIELD)
    return Approval.objects.filter(kinds, approver_role=Role.IG_OFFICER, client__removed_at=None)
