"""Planning, changing and cancelling a visit. The others are told; two who change one at once lose nothing."""

from __future__ import annotations

from datetime import date, time, timedelta
from uuid import UUID

from django.db import transaction

from core import clock
from core.audit.actions import record
from core.directory.viewers import Viewer
from core.network.actions import tell_those_who_see
from core.network.policies import UNDO_FOR
from core.visits.errors import (
    AlreadyCancelled,
    TooLateToUndo,
    VisitChangedMeanwhile,
    VisitEndsBeforeStart,
    VisitInPast,
    VisitNotFound,
    VisitTooFarAhead,
)
from core.visits.models import Visit
from core.visits.policies import not_changeable, require_can_log, visits_changeable_by

FURTHEST_AHEAD = timedelta(days=731)


@transaction.atomic
def plan_visit(
    *, involvement_id: UUID, on: date, starts_at: time | None = None, ends_at: time | None = None, by: Viewer
) -> Visit:
    """Plan a visit under a line: a day and, where known, a window.

    Raises InvolvementNotFound, VisitInPast, VisitTooFarAhead, VisitEndsBeforeStart. The same visit sent twice is one.
    """
    involvement = require_can_log(by, involvement_id)
    _require_possible(on, starts_at, ends_at)
    same = Visit.objects.filter(
        involvement=involvement, on=on, starts_at=starts_at, ends_at=ends_at, cancelled_at=None
    ).first()
    if same is not None:
        return same
    visit = Visit.objects.create(
        client_id=involvement.client_id,
        involvement=involvement,
        on=on,
        starts_at=starts_at,
        ends_at=ends_at,
        created_at=clock.now(),
    )
    _done("visits.visit.planned", visit, by)
    return visit


@transaction.atomic
def change_visit(
    *, visit_id: UUID, version: int, on: date, starts_at: time | None = None, ends_at: time | None = None, by: Viewer
) -> Visit:
    """Move a visit. Raises VisitNotFound, AlreadyCancelled, VisitChangedMeanwhile (how it stands now), NotPossible."""
    visit = _found(visit_id, by)
    if visit.cancelled_at is not None:
        raise AlreadyCancelled
    if (visit.on, visit.starts_at, visit.ends_at) == (on, starts_at, ends_at):
        return visit
    if visit.version != version:
        raise VisitChangedMeanwhile(visit)
    _require_possible(on, starts_at, ends_at)
    visit.on, visit.starts_at, visit.ends_at = on, starts_at, ends_at
    visit.version += 1
    visit.save(update_fields=["on", "starts_at", "ends_at", "version"])
    _done("visits.visit.changed", visit, by)
    return visit


@transaction.atomic
def cancel_visit(*, visit_id: UUID, by: Viewer) -> Visit:
    """Cancel a visit. Raises VisitNotFound. Cancelling twice does no harm."""
    visit = _found(visit_id, by)
    if visit.cancelled_at is None:
        visit.cancelled_at = clock.now()
        visit.version += 1
        visit.save(update_fields=["cancelled_at", "version"])
        _done("visits.visit.cancelled", visit, by)
    return visit


@transaction.atomic
def undo_cancel(*, visit_id: UUID, by: Viewer) -> Visit:
    """Put a cancelled visit back within ten minutes. Raises VisitNotFound, TooLateToUndo."""
    visit = _found(visit_id, by)
    if visit.cancelled_at is None:
        return visit
    if clock.now() - visit.cancelled_at > UNDO_FOR:
        raise TooLateToUndo
    visit.cancelled_at = None
    visit.version += 1
    visit.save(update_fields=["cancelled_at", "version"])
    _done("visits.visit.restored", visit, by)
    return visit


def _found(visit_id: UUID, by: Viewer) -> Visit:
    visit = visits_changeable_by(by).select_for_update(of=("self",)).filter(id=visit_id).first()
    if visit is None:
        raise not_changeable(by, visit_id, VisitNotFound)
    return visit


def _require_possible(on: date, starts_at: time | None, ends_at: time | None) -> None:
    today = clock.today()
    if on < today:
        raise VisitInPast
    if on > today + FURTHEST_AHEAD:
        raise VisitTooFarAhead
    if ends_at is not None and (starts_at is None or ends_at <= starts_at):
        raise VisitEndsBeforeStart


def _done(slug: str, visit: Visit, by: Viewer) -> None:
    """Record it, and tell those who see the line it belongs to."""
    record(slug, by=by, subject=visit, client_id=visit.client_id)
    tell_those_who_see(
        visit.involvement_id, slug, client_id=visit.client_id, by=by, detail={"on": visit.on.isoformat()}
    )
