"""Telling information-governance officers of what falls due: once before the day, and once after it."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from core import clock
from core.accounts.choices import Role
from core.network.actions.alerting import alert, holders
from core.rights.choices import RequestState, Wish
from core.rights.models import RightsRequest
from core.rights.queries.requests import SOON

DUE_SOON = "rights.request.due_soon"
OVERDUE = "rights.request.overdue"


@transaction.atomic
def warn_of_what_is_due() -> int:
    """Tell of each open request that is due within a week, and of each that is overdue. Answers how many were told of.

    Each is told of once for a day it is due on: after an extension, again for the new one.
    """
    today = clock.today()
    waiting = (
        RightsRequest.objects.annotate(last=Coalesce("extended_to", "due_on"))
        .filter(state=RequestState.OPEN, last__isnull=False, client__removed_at=None)
        .exclude(wish=Wish.COMPLAINT, acknowledged_on__isnull=False)
    )
    soon = waiting.filter(last__gte=today, last__lte=today + timedelta(days=SOON)).filter(
        Q(warned_of=None) | ~Q(warned_of=F("last"))
    )
    late = waiting.filter(last__lt=today).filter(Q(told_overdue_of=None) | ~Q(told_overdue_of=F("last")))
    told = 0
    for slug, field, rows in ((DUE_SOON, "warned_of", soon), (OVERDUE, "told_overdue_of", late)):
        found = list(rows.select_for_update(of=("self",), skip_locked=True).values_list("id", "last"))
        for request_id, last in found:
            alert(
                holders(Role.IG_OFFICER), slug, detail={"request": str(request_id), "on": last.isoformat()},
                with_mail=True,
            )  # fmt: skip
            RightsRequest.objects.filter(id=request_id).update(**{field: last})
        told += len(found)
    return told
