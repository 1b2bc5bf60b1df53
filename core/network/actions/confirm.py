"""“Still true”: saying that an involvement is still so, which keeps it fresh."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import F

from core import clock
from core.audit.actions import record
from core.directory.viewers import Viewer
from core.network.errors import AlreadyEnded
from core.network.models import Involvement
from core.network.policies import require_can_change


@transaction.atomic
def confirm_involvement(*, involvement_id: UUID, by: Viewer) -> Involvement:
    """Date the last confirmation today. Raises InvolvementNotFound, AlreadyEnded. Twice a day does no harm."""
    involvement = require_can_change(by, involvement_id)
    if involvement.ended_on is not None:
        raise AlreadyEnded
    Involvement.objects.filter(id=involvement.id).update(confirmed_on=clock.today(), version=F("version") + 1)
    record("network.member.confirmed", by=by, subject=involvement, client_id=involvement.client_id)
    return involvement
