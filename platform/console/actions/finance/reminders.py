"""Asking again for what is overdue, day by day. What the last step asks for is a call, and no council notices it."""

from __future__ import annotations

import logging
from datetime import date
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from billing.actions import reminders
from billing.actions.payments import entity_with
from billing.models import CallMade, LegalEntity
from billing.queries.balances import local_day
from billing.queries.reminders import due_reminders
from console.actions.finance.delivery import post
from console.choices import Permission
from console.policies import require
from console.queries.operators import OperatorRef
from core import clock
from core.audit.actions import record
from tenants.context import SHARED_ALIAS, shared

logger = logging.getLogger(__name__)

FROM_HOUR: Final = 8
"""From which hour of its day on an entity's reminders go out: nobody is asked for money in the night."""


def remind_overdue() -> int:
    """Take the steps that are due today with every entity, each in a unit of work of its own. Returns how many.

    It may be called at any time and as often as one likes: a step is taken once.
    """
    taken = 0
    for entity_id, day in _awake():
        with shared(actor="job:console.remind_overdue"):
            due = due_reminders(LegalEntity.objects.get(id=entity_id), day)
        for one in due:
            try:
                taken += _remind(one.invoice_id, day)
            except Exception:  # one that can't be asked for leaves the others none the worse
                logger.exception("console_reminder_failed")
    return taken


@transaction.atomic(using=SHARED_ALIAS)
def note_call(*, customer_id: UUID, entity_id: UUID, again_on: date, by: OperatorRef) -> CallMade:
    """Note that a customer was rung, and when to ring them again. Raises NotPermitted and billing's errors."""
    require(by, Permission.FINANCE)
    now = clock.now()
    made = reminders.note_call(
        customer_id=customer_id, entity_id=entity_id, again_on=again_on,
        on=local_day(now, entity_with(entity_id).time_zone), by=by.id, at=now,
    )  # fmt: skip
    detail = {"customer": str(customer_id), "entity": str(entity_id), "again_on": again_on.isoformat()}
    record("console.call.noted", by=by, subject=made, detail=detail)
    return made


def _awake() -> list[tuple[UUID, date]]:
    """The entities whose working day has begun, each with its own today."""
    with shared(actor="job:console.remind_overdue"):
        zones = list(LegalEntity.objects.values_list("id", "time_zone"))
    local = [(entity, clock.now().astimezone(ZoneInfo(zone))) for entity, zone in zones]
    return [(entity, now.date()) for entity, now in local if now.hour >= FROM_HOUR]


def _remind(invoice_id: UUID, day: date) -> bool:
    with shared(actor="job:console.remind_overdue"):
        done = reminders.remind(invoice_id=invoice_id, on=day, by=None, at=clock.now())
        if done is None:
            return False
        post(done.deliveries)
        detail = {"invoice": str(invoice_id), "step": done.reminder.step, "letters": len(done.deliveries)}
        record("console.reminder.taken", by=None, subject=done.reminder, detail=detail)
    return True
