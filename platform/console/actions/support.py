"""Support access: an operator asks for some hours, a second operator approves, and the council alone grants it.

Nothing opens from here: the request becomes an order, and the answer is read from what the deployment reports.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from django.db import transaction

from console.actions.councils import locked_council, require_nothing_open, require_state
from console.actions.orders import place_order
from console.actions.proposals import propose
from console.choices import CouncilState, Permission, ProposalKind
from console.errors import NotPossible
from console.models import Operator, Proposal, SupportRequest
from console.policies import require
from console.queries.operators import OperatorRef
from core import clock
from core.audit.actions import record
from tenants.context import SHARED_ALIAS

MOST_HOURS: Final = 8
SUPPORTED: Final = frozenset({CouncilState.TRAINING, CouncilState.LIVE, CouncilState.SUSPENDED})
UNSETTLED: Final = (SupportRequest.State.PROPOSED, SupportRequest.State.ASKED)


@transaction.atomic(using=SHARED_ALIAS)
def ask_for_support(*, council_id: UUID, hours: int, reason: str, by: OperatorRef) -> SupportRequest:
    """Ask a council for access, for `hours`. Raises NotPermitted, NotThere, NotPossible."""
    require(by, Permission.ASK_SUPPORT)
    if not 1 <= hours <= MOST_HOURS:
        raise NotPossible(f"Ask for between 1 and {MOST_HOURS} hours.")
    council = locked_council(council_id)
    require_state(council, SUPPORTED)
    if SupportRequest.objects.filter(council=council, operator_id=by.id, state__in=UNSETTLED).exists():
        raise NotPossible("You have asked this council already, and have no answer yet.")
    request = SupportRequest.objects.create(
        council=council, operator_id=by.id, reason=reason.strip(), hours=hours, asked_at=clock.now()
    )
    record("console.support.asked", by=by, subject=request, detail={"council": str(council.id), "hours": hours})
    payload = {"council": str(council.id), "hours": hours}
    propose(kind=ProposalKind.SUPPORT, subject_id=request.id, payload=payload, reason=reason, by=by)
    return request


def carry_out(proposal: Proposal, by: OperatorRef) -> None:
    """What was approved: the council is asked. It grants or refuses by itself."""
    request = SupportRequest.objects.select_for_update().get(id=proposal.subject_id)
    council = locked_council(request.council_id)
    require_nothing_open(council)
    asker = Operator.objects.select_related("user").get(id=request.operator_id)
    _settle(request, SupportRequest.State.ASKED)
    payload = {
        "request_id": str(request.id), "operator_name": asker.name, "operator_email": asker.user.email,
        "approved_by_name": by.name, "reason": request.reason, "hours": request.hours,
    }  # fmt: skip
    record("console.support.sent", by=by, subject=request, detail={"council": str(council.id)})
    place_order(council=council, kind="support", payload=payload, by=by)


def drop(proposal: Proposal, by: OperatorRef | None) -> None:  # noqa: ARG001  # every handler's signature
    """What came to nothing here: the council is never asked."""
    request = SupportRequest.objects.select_for_update().get(id=proposal.subject_id)
    _settle(request, SupportRequest.State.REFUSED)


def _settle(request: SupportRequest, state: SupportRequest.State) -> None:
    request.state, request.changed_at = state, clock.now()
    request.save(update_fields=["state", "changed_at"])
