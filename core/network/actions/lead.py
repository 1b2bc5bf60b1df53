"""One lead practitioner: taken where nobody leads, passed on only by acceptance. A lead is never a secret."""

from __future__ import annotations

from uuid import UUID

from django.db import IntegrityError, transaction

from core import clock
from core.audit.actions import record
from core.directory.viewers import Viewer
from core.network.choices import Answer
from core.network.errors import InvitationNotFound, InvolvementNotFound, LeadTaken, NotTheLead
from core.network.models import Involvement, LeadOffer
from core.network.policies import require_can_lead, visible_to
from core.notices.actions import tell


@transaction.atomic
def take_lead(*, involvement_id: UUID, by: Viewer) -> Involvement:
    """Take the lead where nobody has it. Raises InvolvementNotFound, CannotLead, LeadTaken."""
    involvement = _own_open(involvement_id, by)
    require_can_lead(involvement)
    if involvement.is_lead:
        return involvement
    involvement.is_lead = True
    try:
        with transaction.atomic():
            involvement.save(update_fields=["is_lead"])
    except IntegrityError as error:
        raise LeadTaken from error
    record("network.lead.taken", by=by, subject=involvement, client_id=involvement.client_id)
    return involvement


@transaction.atomic
def offer_lead(*, to_involvement_id: UUID, by: Viewer) -> LeadOffer:
    """Ask another member to take the lead on. Raises InvolvementNotFound, NotTheLead, CannotLead.

    Offering anew takes an offer that still waits back.
    """
    to = visible_to(by).select_related("practitioner").filter(id=to_involvement_id).first()
    if to is None or to.practitioner_id == by.id:
        raise InvolvementNotFound
    if not Involvement.objects.filter(
        client_id=to.client_id, practitioner_id=by.id, ended_on=None, is_lead=True
    ).exists():
        raise NotTheLead
    require_can_lead(to)
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
        raise InvitationNotFound
    offer.answer, offer.answered_at = (Answer.ACCEPTED if accept else Answer.DECLINED), clock.now()
    offer.save(update_fields=["answer", "answered_at"])
    if accept:
        require_can_lead(offer.to_involvement)
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


def _own_open(involvement_id: UUID, by: Viewer) -> Involvement:
    involvement = Involvement.objects.filter(id=involvement_id, practitioner_id=by.id, ended_on=None).first()
    if involvement is None:
        raise InvolvementNotFound
    return involvement
