"""Reminding practitioners of the conversations that their lines wait for: when one is due, then ever more rarely."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from core import clock
from core.network.choices import ApprovalState
from core.network.models import Approval, Reminder
from core.notices.actions import Telling, tell_each

SOON_AGAIN: Final = timedelta(days=7)
"""A conversation that is due is reminded of again after so long, in its first four weeks."""
LATER_AGAIN: Final = timedelta(days=28)


@transaction.atomic
def send_reminders(*, most: int = 1000) -> int:
    """Remind each practitioner whose reminder is due, at most so many of them. Answers how many were looked at.

    On the day itself, then each week, after four weeks each fourth week: a reminder that comes every day is read by
    nobody. Not where an approver is asked, for whom the practitioner waits too.
    """
    today = clock.today()
    is_time = (
        Q(last_sent_on=None)
        | Q(last_sent_on__lte=today - SOON_AGAIN, due_on__gt=today - LATER_AGAIN)
        | Q(last_sent_on__lte=today - LATER_AGAIN)
    )
    waiting = Approval.objects.filter(involvement_id=OuterRef("involvement_id"), state=ApprovalState.WAITING)
    due = list(
        Reminder.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("involvement__practitioner")
        .filter(is_time, ~Exists(waiting), done_at=None, due_on__lte=today)
        .filter(involvement__ended_on=None, involvement__client__removed_at=None)
        .order_by("due_on", "id")[:most]
    )
    tell_each(
        Telling(
            reminder.involvement.practitioner.user_id,
            "network.conversation.due",
            {"involvement": str(reminder.involvement_id)},
            client_id=reminder.involvement.client_id,
        )
        for reminder in due
        if reminder.involvement.practitioner.user_id
    )
    Reminder.objects.filter(id__in=[reminder.id for reminder in due]).update(last_sent_on=today)
    return len(due)
