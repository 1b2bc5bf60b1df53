"""Placing and lifting a shield: asked by someone on the network, decided by information-governance officers.

While a client is shielded, only the people whom an officer names see their lines; nobody else finds that they are here.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from core import clock
from core.accounts.choices import Role
from core.audit.actions import record, refuse
from core.consent.pack import NOT_SHIELDED
from core.consent.packs_in_use import policy_in_force
from core.directory.models import Practitioner
from core.directory.viewers import Viewer
from core.network import errors
from core.network.actions.approval_asks import ask, close, due_on, people_needed
from core.network.actions.approvals import held, say, tell_asker, turn_down
from core.network.choices import Answer, ApprovalKind, ApprovalState, ShieldReason, Voice, VoiceReason
from core.network.models import (
    Approval,
    Conflict,
    Involvement,
    LeadOffer,
    NetworkInvitation,
    ShieldAssignment,
    ShieldPeriod,
)
from core.network.officers import Officer
from core.network.policies import forget_standing
from core.network.policies.deciding import known_privately_by, require_on_network, shield_requests
from core.notices.actions import tell
from core.people.models import Client

REVIEW_AFTER: Final = timedelta(days=182)
"""A shield is looked at again after half a year, unless its officer sets another day."""

LIFT: Final = "lift"


@transaction.atomic
def ask_for_shield(*, client_id: UUID, reason: ShieldReason, level: str, by: Viewer) -> Approval:
    """Ask the officers to shield a client. Asked twice, also by a colleague, it waits once, and the answer is the same.

    Raises ClientNotFound for somebody who is not on the network, AlreadyShielded, NotPermitted for an unknown level.
    """
    client = require_on_network(by, client_id)
    if client.shield != NOT_SHIELDED:
        raise errors.AlreadyShielded
    if level == NOT_SHIELDED or level not in policy_in_force(clock.today()).rules.shield.levels:
        raise errors.NotPermitted
    return _asked(client, ApprovalKind.SHIELD, reason, level, by)


@transaction.atomic
def ask_to_lift(*, client_id: UUID, by: Viewer) -> Approval:
    """Ask the officers to lift a shield. Raises ClientNotFound where they are not on the network, ShieldNotFound."""
    client = require_on_network(by, client_id)
    if client.shield == NOT_SHIELDED:
        raise errors.ShieldNotFound
    return _asked(client, ApprovalKind.UNSHIELD, LIFT, client.shield, by)


def _asked(client: Client, kind: ApprovalKind, ground: str, level: str, by: Viewer) -> Approval:
    waiting = Approval.objects.filter(client=client, kind=kind, state=ApprovalState.WAITING, involvement=None).first()
    if waiting is None:
        waiting = _request(client, kind, ground, level, asked_by_id=by.id)
        ask([waiting])
    return waiting


def _request(client: Client, kind: ApprovalKind, ground: str, level: str, *, asked_by_id: UUID | None) -> Approval:
    policy, today = policy_in_force(clock.today()), clock.today()
    return Approval(
        kind=kind,
        client=client,
        ground=ground,
        level=level,
        approver_role=Role.IG_OFFICER,
        people_needed=people_needed(policy, kind, level),
        asked_by_id=asked_by_id,
        asked_at=clock.now(),
        due_on=due_on(policy, today),
    )


@transaction.atomic
def approve_shield(*, approval_id: UUID, assigned: Collection[UUID], by: Officer) -> Approval:
    """Say yes, and name who goes on seeing the client, of the people on the network. The last yes places the shield.

    Raises ApprovalNotFound, AlreadyDecided, AlreadySaid, OwnRequest.
    """
    approval = held(shield_requests(by).filter(kind=ApprovalKind.SHIELD), approval_id, by=by)
    client = _held_client(approval.client_id)
    chosen = set(assigned) & set(
        Involvement.objects.filter(client=client, ended_on=None).values_list("practitioner_id", flat=True)
    )
    if not say(approval, Voice.APPROVE, by=by):
        approval.answers = {"assigned": sorted(str(one) for one in chosen)}
        approval.save(update_fields=["answers"])
        return approval
    now = clock.now()
    _set_shield(client, approval.level)
    period = ShieldPeriod.objects.create(
        client=client, level=approval.level, reason=approval.ground, approval=approval, placed_at=now,
        placed_by_id=by.id, review_by=clock.today() + REVIEW_AFTER,
    )  # fmt: skip
    ShieldAssignment.objects.bulk_create(
        [
            ShieldAssignment(client=client, practitioner_id=one, assigned_at=now, assigned_by_id=by.id)
            for one in sorted(chosen)
        ],
        ignore_conflicts=True,
    )
    NetworkInvitation.objects.filter(client=client, answer=Answer.WAITING).update(
        answer=Answer.TAKEN_BACK, answered_at=now
    )
    LeadOffer.objects.filter(client=client, answer=Answer.WAITING).exclude(
        to_involvement__practitioner_id__in=chosen
    ).update(answer=Answer.TAKEN_BACK, answered_at=now)
    close(approval, ApprovalState.APPROVED)
    record(
        "network.shield.placed", by=by, subject=period, client_id=client.id, reason=approval.ground,
        detail={"level": approval.level, "assigned": sorted(str(one) for one in chosen)},
    )  # fmt: skip
    _tell_people(client, chosen, "network.shield.placed", by)
    if approval.asked_by_id not in chosen:
        tell_asker(approval, "network.shield.placed", by=by)
    return approval


@transaction.atomic
def turn_shield_down(*, approval_id: UUID, answer: Voice, reason: VoiceReason, by: Officer) -> Approval:
    """Refuse, or ask back, what was asked about a shield. Raises as `held`."""
    return turn_down(held(shield_requests(by), approval_id, by=by), answer, reason, by=by)


@transaction.atomic
def approve_lifting(*, approval_id: UUID, by: Officer) -> Approval:
    """Say yes to lifting a shield; the last yes lifts it. Raises as `held`."""
    approval = held(shield_requests(by).filter(kind=ApprovalKind.UNSHIELD), approval_id, by=by)
    return _lift_if_enough(approval, by)


@transaction.atomic
def lift_shield(*, shield_id: UUID, by: Officer) -> Approval:
    """An officer begins the lifting, or joins one that waits: theirs is one yes. Raises ShieldNotFound, as `held`."""
    period = _held_period(shield_id, by)
    waiting = Approval.objects.filter(
        client_id=period.client_id, kind=ApprovalKind.UNSHIELD, state=ApprovalState.WAITING
    ).first()
    if waiting is not None:
        return _lift_if_enough(held(shield_requests(by), waiting.id, by=by), by)
    made = _request(period.client, ApprovalKind.UNSHIELD, LIFT, period.level, asked_by_id=None)
    ask([made])
    return _lift_if_enough(made, by)


def _lift_if_enough(approval: Approval, by: Officer) -> Approval:
    if not say(approval, Voice.APPROVE, by=by):
        return approval
    client, now = _held_client(approval.client_id), clock.now()
    _set_shield(client, NOT_SHIELDED)
    ShieldPeriod.objects.filter(client=client, ended_at=None).update(ended_at=now, ended_by_id=by.id)
    open_ones = ShieldAssignment.objects.filter(client=client, ended_at=None)
    assigned = set(open_ones.values_list("practitioner_id", flat=True))
    open_ones.update(ended_at=now)
    close(approval, ApprovalState.APPROVED)
    record("network.shield.lifted", by=by, subject=approval, client_id=client.id)
    _tell_people(client, assigned, "network.shield.lifted", by)
    return approval


@transaction.atomic
def assign(*, shield_id: UUID, practitioner_id: UUID, by: Officer) -> ShieldAssignment:
    """Name one more person who sees a shielded client. Twice does no harm.

    Raises ShieldNotFound, PractitionerNotFound, NotPermitted for somebody who knows the client privately.
    """
    period = _held_period(shield_id, by)
    card = Practitioner.objects.filter(id=practitioner_id, left_on=None, user__is_active=True).first()
    if card is None:
        raise errors.PractitionerNotFound
    if Conflict.objects.filter(client_id=period.client_id, practitioner=card, ended_at=None).exists():
        raise errors.KnowsThemPrivately
    known = ShieldAssignment.objects.filter(client_id=period.client_id, practitioner=card, ended_at=None).first()
    if known is not None:
        return known
    made = ShieldAssignment.objects.create(
        client_id=period.client_id, practitioner=card, assigned_at=clock.now(), assigned_by_id=by.id
    )
    forget_standing()
    record(
        "network.shield.assigned", by=by, subject=made, client_id=period.client_id,
        detail={"practitioner": str(card.id)},
    )  # fmt: skip
    _tell_people(period.client, {card.id}, "network.shield.assigned", by)
    return made


@transaction.atomic
def unassign(*, shield_id: UUID, practitioner_id: UUID, by: Officer) -> None:
    """Take a person off those who see a shielded client, at once. Raises ShieldNotFound."""
    period = _held_period(shield_id, by)
    ended = ShieldAssignment.objects.filter(
        client_id=period.client_id, practitioner_id=practitioner_id, ended_at=None
    ).update(ended_at=clock.now())
    if ended:
        forget_standing()
        record(
            "network.shield.unassigned", by=by, subject=period, client_id=period.client_id,
            detail={"practitioner": str(practitioner_id)},
        )  # fmt: skip


@transaction.atomic
def set_shield_review(*, shield_id: UUID, on: date, by: Officer) -> ShieldPeriod:
    """Say on which day this shield is looked at again. Raises ShieldNotFound, ReviewInThePast."""
    period = _held_period(shield_id, by)
    if on < clock.today():
        raise errors.ReviewInThePast
    period.review_by = on
    period.save(update_fields=["review_by"])
    record(
        "network.shield.review_set", by=by, subject=period, client_id=period.client_id, detail={"on": on.isoformat()}
    )
    return period


def _set_shield(client: Client, level: str) -> None:
    client.shield = level
    client.version += 1
    client.save(update_fields=["shield", "version"])
    forget_standing()


def _held_client(client_id: UUID) -> Client:
    return Client.objects.select_for_update(of=("self",)).get(id=client_id)


def _held_period(shield_id: UUID, by: Officer) -> ShieldPeriod:
    period = (
        ShieldPeriod.objects.select_for_update(of=("self",))
        .select_related("client")
        .filter(id=shield_id, ended_at=None, client__removed_at=None)
        .exclude(client_id__in=known_privately_by(by))
        .first()
    )
    if period is None:
        refuse("network.shield.refused", by=by, reason="not_found", subject_id=shield_id)
        raise errors.ShieldNotFound
    return period


def _tell_people(client: Client, practitioner_ids: Collection[UUID], slug: str, by: Officer) -> None:
    users: Any = Practitioner.objects.filter(id__in=list(practitioner_ids), user__isnull=False)
    tell(users.values_list("user_id", flat=True), slug, client_id=client.id, by=by)
