"""“I am supporting this client”, and the conversation that lets others see it, at once or later."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.db import IntegrityError, transaction

from core import clock
from core.audit.actions import record, refuse
from core.consent.conversation import ConversationAnswers
from core.consent.wording import Outcome
from core.directory.viewers import Viewer, ViewerService
from core.network.actions.approval_asks import lapse_approvals
from core.network.actions.publish import Decided, extend_publications, publish_if_permitted
from core.network.actions.telling import tell_network
from core.network.actions.withdraw import end_refused, leave_off
from core.network.choices import Answer, PublicationEnd
from core.network.errors import AlreadyEnded, AlreadyInvolved, AlreadyShown, NotPermitted
from core.network.last_day import ASKED_ANEW_AHEAD
from core.network.models import Involvement, NetworkInvitation, Publication, Reminder
from core.network.policies import require_can_change, require_can_join, require_open
from core.network.queries.around import Around, read_around
from core.people.models import Client

MEMBER_JOINED = "network.member.joined"


@transaction.atomic
def join_network(*, client_id: UUID, service_id: UUID, answers: ConversationAnswers, by: Viewer) -> Involvement:
    """Put `by` and their service on the client's network, and tell those who may see it.

    Raises ClientNotFound, NotCleared, AgreementMissing, NotYourService, AlreadyInvolved. A line that may not be shown
    yet is kept unpublished, with a reminder.
    """
    client = require_open(by, client_id, for_change=True, to_join=True)
    service = _require_can_join(by, service_id, client)
    around = read_around(client)
    if around.supporter(by.id, service.id):
        raise AlreadyInvolved
    involvement = _add(around, service, by)
    record(MEMBER_JOINED, by=by, subject=involvement, client_id=client.id)
    if by.id in around.invited:
        NetworkInvitation.objects.filter(
            client=client, practitioner_id=by.id, answer__in=(Answer.WAITING, Answer.ACCEPTED)
        ).update(answer=Answer.JOINED, answered_at=clock.now())
    agencies, decided = around.with_agency(by.agency_id, service.statuses), Decided()
    extend_publications(around, {by.agency_id: agencies[by.agency_id]}, decided=decided, by=by)
    reached = publish_if_permitted(
        involvement, answers, service=service, around=_with(around, by, service), decided=decided, by=by
    )
    decided.write()
    tell_network(MEMBER_JOINED, around=around, reached=reached, involvement=involvement, by=by)
    return involvement


@transaction.atomic
def record_conversation_for(*, involvement_id: UUID, answers: ConversationAnswers, by: Viewer) -> bool:
    """“You talked to them: record it now”: decide anew for a line that is not shown, or not for much longer.

    Answers whether it was published. A line that is shown stays so until its day where nothing was decided, and ends at
    once on a no. Raises InvolvementNotFound, AlreadyEnded, AlreadyShown, NotCleared, AgreementMissing. Only the line's
    own practitioner records what they talked about.
    """
    involvement = require_can_change(by, involvement_id, own_only=True)
    if involvement.ended_on is not None:
        raise AlreadyEnded
    client = require_open(by, involvement.client_id, for_change=True)
    service = _require_can_join(by, involvement.service_id, client)
    _end_expired(involvement, by)
    lapse_approvals(involvement_ids=[involvement.id], by=by)
    live = Publication.objects.filter(involvement=involvement, ended_at=None).first()
    if live is not None and live.review_by > clock.today() + ASKED_ANEW_AHEAD:
        raise AlreadyShown
    around = read_around(client)
    decided = Decided()
    reached = publish_if_permitted(involvement, answers, service=service, around=around, decided=decided, by=by)
    if live is not None:
        _follow(live, decided, answers, by)
    decided.write()
    if decided.publications:
        Reminder.objects.filter(involvement=involvement, done_at=None).update(done_at=clock.now())
    if live is None:
        tell_network(MEMBER_JOINED, around=around, reached=reached, involvement=involvement, by=by)
    return bool(decided.publications)


def _follow(live: Publication, decided: Decided, answers: ConversationAnswers, by: Viewer) -> None:
    """What was asked anew before its day: a new publication takes the old one's place; a no ends it, or narrows it."""
    if decided.publications:
        Publication.objects.filter(id=live.id).update(ended_at=clock.now(), end_reason=PublicationEnd.REPLACED)
    elif answers.result is Outcome.REFUSED and answers.with_whom is not None:
        end_refused(live, said_by=answers.with_whom, by=by)
    elif answers.exceptions and answers.with_whom is not None:
        leave_off(live, answers.exceptions, said_by=answers.with_whom, by=by)


def _require_can_join(by: Viewer, service_id: UUID, client: Client) -> ViewerService:
    try:
        return require_can_join(by, by.service(service_id))
    except NotPermitted as refusal:
        refuse("network.join.refused", by=by, reason=refusal.slug, client_id=client.id)
        raise


def _end_expired(involvement: Involvement, by: Viewer) -> None:
    """A publication whose review day passed is seen by nobody: it makes room for a new conversation."""
    expired = Publication.objects.filter(involvement=involvement, ended_at=None, review_by__lt=clock.today())
    if expired.update(ended_at=clock.now(), end_reason=PublicationEnd.EXPIRED):
        record("network.line.expired", by=by, subject=involvement, client_id=involvement.client_id)


def _add(around: Around, service: ViewerService, by: Viewer) -> Involvement:
    try:
        with transaction.atomic():
            return Involvement.objects.create(
                client=around.client,
                service_id=service.id,
                practitioner_id=by.id,
                started_on=around.on,
                confirmed_on=around.on,
                created_at=clock.now(),
            )
    except IntegrityError as error:
        raise AlreadyInvolved from error


def _with(around: Around, by: Viewer, service: ViewerService) -> Around:
    """Around, with the newcomer's own agency only where colleagues of theirs are there to see the line."""
    if by.agency_id not in around.agencies:
        return around
    return replace(around, agencies=around.with_agency(by.agency_id, service.statuses))
