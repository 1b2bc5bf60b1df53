"""Two people: one operator proposes, another decides, and what was decided for is carried out at once.

Every write begins by locking the proposal's row, so that of two who decide at once one decides and the other is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from console.choices import ProposalKind
from console.errors import ChangedMeanwhile, NotPermitted, NotPossible, NotThere
from console.models import Proposal
from console.policies import MAY_DECIDE, MAY_PROPOSE, WAITS, require, require_can_decide
from console.queries.operators import OperatorRef, operator_of, who_let_in
from core import clock
from core.audit.actions import record, refuse
from tenants.context import SHARED_ALIAS


@dataclass(frozen=True, slots=True)
class Handler:
    """What becomes of a proposal, by name: `approved` carries it out, `dropped` is told when it came to nothing."""

    approved: str
    dropped: str = ""


HANDLERS: Final = {
    ProposalKind.SUSPEND: Handler("console.actions.suspension.carry_out"),
    ProposalKind.DELETE: Handler("console.actions.deletion.carry_out"),
    ProposalKind.RELEASE: Handler("console.actions.releases.carry_out"),
    ProposalKind.SUPPORT: Handler("console.actions.support.carry_out", "console.actions.support.drop"),
    ProposalKind.WRITE_OFF: Handler("console.actions.finance.write_offs.carry_out"),
}
"""What each kind does. A handler is called in the decision's own transaction as `handler(proposal, by)`."""


@transaction.atomic(using=SHARED_ALIAS)
def propose(
    *, kind: ProposalKind, subject_id: UUID, payload: Mapping[str, Any], reason: str, by: OperatorRef
) -> Proposal:
    """Propose something that takes two operators. Raises NotPermitted, NotPossible where one waits already."""
    require(by, MAY_PROPOSE[ProposalKind(kind)])
    for old in Proposal.objects.select_for_update().filter(kind=kind, subject_id=subject_id, decision="open"):
        if is_over(old):
            _close(old, Proposal.Decision.EXPIRED, by=None)
    try:
        with transaction.atomic(using=SHARED_ALIAS):
            proposal = Proposal.objects.create(
                kind=kind, subject_id=subject_id, payload=dict(payload), reason=reason.strip(), proposed_by_id=by.id,
                proposed_at=clock.now(),
            )  # fmt: skip
    except IntegrityError as error:
        raise NotPossible("The same was proposed already, and waits for a second operator.") from error
    record("console.proposal.made", by=by, subject=proposal, detail=_about(proposal))
    return proposal


@transaction.atomic(using=SHARED_ALIAS)
def decide(*, proposal_id: UUID, approve: bool, reason: str, by: OperatorRef) -> Proposal:
    """Decide what another operator proposed; what is approved is carried out before this returns.

    Raises NotThere, NotPermitted, ChangedMeanwhile when it was decided or ran out, and NotPossible when it can't be
    carried out as things stand: then nothing was decided.
    """
    proposal = _locked(proposal_id)
    try:
        require_can_decide(by, proposal.kind, proposal.proposed_by_id, who_let_in())
    except NotPermitted:
        why = _why_not(proposal, by)
        refuse("console.proposal.decided", by=by, reason=why, subject_id=proposal.id, detail=_about(proposal))
        raise
    _require_open(proposal)
    if approve and not _proposer_may_still(proposal):
        raise NotPossible("Who proposed this may no longer do so. Refuse it, and propose it anew where it is wanted.")
    proposal.decision = Proposal.Decision.APPROVED if approve else Proposal.Decision.REFUSED
    proposal.decided_by_id, proposal.decided_at, proposal.decided_reason = by.id, clock.now(), reason.strip()
    proposal.save(update_fields=["decision", "decided_by", "decided_at", "decided_reason"])
    slug = "console.proposal.approved" if approve else "console.proposal.refused"
    record(slug, by=by, subject=proposal, detail=_about(proposal))
    _hand_on(proposal, by)
    return proposal


@transaction.atomic(using=SHARED_ALIAS)
def withdraw(*, proposal_id: UUID, by: OperatorRef) -> Proposal:
    """Take back one's own proposal. Raises NotThere, NotPermitted, ChangedMeanwhile."""
    proposal = _locked(proposal_id)
    if proposal.proposed_by_id != by.id:
        raise NotPermitted("Only who proposed this can take it back.")
    _require_open(proposal)
    _close(proposal, Proposal.Decision.WITHDRAWN, by=by)
    return proposal


def withdraw_all_of(*, operator_id: UUID, by: OperatorRef) -> None:
    """Take back whatever an operator proposed whose account is being closed. In the unit of work that closes it."""
    for proposal in Proposal.objects.select_for_update().filter(proposed_by_id=operator_id, decision="open"):
        _close(proposal, Proposal.Decision.WITHDRAWN, by=by)


def expire_old() -> int:
    """Close what waited too long. Returns how many."""
    with transaction.atomic(using=SHARED_ALIAS):
        waiting = Proposal.objects.select_for_update(skip_locked=True).filter(decision="open")
        old = list(waiting.filter(proposed_at__lte=clock.now() - WAITS))
        for proposal in old:
            _close(proposal, Proposal.Decision.EXPIRED, by=None)
    return len(old)


def is_over(proposal: Proposal) -> bool:
    """Whether a proposal has waited too long to be decided."""
    return bool(proposal.proposed_at <= clock.now() - WAITS)


def _why_not(proposal: Proposal, by: OperatorRef) -> str:
    """For the log: why this operator did not decide."""
    if proposal.proposed_by_id == by.id:
        return "own_proposal"
    return "not_two_people" if by.may(MAY_DECIDE[ProposalKind(proposal.kind)]) else "no_permission"


def _locked(proposal_id: UUID) -> Proposal:
    found = Proposal.objects.select_for_update().filter(id=proposal_id).first()
    if found is None:
        raise NotThere("There is no such proposal.")
    return found


def _require_open(proposal: Proposal) -> None:
    if proposal.decision != Proposal.Decision.OPEN:
        raise ChangedMeanwhile(f"This was settled already: {proposal.get_decision_display().lower()}.")
    if is_over(proposal):
        raise ChangedMeanwhile("This waited for more than 7 days and ran out. It has to be proposed anew.")


def _proposer_may_still(proposal: Proposal) -> bool:
    proposer = operator_of(proposal.proposed_by.user_id)
    return proposer is not None and proposer.may(MAY_PROPOSE[ProposalKind(proposal.kind)])


def _close(proposal: Proposal, decision: Proposal.Decision, *, by: OperatorRef | None) -> None:
    """Settle a proposal that nobody decided."""
    proposal.decision, proposal.decided_at = decision, clock.now()
    proposal.save(update_fields=["decision", "decided_at"])
    record(f"console.proposal.{decision.value}", by=by, subject=proposal, detail=_about(proposal))
    _hand_on(proposal, by)


def _hand_on(proposal: Proposal, by: OperatorRef | None) -> None:
    handler = HANDLERS[ProposalKind(proposal.kind)]
    path = handler.approved if proposal.decision == Proposal.Decision.APPROVED else handler.dropped
    if path:
        carry_out: Callable[[Proposal, OperatorRef | None], None] = import_string(path)
        carry_out(proposal, by)


def _about(proposal: Proposal) -> dict[str, str]:
    """For the log: which kind, and about which council."""
    of_council = proposal.kind in {ProposalKind.SUSPEND, ProposalKind.DELETE}
    council = str(proposal.subject_id) if of_council else proposal.payload.get("council")
    return {"kind": str(proposal.kind)} | ({"council": council} if council else {})
