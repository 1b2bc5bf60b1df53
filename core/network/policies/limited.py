"""Who may see a closed or shielded record for a limited time, and who reviews that. The decision procedure says so."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from django.db.models import Q

from core import clock
from core.audit.actions import refuse
from core.consent.decision import decide
from core.consent.pack import NOT_SHIELDED, Employment
from core.consent.packs_in_use import policy_in_force
from core.consent.policy import Policy
from core.consent.request import Action, Actor, ClientFacts, Request
from core.consent.verdict import Decision
from core.directory.viewers import Viewer
from core.network.errors import SightNotFound
from core.network.models import LimitedSight
from core.network.policies.deciding import HasId, known_privately_by
from core.network.policies.standing import standing_of
from core.people.models import Client
from tenants.base_model import TenantQuerySet


@dataclass(frozen=True, slots=True)
class AllowedSight:
    """A record that may be opened, with the question that was asked and its answer."""

    client: Client
    request: Request
    decision: Decision


def may_ever_ask(viewer: Viewer) -> bool:
    """Whether some of the viewer's functions or roles could open any record at all. No query."""
    rules = policy_in_force(clock.today()).rules
    return bool((viewer.functions | viewer.roles) & {*rules.break_glass.roles, *rules.shield.break_glass_roles})


def may_open_shielded(viewer: Viewer) -> bool:
    """The same for a shielded record: whoever may is shown the way where a search names one. No query."""
    rules = policy_in_force(clock.today()).rules
    may_act = viewer.is_cleared and viewer.has_agreement
    return may_act and bool((viewer.functions | viewer.roles) & set(rules.shield.break_glass_roles))


def require_limited_sight(viewer: Viewer, client_id: UUID, *, for_change: bool = False) -> AllowedSight:
    """The record, where the procedure permits its limited sight to one of the viewer's functions or roles.

    For everybody else, for a record that is neither closed nor shielded, and for none at all, it is the same: the same
    statements, and SightNotFound. The refusal is recorded.
    """
    # Standing and policy are read first, and for everyone, so that the statements never depend on the client.
    conflicts, policy = standing_of(viewer).conflicts, policy_in_force(clock.today())
    kept = Client.objects.filter(~Q(shield=NOT_SHIELDED) | Q(closed_on__isnull=False), removed_at=None)
    client = (kept.select_for_update(of=("self",)) if for_change else kept).filter(id=client_id).first()
    allowed = _allowed(viewer, client, policy, is_related=client_id in conflicts) if client else None
    if allowed is None:
        refuse("network.limited_sight.refused", by=viewer, reason="not_found", subject_id=client_id)
        raise SightNotFound
    return allowed


def sights_reviewed_by(officer: HasId) -> TenantQuerySet[LimitedSight]:
    """The sights an officer reviews: everyone's, but of clients they know privately. Their own are listed alone."""
    return LimitedSight.objects.filter(client__removed_at=None).exclude(client_id__in=known_privately_by(officer))


def _allowed(viewer: Viewer, client: Client, policy: Policy, *, is_related: bool) -> AllowedSight | None:
    """The first function or role, in a steady order, for which the procedure says PERMIT."""
    asked = Request(
        on=clock.today(),
        action=Action.BREAK_GLASS,
        actor=Actor(
            agency=str(viewer.agency_id),
            employment=Employment(viewer.employment),
            checks_ok=viewer.is_cleared,
            dsa=viewer.has_agreement,
            related=is_related,
        ),
        client=ClientFacts(shield=client.shield),
        fields=frozenset({"reason"}),
    )
    for role in sorted(viewer.functions | viewer.roles):
        request = replace(asked, actor=replace(asked.actor, role=role))
        decision = decide(policy, request)
        if decision.is_permitted:
            return AllowedSight(client, request, decision)
    return None
