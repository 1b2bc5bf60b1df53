"""Where consent is enforced: a line is shown only through a publication, and a publication only after a PERMIT.

Every agency that a line might reach is decided for by itself, now and whenever one joins later. No caller passes a
decision in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from core import clock
from core.audit.actions import Actor, record
from core.consent.actions import decision_record, record_conversation, record_decisions
from core.consent.case_form import request_from_case
from core.consent.conversation import ConversationAnswers, request_from_answers
from core.consent.decision import decide
from core.consent.models import Conversation, DecisionRecord
from core.consent.request import Action, Recipient, Request
from core.consent.routes import reached_by
from core.consent.verdict import Decision
from core.consent.wording import Talked
from core.directory.viewers import Viewer, ViewerService
from core.network.choices import Visibility
from core.network.facts import actor_facts, client_facts, recipients_from, service_facts
from core.network.models import Involvement, Publication, PublicationRecipient, Reminder
from core.network.queries.around import Around, statuses_of


def publish_if_permitted(
    involvement: Involvement, answers: ConversationAnswers, *, service: ViewerService, around: Around, by: Viewer
) -> frozenset[UUID]:
    """Record the conversation, decide, and show the line to the agencies it may reach. Answers those agencies.

    DENY and REVIEW leave the line unpublished, seen by its own practitioner and manager alone, with a reminder.
    """
    conversation = None
    if answers.talked is not Talked.NOT_YET:
        conversation = record_conversation(client_id=around.client.id, answers=answers, policy=around.policy, by=by)
    request = _request(answers, service, around, by)
    decision = decide(around.policy, request)
    whole = _record(decision, request, around, involvement, by)
    if not decision.is_permitted:
        record_decisions([whole])
        record("network.line.kept_back", by=by, subject=involvement, client_id=around.client.id, reason=decision.reason)
        _remind(involvement, around)
        return frozenset()
    each = [(_agency_id(one), *_decide_for(one, request, around, involvement, by)) for one in request.recipients]
    record_decisions([whole, *(made for _agency, _decision, made in each)])
    publication = _publish(involvement, decision, request, whole, conversation, by)
    reached = {agency: made for agency, answer, made in each if answer.is_permitted}
    _reach(publication, reached)
    record(
        "network.line.published",
        by=by,
        subject=involvement,
        client_id=around.client.id,
        detail={
            "basis": publication.basis,
            "visibility": publication.visibility,
            "agencies": [str(agency) for agency in reached],
        },
    )
    return frozenset(reached)


def extend_publications(around: Around, newcomers: Mapping[UUID, frozenset[str]], *, by: Actor) -> None:
    """Decide every live publication anew for agencies that came to the network, and show it to them where permitted.

    What the client agreed to agency by agency, or a sensitive service, reaches nobody who was not named then.
    """
    if not newcomers:
        return
    live = (
        Publication.objects.select_related("decision", "involvement__practitioner__agency")
        .filter(involvement__client_id=around.client.id, involvement__ended_on=None, ended_at=None)
        .filter(visibility=Visibility.NETWORK, review_by__gte=around.on)
    )
    here = set(PublicationRecipient.objects.filter(publication__in=live).values_list("publication_id", "agency_id"))
    made: list[DecisionRecord] = []
    rows: list[PublicationRecipient] = []
    for publication in live:
        basis = around.policy.rules.basis(publication.basis)
        if basis is None or basis.named_recipients:
            continue
        request = _as_of_today(publication, around)
        for recipient in recipients_from(newcomers):
            if (publication.id, _agency_id(recipient)) in here:
                continue
            answer, decided = _decide_for(recipient, request, around, publication.involvement, by)
            made.append(decided)
            if answer.is_permitted:
                rows.append(_row(publication, _agency_id(recipient), decided))
    if made:
        record_decisions(made)
    if rows:
        PublicationRecipient.objects.bulk_create(rows, ignore_conflicts=True)


def _request(answers: ConversationAnswers, service: ViewerService, around: Around, by: Viewer) -> Request:
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

    def ask(network: tuple[Recipient, ...]) -> Request:
        return request_from_answers(
            replace(answers, named=named),
            policy=around.policy,
            action=Action.PUBLISH,
            actor=actor_facts(by, service),
            client=around.facts,
            service=service_facts(service),
            network=network,
            on=around.on,
        )

    network = recipients_from(around.agencies)
    asked = ask(network)
    if named or decide(around.policy, asked).is_permitted:
        return asked
    # A route that reaches everyone may ask for more than was answered; the ordinary one then reaches whom it can.
    ordinary = ask(())
    basis = around.policy.rules.basis(ordinary.basis)
    if basis is not None and decide(around.policy, ordinary).is_permitted:
        return replace(ordinary, recipients=reached_by(basis, network))
    return asked


def _as_of_today(publication: Publication, around: Around) -> Request:
    """The question this publication answered, with what has changed since: the day, ages, the publisher's standing."""
    asked = request_from_case(publication.decision.request)
    card = publication.involvement.practitioner
    agency = card.agency
    signed, expires = agency.agreement_signed_on, agency.agreement_expires_on
    return replace(
        asked,
        on=around.on,
        client=client_facts(around.client, around.policy, around.on),
        consent=replace(asked.consent, age_days=asked.consent.age_days + (around.on - asked.on).days),
        actor=replace(
            asked.actor,
            checks_ok=card.cleared_until is None or card.cleared_until >= around.on,
            dsa=signed is not None and signed <= around.on and (expires is None or expires >= around.on),
        ),
    )


def _decide_for(
    recipient: Recipient, request: Request, around: Around, involvement: Involvement, by: Actor
) -> tuple[Decision, DecisionRecord]:
    asked = replace(request, recipients=(recipient,))
    decision = decide(around.policy, asked)
    return decision, _record(decision, asked, around, involvement, by)


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


def _publish(
    involvement: Involvement,
    decision: Decision,
    request: Request,
    whole: DecisionRecord,
    conversation: Conversation | None,
    by: Viewer,
) -> Publication:
    publication = Publication.objects.create(
        involvement=involvement,
        decision=whole,
        conversation=conversation,
        basis=request.basis or "",
        visibility=decision.visibility,
        published_at=clock.now(),
        published_by_id=by.id,
        review_by=request.on + timedelta(days=decision.review_days or 0),
    )
    Reminder.objects.filter(involvement=involvement, done_at=None).update(done_at=clock.now())
    return publication


def _reach(publication: Publication, reached: Mapping[UUID, DecisionRecord]) -> None:
    if reached:
        PublicationRecipient.objects.bulk_create(_row(publication, agency, made) for agency, made in reached.items())


def _row(publication: Publication, agency_id: UUID, decided: DecisionRecord) -> PublicationRecipient:
    return PublicationRecipient(publication=publication, agency_id=agency_id, decision=decided, added_at=clock.now())


def _remind(involvement: Involvement, around: Around) -> None:
    due = around.on + timedelta(days=around.policy.rules.conversation.reminder_days)
    Reminder.objects.bulk_create(
        [Reminder(involvement=involvement, due_on=due)],
        update_conflicts=True,
        unique_fields=["involvement"],
        update_fields=["due_on", "done_at"],
    )


def _agency_id(recipient: Recipient) -> UUID:
    return UUID(recipient.agency)
