"""One lead practitioner: taken where nobody leads, passed on only by acceptance. A lead is never a secret."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from core import clock
from core.audit.actions import record, refuse
from core.directory.viewers import Viewer
from core.network.choices import Answer
from core.network.errors import CannotLead, InvitationNotFound, LeadTaken, NotTheLead
from core.network.models import Involvement, LeadOffer
from core.network.policies import leaders_among, line_refused, require_can_change, require_can_lead, visible_to
from core.notices.actions import tell


@transaction.atomic
def take_lead(*, involvement_id: UUID, by: Viewer) -> Involvement:
    """Take the lead where nobody has it. Raises InvolvementNotFound, CannotLead, LeadTaken."""
    involvement = require_can_change(by, involvement_id, own_only=True, open_only=True)
    _require_can_lead(involvement, by)
    if involvement.is_lead:
        return involvement
    _end_hidden_leads(involvement.client_id, by)
    involvement.is_lead = True
    try:
        with transaction.atomic():
            involvement.save(update_fields=["is_lead"])
    except IntegrityError as error:
        # Who may not see the lead is answered as one whose own line may not lead: that there is one is not theirs.
        if visible_to(by).filter(client_id=involvement.client_id, is_lead=True).exists():
            raise LeadTaken from error
        raise CannotLead from error
    record("network.lead.taken", by=by, subject=involvement, client_id=involvement.client_id)
    return involvement


@transaction.atomic
def offer_lead(*, to_involvement_id: UUID, by: Viewer) -> LeadOffer:
    """Ask another member to take the lead on. Raises InvolvementNotFound, NotTheLead, CannotLead.

    Offering anew takes an offer that still waits back.
    """
    to = visible_to(by).select_related("practitioner").filter(id=to_involvement_id).first()
    if to is None or to.practitioner_id == by.id:
        raise line_refused(by, to_involvement_id)
    mine = Involvement.objects.filter(client_id=to.client_id, practitioner_id=by.id, ended_on=None, is_lead=True)
    if mine.select_for_update().first() is None:
        refuse("network.lead.refused", by=by, reason=NotTheLead.slug, client_id=to.client_id, subject_id=to.id)
        raise NotTheLead
    _require_can_lead(to, by)
    now = clock.now()
    LeadOffer.objects.filter(client_id=to.client_id, answer=Answer.WAITING).update(
        answer=Answer.TAKEN_BACK, answered_at=now
    )
    offer = LeadOffer.objects.create(client_id=to.client_id, to_involvement=to, offered_by_id=by.id, created_at=now)
    record("network.lead.offered", by=by, subject=offer, client_id=to.client_id)
    if to.practitioner.user_id:
        tell(
            [to.practitioner.user_id],
            "network.lead.offered",
            client_id=to.client_id,
            by=by,
            detail={"involvement": str(to.id)},
        )
    return offer


@transaction.atomic
def answer_lead(*, offer_id: UUID, accept: bool, by: Viewer) -> LeadOffer:
    """Accept or decline the lead. Raises InvitationNotFound, CannotLead, LeadTaken."""
    offer = (
        LeadOffer.objects.select_for_update(of=("self",))
        .select_related("to_involvement", "offered_by")
        .filter(
            id=offer_id, answer=Answer.WAITING, to_involvement__practitioner_id=by.id, to_involvement__ended_on=None
        )
        .first()
    )
    if offer is None:
        refuse("network.lead.refused", by=by, reason="not_found", subject_id=offer_id)
        raise InvitationNotFound
    offer.answer, offer.answered_at = (Answer.ACCEPTED if accept else Answer.DECLINED), clock.now()
    offer.save(update_fields=["answer", "answered_at"])
    if accept:
        _require_can_lead(offer.to_involvement, by)
        Involvement.objects.filter(
            client_id=offer.client_id, practitioner_id=offer.offered_by_id, ended_on=None, is_lead=True
        ).update(is_lead=False)
        take_lead(involvement_id=offer.to_involvement_id, by=by)
    slug = "network.lead.accepted" if accept else "network.lead.declined"
    record(slug, by=by, subject=offer, client_id=offer.client_id)
    if offer.offered_by.user_id:
        tell(
            [offer.offered_by.user_id],
            slug,
            client_id=offer.client_id,
            by=by,
            detail={"involvement": str(offer.to_involvement_id)},
        )
    return offer


def _require_can_lead(involvement: Involvement, by: Viewer) -> None:
    try:
        require_can_lead(involvement)
    except CannotLead as refusal:
        refuse(
            "network.lead.refused",
            by=by,
            reason=refusal.slug,
            client_id=involvement.client_id,
            subject_id=involvement.id,
        )
        raise


def _end_hidden_leads(client_id: UUID, by: Viewer) -> None:
    """A lead whose line is shown to nobody any more (its review day passed) leads no more: no lead is a secret."""
    leading = Involvement.objects.filter(client_id=client_id, ended_on=None, is_lead=True)
    for hidden in leading.exclude(id__in=leaders_among().values("id")):
        hidden.is_lead = False
        hidden.save(update_fields=["is_lead"])
        record("network.lead.lapsed", by=by, subject=hidden, client_id=client_id)
