"""Suspending a council and letting it work again. Suspending takes two operators; resuming takes one."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction

from console.actions.councils import AT_WORK, locked_council, require_state
from console.actions.orders import place_order
from console.actions.proposals import propose
from console.choices import CouncilState, Permission, ProposalKind
from console.models import Council, Order, Proposal
from console.policies import require
from console.queries.operators import OperatorRef
from core.audit.actions import record
from tenants.context import SHARED_ALIAS

SUSPENDED_ONLY: Final = frozenset({CouncilState.SUSPENDED})


@transaction.atomic(using=SHARED_ALIAS)
def propose_suspension(*, council_id: UUID, contact: str, reason: str, by: OperatorRef) -> Proposal:
    """Propose that a council becomes read only. `contact` is whom its people ring: its notice says so.

    Raises NotPermitted, NotThere, NotPossible.
    """
    require(by, Permission.CHANGE_COUNCILS)
    council = locked_council(council_id)
    require_state(council, AT_WORK)
    payload = {"contact": contact.strip()}
    return propose(kind=ProposalKind.SUSPEND, subject_id=council.id, payload=payload, reason=reason, by=by)


def carry_out(proposal: Proposal, by: OperatorRef) -> None:
    """What was approved: the council is to be read only, and its deployment is asked to make it so."""
    council = locked_council(proposal.subject_id)
    require_state(council, AT_WORK)
    remember_state(proposal, council)
    council.state = CouncilState.SUSPENDED
    council.save(update_fields=["state"])
    record("console.council.suspended", by=by, subject=council, detail={"proposal": str(proposal.id)})
    place_order(council=council, kind="suspend", payload={"contact": proposal.payload["contact"]}, by=by)


@transaction.atomic(using=SHARED_ALIAS)
def resume_council(*, council_id: UUID, by: OperatorRef) -> Order:
    """Let a suspended council work again, as what it was before. Raises NotPermitted, NotThere, NotPossible."""
    require(by, Permission.CHANGE_COUNCILS)
    council = locked_council(council_id)
    require_state(council, SUSPENDED_ONLY)
    council.state = state_before(council)
    council.save(update_fields=["state"])
    record("console.council.resumed", by=by, subject=council, detail={"state": str(council.state)})
    return place_order(council=council, kind="resume", payload={}, by=by)


def remember_state(proposal: Proposal, council: Council) -> None:
    """Keep with the decision what the council was, for the day when it works again."""
    proposal.payload = {**proposal.payload, "was": str(council.state)}
    proposal.save(update_fields=["payload"])


def state_before(council: Council) -> CouncilState:
    """What the council was when it last worked: training, where nothing tells of another."""
    stopped = Proposal.objects.filter(
        kind__in=(ProposalKind.SUSPEND, ProposalKind.DELETE), subject_id=council.id,
        decision=Proposal.Decision.APPROVED, payload__was__in=[state.value for state in AT_WORK],
    )  # fmt: skip
    last = stopped.order_by("-decided_at").first()
    return CouncilState(last.payload["was"]) if last else CouncilState.TRAINING
