"""Who may take a request in and see what was written down, and whose deletion is held."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from core.consent.pack import NOT_SHIELDED
from core.directory.viewers import Viewer
from core.network.models import Conflict, LimitedSight
from core.network.policies import changeable_by
from core.people.models import Client
from core.rights.choices import RequestState
from core.rights.models import DutyRecord, RetentionHold, RightsRequest
from tenants.base_model import TenantQuerySet


def duties_visible_to(viewer: Viewer) -> TenantQuerySet[DutyRecord]:
    """What a practitioner sees of the records of duties: their own, and those on lines they answer for."""
    lines = changeable_by(viewer).values("id")
    return DutyRecord.objects.filter(Q(by_id=viewer.id) | Q(involvement_id__in=lines))


def handled_by(officer_id: UUID) -> TenantQuerySet[RightsRequest]:
    """The requests an information-governance officer handles: all but those about their own relatives and friends."""
    return RightsRequest.objects.exclude(client_id__in=conflicts_of(officer_id)).filter(client__removed_at=None)


def conflicts_of(officer_id: UUID) -> TenantQuerySet[Conflict]:
    """As SQL: the clients who are relatives or friends of an officer."""
    return Conflict.objects.filter(practitioner_id=officer_id, ended_at=None).values("client_id")  # type: ignore[return-value]  # a queryset of ids, for use in another


def may_be_deleted() -> TenantQuerySet[Client]:
    """The clients whom nothing holds from deletion.

    What holds: an open request or complaint, a shield, a limited sight that nobody has reviewed, and an
    information-governance officer's freeze, of one client or of all.
    """
    about = {"client_id": OuterRef("pk")}
    frozen = RetentionHold.objects.filter(ended_at=None)
    return Client.objects.filter(
        ~Exists(frozen.filter(client=None)),
        ~Exists(frozen.filter(**about)),
        ~Exists(RightsRequest.objects.filter(state=RequestState.OPEN, **about)),
        ~Exists(LimitedSight.objects.filter(reviewed_at=None, **about)),
        shield=NOT_SHIELDED,
    )
