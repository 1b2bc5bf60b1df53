"""Where consent is enforced: a line is shown only through a publication, and a publication only after a PERMIT.

Every agency that a line might reach is decided for by itself, now and whenever one joins later. No caller passes a
decision in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from core import clock
from core.audit.actions import Actor, record
from core.consent.actions import decision_record, record_conversation, record_decisions
from core.consent.case_form import CaseMalformed
from core.consent.conversation import ConversationAnswers, answers_from_json, request_from_answers
from core.consent.decision import decide
from core.consent.models import Conversation, DecisionRecord
from core.consent.policy import Policy
from core.consent.request import Action, Recipient, Request
from core.consent.routes import reached_by
from core.consent.verdict import Decision
from core.consent.wording import Talked
from core.directory.viewers import Viewer, ViewerService
from core.network.actions.again import AT_ONCE, asked_again, publications_to_ask
from core.network.actions.approval_asks import approval_for, ask
from core.network.actions.noes import noes_since
from core.network.choices import Visibility
from core.network.facts import actor_facts, recipients_from, service_facts
from core.network.last_day import last_day_of_sight
from core.network.models import Approval, Involvement, Publication, PublicationRecipient, Reminder
from core.network.queries.around import Around, statuses_of


@dataclass(slots=True)
class Decided:
    """What one action decided, gathered and written at its end: a statement for each kind of row."""

    decisions: list[DecisionRecord] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    recipients: list[PublicationRecipient] = field(default_factory=list)
    approvals: list[Approval] = field(default_factory=list)

    def write(self) -> None:
        """Write all of it."""
        record_decisions(self.decisions)
        Publication.objects.bulk_create(self.publications)
        PublicationRecipient.objects.bulk_create(self.recipients, ignore_conflicts=True)
        ask(self.approvals)


def publish_if_permitted(
    involvement: Involvement,
    answers: ConversationAnswers,
    *,
    service: ViewerService,
    around: Around,
    decided: Decided,
    by: Viewer,
) -> frozenset[UUID]:
    """Record the conversation, decide, and show the line to the agencies it may reach. Answers those agencies.

    DENY and REVIEW leave the line unpublished, seen by its own practitioner and manager alone, with a reminder; what a
    REVIEW asks for waits for its approver.
    """
    conversation = None
    if answers.talked is not Talked.NOT_YET:
        conversation = record_conversation(client_id=around.client.id, answers=answers, policy=around.policy, by=by)
    request = _request(answers, service, around, by)
    decision = decide(around.policy, request)
    whole = _record(decision, request, around, involvement, by)
    decided.decisions.append(whole)
    if not decision.is_permitted:
        record("network.line.kept_back", by=by, subject=involvement, client_id=around.client.id, reason=decision.reason)
        remind(involvement, around.policy, around.on)
        waiting = approval_for(
            decision, whole, involvement=involvement, answers=answers, conversation=conversation,
            policy=around.policy, on=around.on, by=by,
        )  # fmt: skip
        decided.approvals += [waiting] if waiting else []
        return frozenset()
    return _show(decision, request, whole, conversation, involvement, around, decided, by)


def publish_approved(
    approval: Approval, *, asker: Viewer, service: ViewerService, around: Around, decided: Decided, by: Actor
) -> Decision:
    """Ask again with the approval and the facts of today, and show the line on a PERMIT alone. Answers the decision.

    `asker` is the line's practitioner as they stand today. What was recorded is read, and nothing of it changed; what
    the client said no to since it was asked counts as said.
    """
    involvement: Any = approval.involvement
    answers = answers_from_json(approval.answers)
    request = _request(answers, service, around, asker, approval=approval.approver_role)
    basis = around.policy.rules.basis(request.basis)
    noes = noes_since(
        approval.asked_at, client_id=around.client.id, line_id=involvement.id, basis=basis, by=request.consent.by
    )
    request = noes.asked_with(request, basis)
    decision = decide(around.policy, request)
    if decision.is_permitted:
        whole = _record(decision, request, around, involvement, by)
        decided.decisions.append(whole)
        _show(decision, request, whole, approval.conversation, involvement, around, decided, by)
    return decision


def _show(
    decision: Decision, request: Request, whole: DecisionRecord, conversation: Conversation | None,
    involvement: Involvement, around: Around, decided: Decided, by: Actor,
) -> frozenset[UUID]:  # fmt: skip
    """Publish to each agency that is decided for with a PERMIT. Answers those agencies."""
    publication = _publication(involvement, decision, request, whole, conversation, around, by)
    decided.publications.append(publication)
    reached = [one for one in request.recipients if _add_recipient(one, publication, request, around, decided, by)]
    record(
        "network.line.published",
        by=by,
        subject=involvement,
        client_id=around.client.id,
        detail={
            "basis": publication.basis,
            "visibility": publication.visibility,
            "agencies": [one.agency for one in reached],
        },
    )
    return frozenset(_agency_id(one) for one in reached)


def extend_publications(
    around: Around, newcomers: Mapping[UUID, frozenset[str]], *, decided: Decided, by: Actor
) -> None:
    """Decide every live publication anew for agencies that came to the network, and show it to them where permitted.

    What the client agreed to agency by agency, or a sensitive service, reaches nobody who was not named then.
    """
    live: Iterable[Any] = publications_to_ask().filter(
        involvement__client_id=around.client.id, visibility=Visibility.NETWORK, review_by__gte=around.on
    )
    for publication in live:
        basis = around.policy.rules.basis(publication.basis)
        if basis is None or basis.named_recipients:
            continue
        try:
            request = asked_again(publication, policy=around.policy, on=around.on, facts=around.facts, late=AT_ONCE)
        except CaseMalformed:
            # What was asked then can't be asked again: it reaches nobody new, and the record says why.
            line = publication.involvement
            record("network.line.not_extended", by=by, subject=line, client_id=line.client_id, reason="unreadable")
            continue
        for recipient in recipients_from(newcomers):
            if _agency_id(recipient) not in publication.reached:
                _add_recipient(recipient, publication, request, around, decided, by)


def _request(
    answers: ConversationAnswers, service: ViewerService, around: Around, by: Viewer, approval: str | None = None
) -> Request:
    """The question; statuses of agencies named by the caller are read here, never taken from them."""
    named = tuple(answers.named)
    if named:
        known = statuses_of(_agency_id(one) for one in named)
        named = tuple(
            Recipient(
                agency=one.agency,
                status=known.get(_agency_id(one), frozenset()) | around.agencies.get(_agency_id(one), frozenset()),
            )
            for one in named
        )

    def question(network: tuple[Recipient, ...]) -> Request:
        return request_from_answers(
            replace(answers, named=named),
            policy=around.policy,
            action=Action.PUBLISH,
            actor=actor_facts(by, service),
            client=around.facts,
            service=service_facts(service, around.policy),
            network=network,
            on=around.on,
            approval=approval,
        )

    network = recipients_from(around.agencies)
    asked = question(network)
    if named or decide(around.policy, asked).is_permitted:
        return asked
    # A route that reaches everyone may ask for more than was answered; the ordinary one then reaches whom it can.
    ordinary = question(())
    basis = around.policy.rules.basis(ordinary.basis)
    if basis is not None and decide(around.policy, ordinary).is_permitted:
        return replace(ordinary, recipients=reached_by(basis, network))
    return asked


def _add_recipient(
    recipient: Recipient, publication: Publication, request: Request, around: Around, decided: Decided, by: Actor
) -> bool:
    """Decide for one agency; on a PERMIT alone the publication reaches it.

    An agency that the client took off stays off what rests on a general yes, until it is named again. Where it rests on
    no yes, that is a no like any other: the decision procedure says whether the law overrides it.
    """
    basis = around.policy.rules.basis(request.basis)
    is_off = around.is_left_off(_agency_id(recipient), publication)
    if is_off and basis and basis.consenter and not basis.named_recipients:
        return False
    asked = replace(request, recipients=(recipient,))
    if is_off and basis and not basis.consenter:
        asked = replace(asked, consent=replace(asked.consent, refused=True))
    decision = decide(around.policy, asked)
    made = _record(decision, asked, around, publication.involvement, by)
    decided.decisions.append(made)
    if decision.is_permitted:
        decided.recipients.append(
            PublicationRecipient(
                publication=publication, agency_id=_agency_id(recipient), decision=made, added_at=clock.now()
            )
        )
    return decision.is_permitted


def _record(
    decision: Decision, request: Request, around: Around, involvement: Involvement, by: Actor
) -> DecisionRecord:
    return decision_record(
        decision,
        request=request,
        policy=around.policy,
        by=by,
        client_id=around.client.id,
        involvement_id=involvement.id,
        at=clock.now(),
    )


def _publication(
    involvement: Involvement,
    decision: Decision,
    request: Request,
    whole: DecisionRecord,
    conversation: Conversation | None,
    around: Around,
    by: Actor,
) -> Publication:
    return Publication(
        involvement=involvement,
        decision=whole,
        conversation=conversation,
        basis=request.basis or "",
        visibility=decision.visibility,
        published_at=clock.now(),
        published_by_id=by.id,
        review_by=last_day_of_sight(
            request, policy=around.policy, client=around.client, review_days=decision.review_days or 0
        ),
    )


def remind(involvement: Involvement, policy: Policy, on: date) -> None:
    """Let a line that is not shown wait for its conversation, reminded of in the policy's time."""
    due = on + timedelta(days=policy.rules.conversation.reminder_days)
    Reminder.objects.bulk_create(
        [Reminder(involvement=involvement, due_on=due)],
        update_conflicts=True,
        unique_fields=["involvement"],
        update_fields=["due_on", "done_at"],
    )


def _agency_id(recipient: Recipient) -> UUID:
    return UUID(recipient.agency)
