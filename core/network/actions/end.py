"""“I no longer support this client”: an end has a date and a listed reason, and can be undone for ten minutes."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction

from core import clock
from core.audit.actions import record, refuse
from core.directory.viewers import Viewer
from core.network.actions.approval_asks import lapse_approvals
from core.network.actions.publish import Decided, extend_publications
from core.network.actions.telling import tell_network
from core.network.choices import Answer, EndReason, PublicationEnd
from core.network.errors import AlreadyEnded, AlreadyInvolved, EndBeforeStart, TooLateToUndo
from core.network.models import Involvement, LeadOffer, Publication
from core.network.policies import UNDO_FOR, agencies_reached, require_can_change
from core.network.queries.around import read_around


@transaction.atomic
def end_involvement(*, involvement_id: UUID, on: date, reason: EndReason, by: Viewer) -> Involvement:
    """End a line of one's own or of a service one manages, and its publication with it; tell those who saw it.

    Raises InvolvementNotFound, AlreadyEnded, EndBeforeStart.
    """
    involvement = require_can_change(by, involvement_id)
    if involvement.ended_on is not None:
        raise AlreadyEnded
    if not involvement.started_on <= on <= clock.today():
        raise EndBeforeStart
    around = read_around(involvement.client)
    reached = set(agencies_reached(involvement.id).values_list("agency_id", flat=True))
    now = clock.now()
    involvement.ended_on, involvement.end_reason, involvement.ended_at = on, reason, now
    involvement.version += 1
    involvement.save(update_fields=["ended_on", "end_reason", "ended_at", "version"])
    Publication.objects.filter(involvement=involvement, ended_at=None).update(
        ended_at=now, end_reason=PublicationEnd.INVOLVEMENT_ENDED
    )
    LeadOffer.objects.filter(client_id=involvement.client_id, answer=Answer.WAITING, to_involvement=involvement).update(
        answer=Answer.TAKEN_BACK, answered_at=now
    )
    lapse_approvals(involvement_ids=[involvement.id], by=by)
    record("network.member.ended", by=by, subject=involvement, client_id=involvement.client_id, reason=reason)
    tell_network("network.member.ended", around=around, reached=reached, involvement=involvement, by=by)
    return involvement


@transaction.atomic
def undo_end(*, involvement_id: UUID, by: Viewer) -> Involvement:
    """Take an end back within ten minutes: the line, its lead and its publication stand again.

    Raises InvolvementNotFound, TooLateToUndo, AlreadyInvolved (they joined again meanwhile).
    """
    involvement = require_can_change(by, involvement_id)
    if involvement.ended_on is None:
        return involvement
    if involvement.ended_at is None or clock.now() - involvement.ended_at > UNDO_FOR:
        refuse("network.line.refused", by=by, reason=TooLateToUndo.slug, subject_id=involvement.id)
        raise TooLateToUndo
    around = read_around(involvement.client)
    ended_at = involvement.ended_at
    involvement.ended_on, involvement.end_reason, involvement.ended_at = None, "", None
    involvement.is_lead = involvement.is_lead and around.lead is None
    involvement.version += 1
    try:
        with transaction.atomic():
            involvement.save(update_fields=["ended_on", "end_reason", "ended_at", "is_lead", "version"])
    except IntegrityError as error:
        raise AlreadyInvolved from error
    Publication.objects.filter(
        involvement=involvement, ended_at=ended_at, end_reason=PublicationEnd.INVOLVEMENT_ENDED
    ).update(ended_at=None, end_reason="")
    record("network.member.end_undone", by=by, subject=involvement, client_id=involvement.client_id)
    again = read_around(around.client)
    decided = Decided()
    extend_publications(again, again.agencies, decided=decided, by=by)
    decided.write()
    return involvement


def undo_join(*, involvement_id: UUID, by: Viewer) -> Involvement:
    """Take a joining back within ten minutes: it ends at once, as recorded in error.

    Raises InvolvementNotFound, TooLateToUndo, AlreadyEnded.
    """
    involvement = require_can_change(by, involvement_id)
    if clock.now() - involvement.created_at > UNDO_FOR:
        refuse("network.line.refused", by=by, reason=TooLateToUndo.slug, subject_id=involvement.id)
        raise TooLateToUndo
    return end_involvement(
        involvement_id=involvement_id, on=involvement.started_on, reason=EndReason.RECORDED_IN_ERROR, by=by
    )
