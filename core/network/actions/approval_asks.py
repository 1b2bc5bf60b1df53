"""Asking a named approver: a REVIEW of the decision procedure waits for them, until they decide or it is not needed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from core import clock
from core.accounts.choices import Role
from core.audit.actions import Actor, record
from core.consent.conversation import ConversationAnswers, answers_as_json
from core.consent.models import Conversation, DecisionRecord
from core.consent.policy import Policy
from core.consent.verdict import Decision, Verdict
from core.consent.working_days import working_days
from core.network.actions.alerting import alert, holders
from core.network.choices import ApprovalKind, ApprovalState
from core.network.models import Approval, Involvement

_APPROVER: Final = "approver:"
ASKED: Final = "network.approval.asked"


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who asks, as events know them."""

    id: UUID


def approval_for(
    decision: Decision, made: DecisionRecord, *, involvement: Involvement, answers: ConversationAnswers,
    conversation: Conversation | None, policy: Policy, on: date, by: Actor,
) -> Approval | None:  # fmt: skip
    """What is asked of the approver that a REVIEW names, not saved yet; None for any other decision."""
    role = next((one.removeprefix(_APPROVER) for one in decision.obligations if one.startswith(_APPROVER)), "")
    if decision.outcome is not Verdict.REVIEW or not role:
        return None
    ground = str(made.request.get("basis") or decision.reason)
    return Approval(
        kind=ApprovalKind.PUBLICATION,
        client_id=involvement.client_id,
        involvement=involvement,
        decision=made,
        conversation=conversation,
        answers=answers_as_json(answers),
        ground=ground,
        approver_role=role,
        people_needed=people_needed(policy, ApprovalKind.PUBLICATION, ground),
        asked_by_id=by.id,
        asked_at=clock.now(),
        due_on=due_on(policy, on),
    )


def people_needed(policy: Policy, *codes: str) -> int:
    """Two where the policy wants two for any of these kinds, levels or grounds; otherwise one."""
    by_two = policy.pack.two_people_for | policy.tightening.two_people_for
    return 2 if by_two.intersection(codes) else 1


def due_on(policy: Policy, on: date) -> date:
    """The day by which it should be decided: the next working day (regimes, section 2)."""
    return working_days(policy.rules.locale.holidays).after(on, 1)


def ask(approvals: Collection[Approval]) -> None:
    """Write what is asked, and tell those who may decide it. Nothing is done, and no statement run, for nothing."""
    if not approvals:
        return
    Approval.objects.bulk_create(approvals)
    for one in approvals:
        asker = _Asker(one.asked_by_id) if one.asked_by_id else None
        record(ASKED, by=asker, subject=one, client_id=one.client_id, reason=one.ground, detail={"kind": one.kind})
    for role in sorted({one.approver_role for one in approvals}):
        is_known = role in Role.values
        alert(holders(Role(role)) if is_known else (), ASKED, with_mail=role == Role.IG_OFFICER)


def lapse_approvals(*, involvement_ids: Collection[UUID], by: Actor | None) -> int:
    """Take back what still waits for these lines: it was recorded anew, withdrawn, ended or undone. Answers how many.

    Once nothing waits any more, one statement finds that out.
    """
    waiting = list(
        Approval.objects.select_for_update(of=("self",)).filter(
            involvement_id__in=list(involvement_ids), state__in=(ApprovalState.WAITING, ApprovalState.ASKED_BACK)
        )
    )
    for approval in waiting:
        close(approval, ApprovalState.LAPSED)
        record("network.approval.lapsed", by=by, subject=approval, client_id=approval.client_id)
    return len(waiting)


def close(approval: Approval, state: ApprovalState) -> None:
    """Write what became of it."""
    approval.state, approval.closed_at = state, clock.now()
    approval.save(update_fields=["state", "closed_at"])
