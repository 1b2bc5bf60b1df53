"""Who can be told by a client, or by somebody for them, that a yes is taken back: any worker on their network.

It is as easy as saying yes was. Somebody whose clearance or whose agency's agreement ran out is told all the same.
"""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from core.audit.actions import refuse
from core.directory.viewers import Viewer
from core.network import errors
from core.network.models import Involvement
from core.network.policies.opening import openable_by
from core.network.policies.sight import is_related
from core.people.models import Client
from tenants.base_model import TenantQuerySet


def can_be_told(viewer: Viewer, client_id: UUID) -> bool:
    """Whether this viewer may record what the client takes back. One query."""
    return tellable_to(viewer).filter(id=client_id).exists()


def require_can_be_told(viewer: Viewer, client_id: UUID) -> None:
    """Raises ClientNotFound for someone who is not on the network; the refusal is recorded."""
    if not can_be_told(viewer, client_id):
        refuse("network.withdrawal.refused", by=viewer, reason="not_involved", subject_id=client_id)
        raise errors.ClientNotFound


def tellable_to(viewer: Viewer) -> TenantQuerySet[Client]:
    """The same rule, as SQL."""
    answers_for = Involvement.objects.filter(
        Q(practitioner_id=viewer.id) | Q(service_id__in=viewer.managed_service_ids),
        client_id=OuterRef("pk"),
        ended_on=None,
    )
    return openable_by(viewer).filter(Q(Exists(answers_for)) | is_related(viewer, "pk"))
