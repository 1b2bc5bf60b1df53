"""Whose page a viewer may open, and whom they may be asked about joining; and who decides in a role's place."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from core import clock
from core.audit.actions import refuse
from core.consent.pack import NOT_SHIELDED, SearchMode
from core.consent.packs_in_use import policy_or_nothing
from core.directory.viewers import Viewer
from core.network import errors
from core.network.choices import Answer
from core.network.models import Involvement, NetworkInvitation, StandIn
from core.network.policies.sight import is_related
from core.network.policies.standing import standing_of
from core.people.models import Client
from tenants.base_model import TenantQuerySet


def openable_by(viewer: Viewer) -> TenantQuerySet[Client]:
    """The clients whose page this viewer may open, if only to join.

    Where the pack's search is open, someone cleared, of an agency with an agreement, may open any page whose address
    they were given; where it is closed, only those of clients they support or are invited to. A shielded client's page
    opens with a line of one's own or one's team's, or for someone assigned; a closed record's with limited sight alone.
    """
    return _openable(viewer, is_closed=policy_or_nothing(clock.today()).pack.search_mode is SearchMode.CLOSED)


def joinable_by(viewer: Viewer) -> TenantQuerySet[Client]:
    """The clients this viewer may be asked about joining: also where search is closed, once they know who it is."""
    return _openable(viewer, is_closed=False, to_join=True)


def _openable(viewer: Viewer, *, is_closed: bool, to_join: bool = False) -> TenantQuerySet[Client]:
    clients = Client.objects.filter(removed_at=None)
    with_own_line = Q(
        Exists(
            Involvement.objects.filter(
                Q(practitioner_id=viewer.id) | Q(service_id__in=viewer.managed_service_ids),
                client_id=OuterRef("pk"),
                ended_on=None,
            )
        )
    )
    standing = standing_of(viewer)
    if standing.conflicts:
        clients = clients.exclude(id__in=standing.conflicts)
    if not (viewer.is_cleared and viewer.has_agreement):
        return clients.filter(with_own_line)
    unshielded = Q(shield=NOT_SHIELDED)
    ways = with_own_line
    if is_closed:
        invited = Exists(
            NetworkInvitation.objects.filter(
                practitioner_id=viewer.id, answer__in=(Answer.WAITING, Answer.ACCEPTED), client_id=OuterRef("pk")
            )
        )
        ways |= unshielded & (Q(invited) | is_related(viewer, "pk"))
    else:
        ways |= unshielded
    if standing.assigned:
        ways |= Q(id__in=standing.assigned)
    ways &= Q(closed_on=None)
    if standing.limited and not to_join:
        ways |= Q(id__in=standing.limited)
    return clients.filter(ways)


def require_open(viewer: Viewer, client_id: UUID, *, for_change: bool = False, to_join: bool = False) -> Client:
    """The client, if this viewer may open their page (or, `to_join`, be asked about joining). Raises ClientNotFound.

    A refusal is recorded. `for_change` holds the client's row until the work is done, so that two who join at once
    decide one after the other.
    """
    clients = joinable_by(viewer) if to_join else openable_by(viewer)
    client = (clients.select_for_update(of=("self",)) if for_change else clients).filter(id=client_id).first()
    if client is None:
        refuse("network.client.refused", by=viewer, reason="not_found", subject_id=client_id)
        raise errors.ClientNotFound
    return client


def may_decide_for(viewer: Viewer, role: str) -> bool:
    """Whether the viewer decides for `role` today: they hold it, or stand in for who does. One query for a stand-in."""
    return role in viewer.roles or stand_ins_today(role).filter(practitioner_id=viewer.id).exists()


def stand_ins_today(role: str) -> TenantQuerySet[StandIn]:
    """Who stands in for `role` today."""
    today = clock.today()
    return StandIn.objects.filter(role=role, starts_on__lte=today, ends_on__gte=today, ended_at=None)
