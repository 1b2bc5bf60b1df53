"""“I no longer support this client”: an end has a date and a listed reason, and can be undone for ten minutes."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from core import clock
from core.audit.actions import record, refuse
from core.consent.case_form import CaseMalformed
from core.consent.packs_in_use import policy_in_force
from core.directory.viewers import Viewer
from core.network.actions.again import agencies_now, asked_again, decision_on, publications_to_ask, still_stands
from core.network.actions.approval_asks import lapse_approvals
from core.network.actions.clearing import take_back_what_rested
from core.network.actions.noes import noes_since
from core.network.actions.publish import Decided, extend_publications, remind
from core.network.actions.telling import tell_network
from core.network.choices import Answer, EndReason, PublicationEnd, Visibility
from core.network.errors import AlreadyEnded, AlreadyInvolved, EndBeforeStart, TooLateToUndo
from core.network.models import Involvement, LeadOffer, Publication, PublicationRecipient
from core.network.policies import UNDO_FOR, agencies_reached, require_can_change
from core.network.queries.around import read_around
from core.people.models import Client


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
    """Take an end back within ten minutes: the line stands again, and its lead and publication where they still may.

    What the client took back meanwhile, or policy no longer permits, is not shown again.
    Raises InvolvementNotFound, TooLateToUndo, AlreadyInvolved (they joined again meanwhile).
    """
    involvement = require_can_change(by, involvement_id)
    if involvement.ended_on is None:
        return involvement
    if involvement.ended_at is None or clock.now() - involvement.ended_at > UNDO_FOR:
        refuse("network.line.refused", by=by, reason=TooLateToUndo.slug, subject_id=involvement.id)
        raise TooLateToUndo
    # Held until the work is done, so that what is taken back at this moment comes wholly before or wholly after.
    client = Client.objects.select_for_update(of=("self",)).get(id=involvement.client_id)
    around = read_around(client)
    ended_at = involvement.ended_at
    involvement.ended_on, involvement.end_reason, involvement.ended_at = None, "", None
    involvement.is_lead = involvement.is_lead and around.lead is None
    involvement.version += 1
    try:
        with transaction.atomic():
            involvement.save(update_fields=["ended_on", "end_reason", "ended_at", "is_lead", "version"])
    except IntegrityError as error:
        raise AlreadyInvolved from error
    record("network.member.end_undone", by=by, subject=involvement, client_id=client.id)
    _show_again(involvement, ended_at, by)
    take_back_what_rested([client.id], at=clock.now())
    again = read_around(client)
    decided = Decided()
    extend_publications(again, again.agencies, decided=decided, by=by)
    decided.write()
    return involvement


def _show_again(involvement: Involvement, ended_at: datetime, by: Viewer) -> None:
    """Bring back the publication that ended with the line, as far as it would be permitted now."""
    ended = Publication.objects.filter(
        involvement=involvement, ended_at=ended_at, end_reason=PublicationEnd.INVOLVEMENT_ENDED
    )
    publication = ended.first()
    if publication is None:
        return
    ended.update(ended_at=None, end_reason="")
    reason = _stopped(publication, ended_at)
    if reason is None:
        return
    Publication.objects.filter(id=publication.id).update(ended_at=ended_at, end_reason=reason)
    record("network.line.kept_back", by=by, subject=involvement, client_id=involvement.client_id, reason=reason)
    if reason is not PublicationEnd.WITHDRAWN:
        remind(involvement, policy_in_force(clock.today()), clock.today())


def _stopped(publication: Publication, ended_at: datetime) -> PublicationEnd | None:
    """Why a publication does not stand again; None where it does, less the agencies that were taken off meanwhile."""
    policy, on = policy_in_force(clock.today()), clock.today()
    one = publications_to_ask().get(id=publication.id)
    basis = policy.rules.basis(one.basis)
    try:
        asked = asked_again(one, policy=policy, on=on)
    except CaseMalformed:
        return PublicationEnd.POLICY
    noes = noes_since(
        ended_at, client_id=one.involvement.client_id, line_id=one.involvement_id, basis=basis, by=asked.consent.by
    )
    if noes.agencies and not (basis and basis.overrides_refusal):
        PublicationRecipient.objects.filter(publication=publication, agency_id__in=noes.agencies).delete()
        one.reached = [agency for agency in one.reached if agency not in noes.agencies]
    if one.visibility == Visibility.NAMED_ONLY and not one.reached:
        return PublicationEnd.WITHDRAWN
    asked = noes.asked_with(asked, basis)
    decision = decision_on(one, asked, policy=policy, agencies=agencies_now([one])[one.id])
    if still_stands(one, decision):
        return None
    return PublicationEnd.WITHDRAWN if noes.is_refused else PublicationEnd.POLICY


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
