"""Reminding practitioners of the conversations that their lines wait for."""

from __future__ import annotations

from django.db import transaction

from core import clock
from core.network.models import Reminder
from core.notices.actions import tell


@transaction.atomic
def send_reminders() -> int:
    """Remind each practitioner whose reminder is due, once a day at most. Answers how many were reminded."""
    today = clock.today()
    due = list(
        Reminder.objects.select_for_update(of=("self",), skip_locked=True)
        .select_related("involvement__practitioner")
        .filter(done_at=None, due_on__lte=today, involvement__ended_on=None, involvement__client__removed_at=None)
        .exclude(last_sent_on=today)
    )
    for reminder in due:
        line = reminder.involvement
        if line.practitioner.user_id:
            tell(
                [line.practitioner.user_id],
                "network.conversation.due",
                client_id=line.client_id,
                detail={"involvement": str(line.id)},
            )
    Reminder.objects.filter(id__in=[reminder.id for reminder in due]).update(last_sent_on=today)
    return len(due)
