"""Deleting a council: two operators, a wait in which one can call it off, and then the order that deletes.

The wait begins with a suspension: from then on nothing changes that the council could still fetch.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from console.actions.councils import OPEN, locked_council, require_nothing_open, require_state
from console.actions.orders import place_order
from console.actions.proposals import propose
from console.actions.suspension import remember_state
from console.choices import CouncilState, Permission, ProposalKind
from console.errors import NotPossible
from console.models import Council, Order, Proposal
from console.policies import require
from console.queries.operators import OperatorRef
from core import clock
from core.audit.actions import record
from tenants.context import SHARED_ALIAS, shared

ACTOR: Final = "task:console.delete_due"
MAY_LEAVE: Final = frozenset({CouncilState.TRAINING, CouncilState.LIVE, CouncilState.SUSPENDED})
RETRY: Final = timedelta(hours=6)
"""A deletion that failed is asked for again after so long."""


@transaction.atomic(using=SHARED_ALIAS)
def propose_deletion(*, council_id: UUID, contact: str, reason: str, by: OperatorRef) -> Proposal:
    """Propose that a council is deleted once the wait is over. `contact` is whom its people ring until then.

    Raises NotPermitted, NotThere, NotPossible.
    """
    require(by, Permission.CHANGE_COUNCILS)
    council = locked_council(council_id)
    require_state(council, MAY_LEAVE)
    payload = {"contact": contact.strip()}
    return propose(kind=ProposalKind.DELETE, subject_id=council.id, payload=payload, reason=reason, by=by)


def carry_out(proposal: Proposal, by: OperatorRef) -> None:
    """What was approved: the council is suspended now, and is to be deleted when the wait is over."""
    council = locked_council(proposal.subject_id)
    require_state(council, MAY_LEAVE)
    remember_state(proposal, council)
    council.state = CouncilState.LEAVING
    council.delete_after = clock.now() + timedelta(days=settings.DELETION_WAIT_DAYS)
    council.save(update_fields=["state", "delete_after"])
    detail = {"proposal": str(proposal.id), "delete_after": council.delete_after.isoformat()}
    record("console.council.deletion_begun", by=by, subject=council, detail=detail)
    payload = {"contact": proposal.payload["contact"], "leaves_on": council.delete_after.date().isoformat()}
    place_order(council=council, kind="suspend", payload=payload, by=by)


@transaction.atomic(using=SHARED_ALIAS)
def keep_council(*, council_id: UUID, by: OperatorRef) -> Council:
    """Call a deletion off during its wait: the council stays, suspended until somebody resumes it.

    Not once its deployment was asked to delete it: a try that failed may have taken its tables before it did.
    Raises NotPermitted, NotThere, NotPossible.
    """
    require(by, Permission.CHANGE_COUNCILS)
    council = locked_council(council_id)
    if council.state != CouncilState.LEAVING:
        raise NotPossible("This council is not about to be deleted.")
    if _asked_in_this_leaving(council):
        raise NotPossible(
            "Its deletion has begun and can't be called off any more. Where it failed, try it again: it is also tried"
            " again by itself."
        )
    require_nothing_open(council)
    council.state, council.delete_after = CouncilState.SUSPENDED, None
    council.save(update_fields=["state", "delete_after"])
    record("console.council.kept", by=by, subject=council)
    place_order(council=council, kind="suspend", payload={"contact": _contact_of(council)}, by=by)
    return council


def _asked_in_this_leaving(council: Council) -> bool:
    """Whether a deletion was ordered since it was decided. One of an earlier leaving, called off since, is past."""
    decided = (
        Proposal.objects.filter(subject_id=council.id, kind=ProposalKind.DELETE, decision=Proposal.Decision.APPROVED)
        .order_by("-decided_at")
        .values_list("decided_at", flat=True)
        .first()
    )
    orders = Order.objects.filter(council=council, kind="delete")
    return (orders.filter(placed_at__gte=decided) if decided else orders).exists()


def delete_due() -> int:
    """Ask for the deletion of every council whose wait is over, each in a unit of work of its own. Returns how many."""
    with shared(actor=ACTOR):
        due = list(
            Council.objects.filter(state=CouncilState.LEAVING, delete_after__lte=clock.now()).values_list(
                "id", flat=True
            )
        )
    return sum(_delete_one(council_id) for council_id in due)


def _delete_one(council_id: UUID) -> bool:
    with shared(actor=ACTOR):
        council = locked_council(council_id)
        if council.state != CouncilState.LEAVING or council.delete_after is None:
            return False
        if council.delete_after > clock.now() or not _may_ask_now(council):
            return False
        record("console.council.deletion_ordered", by=None, subject=council)
        place_order(council=council, kind="delete", payload={"certificate_id": str(uuid.uuid4())}, by=None)
        return True


def _may_ask_now(council: Council) -> bool:
    """Whether nothing is under way, and an earlier try is long enough ago."""
    orders = Order.objects.filter(council=council)
    tried = orders.filter(kind="delete", placed_at__gt=clock.now() - RETRY)
    return not orders.filter(state__in=OPEN).exists() and not tried.exists()


def _contact_of(council: Council) -> str:
    """Whom its people ring, as the last decision said."""
    last = (
        Proposal.objects.filter(subject_id=council.id, decision="approved", payload__has_key="contact")
        .order_by("-decided_at")
        .first()
    )
    return str(last.payload["contact"]) if last else ""
