"""Writes of consent: the talk that was had, and each decision with the question it was given. Both are never edited.

It is not where anything is published: the network's actions ask `decide`, obey it, and have the answer written here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from core import clock
from core.audit.actions import Actor, record
from core.consent.case_form import case_from_request
from core.consent.conversation import ConversationAnswers, answers_as_json
from core.consent.leaflets import present_code
from core.consent.models import Conversation, DecisionRecord
from core.consent.policy import Policy
from core.consent.request import Request
from core.consent.verdict import Decision


def record_conversation(*, client_id: UUID, answers: ConversationAnswers, policy: Policy, by: Actor) -> Conversation:
    """Write down that the talk was had: with whom, when, in which wording, with what outcome."""
    conversation = Conversation.objects.create(
        client_id=client_id,
        by_id=by.id,
        held_on=answers.given_on or clock.today(),
        with_whom=answers.with_whom or "",
        outcome=answers.result,
        material_version=answers.material_version or present_code(policy),
        answers=answers_as_json(answers),
        recorded_at=clock.now(),
    )
    record("consent.conversation.recorded", by=by, subject=conversation, client_id=client_id, reason=answers.result)
    return conversation


def record_decision(
    decision: Decision,
    *,
    request: Request,
    policy: Policy,
    by: Actor,
    client_id: UUID,
    involvement_id: UUID | None = None,
) -> DecisionRecord:
    """Write one decision down."""
    made = decision_record(
        decision,
        request=request,
        policy=policy,
        by=by,
        client_id=client_id,
        involvement_id=involvement_id,
        at=clock.now(),
    )
    made.save(force_insert=True)
    return made


def decision_record(
    decision: Decision,
    *,
    request: Request,
    policy: Policy,
    by: Actor | None,
    client_id: UUID,
    at: datetime,
    involvement_id: UUID | None = None,
) -> DecisionRecord:
    """A decision ready for `record_decisions`. `by` is nobody where time alone asked."""
    return DecisionRecord(
        at=at,
        action=request.action,
        actor_id=by.id if by else None,
        client_id=client_id,
        involvement_id=involvement_id,
        request=case_from_request(request),
        outcome=decision.outcome,
        reason=decision.reason,
        visibility=decision.visibility,
        obligations=list(decision.obligations),
        pack=policy.pack.ref,
        pack_checksum=policy.pack.checksum,
    )


def record_decisions(records: Iterable[DecisionRecord]) -> None:
    """Write many decisions at once: one for each agency that a line might reach."""
    DecisionRecord.objects.bulk_create(records)
