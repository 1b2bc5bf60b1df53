"""Issuing many: what finance asks for is written into the drafts, and a worker issues one after the other.

Whoever is killed meanwhile leaves the rest asked for, and another goes on with it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import OperationalError, transaction
from django.db.models import Max

from billing.actions.issuing import hold_changed, issue, require_day
from billing.errors import BadValue, BillingError, ChangedMeanwhile, NotThere
from billing.models import Draft, InvoiceRun, NumberSeries
from billing.queries.holds import stops
from tenants.context import SHARED_ALIAS, shared

logger = logging.getLogger(__name__)

ACTOR: Final = "job:billing.issuing"
_BROKEN: Final = "Something went wrong. Try again; if it happens again, tell whoever runs the platform."


@transaction.atomic(using=SHARED_ALIAS)
def ask_to_issue(*, run_id: UUID, on: date, by: UUID | None, at: datetime) -> int:
    """Have every reviewed draft of a run that nothing holds issued on a day. Returns how many these are.

    Raises NotThere, and BadValue for a day before the last one on which something was issued or before what is billed
    was supplied, or still to come.
    """
    run = InvoiceRun.objects.select_related("entity").filter(id=run_id).first()
    if run is None:
        raise NotThere("There is no such run.")
    if on > at.astimezone(ZoneInfo(run.entity.time_zone)).date():
        raise BadValue("on", "An invoice can't be issued on a day that is still to come.")
    last = _last_day(run.entity_id)
    if last and on < last:
        raise BadValue(
            "on", f"Something was issued on {last.day} {last:%B %Y} already: choose that day or a later one."
        )
    waiting = Draft.objects.select_for_update(of=("self",)).filter(run=run_id, issued=None, issue_asked_at=None)
    reviewed = waiting.filter(reviewed_at__isnull=False).select_related("credits").order_by("id")
    ready = [draft for draft in reviewed if not stops(draft.holds, is_allowed=bool(draft.allowed_reason))]
    for draft in ready:
        require_day(draft, on)
    return Draft.objects.filter(id__in=[draft.id for draft in ready]).update(
        issue_on=on, issue_asked_at=at, issue_asked_by_id=by, issue_refused=""
    )


@transaction.atomic(using=SHARED_ALIAS)
def stop_issuing(*, run_id: UUID) -> int:
    """Have nothing more of a run issued. Returns how many drafts still waited."""
    waiting = Draft.objects.filter(run=run_id, issued=None, issue_asked_at__isnull=False)
    return waiting.update(issue_asked_at=None, issue_asked_by_id=None, issue_on=None)


def work_asked(at_now: Callable[[], datetime]) -> int:
    """Issue every draft that was asked for, each in a transaction of its own. Outside of every scope.

    Returns how many it issued. Two workers at once do no harm: a draft is issued once.
    """
    with shared(actor=ACTOR):
        waiting = Draft.objects.filter(issued=None, issue_asked_at__isnull=False).order_by(
            "issue_asked_at", "customer__name", "contract__reference", "id"
        )
        ids = list(waiting.values_list("id", flat=True))
    return sum(_issue_asked(draft_id, at_now()) for draft_id in ids)


def _issue_asked(draft_id: UUID, at: datetime) -> bool:
    try:
        with shared(actor=ACTOR):
            draft = Draft.objects.filter(id=draft_id, issued=None, issue_asked_at__isnull=False).first()
            if draft is None or draft.issue_on is None:
                return False
            on = max(draft.issue_on, _last_day(draft.entity_id) or draft.issue_on)
            issue(draft_id=draft_id, on=on, by=draft.issue_asked_by_id, at=at)
            return True
    except OperationalError:  # somebody holds what it needs, or the database was away: it stays asked for, and is next
        logger.warning("invoice_not_issued_yet", extra={"draft": str(draft_id)}, exc_info=True)
    except BillingError as refused:
        _refuse(draft_id, str(refused), is_changed=isinstance(refused, ChangedMeanwhile))
    except Exception:  # one that can't be issued leaves the others none the worse
        logger.exception("invoice_not_issued", extra={"draft": str(draft_id)})
        _refuse(draft_id, _BROKEN, is_changed=False)
    return False


def _refuse(draft_id: UUID, sentence: str, *, is_changed: bool) -> None:
    """Write down why a draft was not issued, unless somebody else issued it meanwhile."""
    with shared(actor=ACTOR):
        Draft.objects.filter(id=draft_id, issued=None).update(
            issue_asked_at=None, issue_asked_by_id=None, issue_on=None, issue_refused=sentence[:300]
        )
        if is_changed:
            hold_changed(draft_id)


def _last_day(entity_id: UUID) -> date | None:
    """The last day on which an entity issued something."""
    last: date | None = NumberSeries.objects.filter(entity=entity_id).aggregate(last=Max("last_issued_on"))["last"]
    return last
