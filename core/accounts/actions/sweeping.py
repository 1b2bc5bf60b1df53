"""Deleting what sign-in leaves behind: sessions that are over, old counters, drafts and unanswered invitations."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.contrib.sessions.models import Session

from core import clock
from core.accounts.actions.drafts import KEPT
from core.accounts.actions.sessions import take_off_list
from core.accounts.models import Draft, Invitation, OpenSession, Throttle

COUNTERS_KEPT: Final = timedelta(days=2)
INVITATIONS_KEPT: Final = timedelta(days=30)


def sweep() -> None:
    """Delete it. What counts as over is longer ago than any rule still asks for."""
    now = clock.now()
    Session.objects.filter(expire_date__lt=now).delete()
    take_off_list(OpenSession.objects.exclude(session_key__in=Session.objects.values("session_key")))
    Throttle.objects.filter(since__lt=now - COUNTERS_KEPT).delete()
    Draft.objects.filter(saved_at__lt=now - KEPT).delete()
    Invitation.objects.filter(accepted_at=None, expires_at__lt=now - INVITATIONS_KEPT).delete()
