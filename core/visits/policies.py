"""Who may see and change visits and contacts: they are seen exactly with their involvement, and changed with it."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

from core.audit.actions import refuse
from core.directory.viewers import Viewer
from core.network.models import Involvement
from core.network.policies import can_change, changeable_by, require_can_change, visible_to
from core.visits.models import Contact, Visit
from tenants.base_model import TenantQuerySet

Missing = TypeVar("Missing", bound=LookupError)


def visits_visible_to(viewer: Viewer) -> TenantQuerySet[Visit]:
    """The planned visits of the lines this viewer sees."""
    return Visit.objects.filter(involvement__in=visible_to(viewer), cancelled_at=None)


def contacts_visible_to(viewer: Viewer) -> TenantQuerySet[Contact]:
    """The contacts of the lines this viewer sees."""
    return Contact.objects.filter(involvement__in=visible_to(viewer), removed_at=None)


def can_log(viewer: Viewer, involvement: Involvement) -> bool:
    """Whether the viewer may log a contact or plan a visit under this line."""
    return involvement.ended_on is None and can_change(viewer, involvement)


def require_can_log(viewer: Viewer, involvement_id: UUID) -> Involvement:
    """The open line. Raises InvolvementNotFound for someone else's, for an ended one, and for none; it is recorded."""
    return require_can_change(viewer, involvement_id, open_only=True)


def visits_changeable_by(viewer: Viewer) -> TenantQuerySet[Visit]:
    """The visits this viewer may change or cancel: those of lines they answer for."""
    return Visit.objects.filter(involvement__in=changeable_by(viewer), involvement__ended_on=None)


def not_changeable(viewer: Viewer, subject_id: UUID, error: type[Missing]) -> Missing:
    """The error for a visit or contact that is not the viewer's; the refusal is recorded."""
    refuse("visits.refused", by=viewer, reason="not_yours", subject_id=subject_id)
    return error()
