"""Who may keep which card: one's own, and nobody else's."""

from __future__ import annotations

from core.audit.actions import refuse
from core.directory.errors import NotYourCard
from core.directory.models import Practitioner
from core.directory.viewers import Viewer
from tenants.base_model import TenantQuerySet


def can_change_card(viewer: Viewer, card: Practitioner) -> bool:
    """Whether `viewer` keeps this card."""
    return card.id == viewer.id


def require_can_change_card(viewer: Viewer, card: Practitioner) -> None:
    """Raises NotYourCard, and records the refusal."""
    if not can_change_card(viewer, card):
        refuse("directory.card.refused", by=viewer, reason="not_yours", subject_id=card.id)
        raise NotYourCard


def cards_changeable_by(viewer: Viewer) -> TenantQuerySet[Practitioner]:
    """The same rule, as SQL."""
    return Practitioner.objects.filter(id=viewer.id)


def visible_to(viewer: Viewer) -> TenantQuerySet[Practitioner]:  # noqa: ARG001  # every rule is asked for a viewer
    """The cards a practitioner may see: every colleague of the council who has not left."""
    return Practitioner.objects.filter(left_on=None)
