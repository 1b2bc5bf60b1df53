"""Making an access pack in one step: decided anew, stamped with who and when, and recorded."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction

from core import clock
from core.audit.actions import record, record_sight, refuse
from core.consent.models import DecisionRecord
from core.consent.pack import NOT_SHIELDED
from core.consent.verdict import Visibility
from core.network.officers import Officer
from core.rights.actions.requests import decide_access
from core.rights.choices import AskedBy, PersonsView, Wish
from core.rights.errors import AskThePersonFirst, NotPossible, ProveIdentityFirst, RequestNotFound, ShieldedFromOthers
from core.rights.models import RightsRequest
from core.rights.policies import handled_by
from core.rights.queries.pack import AccessPack, contents_of
from tenants.context import require_current

MADE = "rights.pack.made"


@transaction.atomic
def make_pack(*, request_id: UUID, by: Officer) -> AccessPack:
    """Everything who asks may have, as it stands now.

    The decision procedure says how far it goes: to the person everything; to anybody else, once the person was asked,
    the standard services alone, and all of them where the person agrees.
    Raises RequestNotFound, NotPossible, AskThePersonFirst, ProveIdentityFirst, ShieldedFromOthers, NotAllowed.
    """
    row = handled_by(by.id).select_related("client").filter(id=request_id).first()
    if row is None:
        refuse("rights.request.refused", by=by, reason="not_found", subject_id=request_id)
        raise RequestNotFound
    if row.wish != Wish.ACCESS:
        raise NotPossible
    if row.identity_proved_on is None:
        raise ProveIdentityFirst
    standard_only = _is_standard_only(row, by)
    contents = contents_of(row.client, standard_only=standard_only)
    detail = {"request": str(row.id), "standard_only": standard_only, "lines": len(contents.lines)}
    record(MADE, by=by, subject=row, client_id=row.client_id, detail=detail)
    record_sight(MADE, by=by, client_id=row.client_id, subject=row)
    return AccessPack(
        council=require_current().name,
        made_at=clock.now(),
        made_by=by.name,
        asked_by=str(AskedBy(row.asked_by).label),
        received_on=row.received_on,
        is_standard_only=standard_only,
        details=contents.details,
        lines=contents.lines,
        talks=contents.talks,
        looks=contents.looks,
        notes=contents.notes,
        kept=contents.kept,
    )


def _is_standard_only(row: RightsRequest, by: Officer) -> bool:
    """Whether the decision keeps confidential services out, and the person has not let them in."""
    decision_id = decide_access(row, by=by)
    visibility = DecisionRecord.objects.values_list("visibility", flat=True).get(id=decision_id)
    if visibility == Visibility.FULL:
        return False
    if row.client.shield != NOT_SHIELDED:
        raise ShieldedFromOthers
    if row.persons_view == PersonsView.NOT_ASKED:
        raise AskThePersonFirst
    return row.persons_view != PersonsView.AGREED
