"""What may be done with a line of a network: joining, changing, leading, inviting."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from core import clock
from core.audit.actions import refuse
from core.consent.pack import NOT_SHIELDED
from core.consent.packs_in_use import policy_in_force
from core.directory.viewers import Viewer, ViewerService
from core.network import errors
from core.network.choices import Answer, Visibility
from core.network.models import Involvement, NetworkInvitation, Publication
from core.network.policies.sight import is_standard
from core.network.policies.standing import standing_of
from tenants.base_model import TenantQuerySet

UNDO_FOR = timedelta(minutes=10)


# Joining


def can_join(viewer: Viewer, service: ViewerService | None) -> bool:
    """Whether the viewer may put themselves on a network with this service of theirs."""
    return viewer.is_cleared and viewer.has_agreement and service is not None


def require_can_join(viewer: Viewer, service: ViewerService | None) -> ViewerService:
    """The service. Raises NotCleared, AgreementMissing or NotYourService."""
    if not viewer.is_cleared:
        raise errors.NotCleared
    if not viewer.has_agreement:
        raise errors.AgreementMissing
    if service is None:
        raise errors.NotYourService
    return service


def services_to_join_with(viewer: Viewer) -> tuple[ViewerService, ...]:
    """The same rule, as a list."""
    return tuple(service for service in viewer.services if can_join(viewer, service))


# One's own line: end it, confirm it, record its conversation


def can_change(viewer: Viewer, involvement: Involvement) -> bool:
    """Whether the viewer answers for this line: their own, or of a service they manage."""
    return involvement.practitioner_id == viewer.id or involvement.service_id in viewer.managed_service_ids


def require_can_change(
    viewer: Viewer, involvement_id: UUID, *, own_only: bool = False, open_only: bool = False
) -> Involvement:
    """The line, held until the work is done, so that the same tap sent twice at once is weighed one after the other.

    Raises InvolvementNotFound, and records the refusal: someone else's line can't be told from none.
    """
    # Not its key: whoever takes a yes back refers to the line while they hold the client, for whom a change waits.
    lines = changeable_by(viewer).select_for_update(of=("self",), no_key=True).filter(id=involvement_id)
    if own_only:
        lines = lines.filter(practitioner_id=viewer.id)
    if open_only:
        lines = lines.filter(ended_on=None)
    involvement = lines.first()
    if involvement is None:
        raise line_refused(viewer, involvement_id)
    return involvement


def line_refused(viewer: Viewer, subject_id: UUID) -> errors.InvolvementNotFound:
    """The error for a line (or what hangs on one) that is not the viewer's; the refusal is recorded."""
    refuse("network.line.refused", by=viewer, reason="not_yours", subject_id=subject_id)
    return errors.InvolvementNotFound()


def changeable_by(viewer: Viewer) -> TenantQuerySet[Involvement]:
    """The same rule, as SQL, over ended lines too (an end can be undone)."""
    lines = Involvement.objects.filter(
        Q(practitioner_id=viewer.id) | Q(service_id__in=viewer.managed_service_ids), client__removed_at=None
    )
    conflicts = standing_of(viewer).conflicts
    return lines.exclude(client_id__in=conflicts) if conflicts else lines


# Leading


def can_lead(involvement: Involvement) -> bool:
    """Whether a line may lead: it is shown to the whole network, so that no lead is ever a secret. One query."""
    return leaders_among().filter(id=involvement.id).exists()


def require_can_lead(involvement: Involvement) -> None:
    """Raises CannotLead."""
    if not can_lead(involvement):
        raise errors.CannotLead


def leaders_among() -> TenantQuerySet[Involvement]:
    """The same rule, as SQL."""
    return Involvement.objects.filter(
        Exists(
            Publication.objects.filter(
                involvement_id=OuterRef("pk"),
                ended_at=None,
                review_by__gte=clock.today(),
                visibility=Visibility.NETWORK,
            )
        ),
        is_standard(policy_in_force(clock.today())),
        ended_on=None,
        practitioner__user__isnull=False,
    )


# Inviting


def can_invite(viewer: Viewer, client_id: UUID) -> bool:
    """Whether the viewer may ask a colleague to join: they are on the network themselves. One query."""
    return (
        viewer.is_cleared
        and viewer.has_agreement
        and Involvement.objects.filter(practitioner_id=viewer.id, client_id=client_id, ended_on=None).exists()
    )


def require_can_invite(viewer: Viewer, client_id: UUID) -> None:
    """Raises ClientNotFound for someone who is not on the network: they do not know that there is one."""
    if not can_invite(viewer, client_id):
        refuse("network.invitation.refused", by=viewer, reason="not_involved", subject_id=client_id)
        raise errors.ClientNotFound


def invitations_to(viewer: Viewer) -> TenantQuerySet[NetworkInvitation]:
    """The invitations this viewer may answer."""
    return NetworkInvitation.objects.filter(
        practitioner_id=viewer.id,
        answer=Answer.WAITING,
        client__removed_at=None,
        client__closed_on=None,
        client__shield=NOT_SHIELDED,
    ).exclude(client_id__in=standing_of(viewer).conflicts)
