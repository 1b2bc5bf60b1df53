"""For some days someone decides in the safeguarding lead's place: named by a lead, and over by itself."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import transaction

from core import clock
from core.accounts.choices import Role
from core.audit.actions import record, refuse
from core.directory.models import Practitioner
from core.directory.viewers import Viewer
from core.network.errors import ApprovalNotFound, PractitionerNotFound, StandInDatesWrong, StandInNotFound
from core.network.models import StandIn
from core.notices.actions import tell

LEAD = Role.SAFEGUARDING_LEAD


@transaction.atomic
def name_stand_in(*, practitioner_id: UUID, starts_on: date, ends_on: date, by: Viewer) -> StandIn:
    """Name someone who can sign in, for these days, both counted. Two at once may stand in.

    Raises ApprovalNotFound for anybody but a safeguarding lead, PractitionerNotFound, StandInDatesWrong.
    """
    require_may_name(by)
    if not max(starts_on, clock.today()) <= ends_on:
        raise StandInDatesWrong
    card = Practitioner.objects.filter(id=practitioner_id, left_on=None, user__is_active=True).first()
    if card is None or card.id == by.id:
        raise PractitionerNotFound
    made = StandIn.objects.create(
        role=LEAD, practitioner=card, starts_on=starts_on, ends_on=ends_on, named_by_id=by.id, named_at=clock.now()
    )
    record("network.stand_in.named", by=by, subject=made, detail={"practitioner": str(card.id)})
    tell([card.user_id] if card.user_id else [], "network.stand_in.named", by=by, detail={"on": starts_on.isoformat()})
    return made


@transaction.atomic
def end_stand_in(*, stand_in_id: UUID, by: Viewer) -> StandIn:
    """End it now. Twice does no harm. Raises ApprovalNotFound for anybody but a lead, StandInNotFound."""
    require_may_name(by)
    made = StandIn.objects.select_for_update(of=("self",)).filter(id=stand_in_id, role=LEAD).first()
    if made is None:
        refuse("network.stand_in.refused", by=by, reason="not_found", subject_id=stand_in_id)
        raise StandInNotFound
    if made.ended_at is None:
        made.ended_at = clock.now()
        made.save(update_fields=["ended_at"])
        record("network.stand_in.ended", by=by, subject=made)
    return made


def require_may_name(viewer: Viewer) -> None:
    """Only the lead names a stand-in, never a stand-in another. Raises ApprovalNotFound."""
    if not viewer.has_role(LEAD):
        refuse("network.stand_in.refused", by=viewer, reason="not_a_lead")
        raise ApprovalNotFound
