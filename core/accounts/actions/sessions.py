"""Open sessions: listed for their owner, ended on the server."""

from __future__ import annotations

from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from core import clock
from core.accounts.errors import NotFound
from core.accounts.models import OpenSession, User
from core.audit.actions import record
from tenants.context import in_shared


def open_session(*, user: User, session_key: str, browser: str) -> None:
    """List a session that began just now."""
    now = clock.now()
    OpenSession.objects.create(user=user, session_key=session_key, browser=browser, started_at=now, seen_at=now)
    record("accounts.signed_in", by=user, subject=user)


def note_seen(session_key: str) -> None:
    """Note that a session is in use."""
    OpenSession.objects.filter(session_key=session_key).update(seen_at=clock.now())


def move_session(old_key: str, new_key: str) -> None:
    """Follow a session that got a new key."""
    OpenSession.objects.filter(session_key=old_key).update(session_key=new_key)


def time_session_out(*, user: User, session_key: str | None) -> None:
    """Take a session that reached its limit off the list, and record it."""
    forget_session(session_key)
    record("accounts.session.timed_out", by=user, subject=user)


def forget_session(session_key: str | None) -> None:
    """Take a session that is over off its owner's list."""
    take_off_list(OpenSession.objects.filter(session_key=session_key or ""))


@transaction.atomic
def end_session(*, user: User, session_id: UUID) -> None:
    """End one of `user`'s own sessions: its next request is a stranger's. Raises NotFound."""
    listed = OpenSession.objects.filter(id=session_id, user=user).first()
    if listed is None:
        raise NotFound("That session is over already.")
    Session.objects.filter(session_key=listed.session_key).delete()
    record("accounts.session.ended", by=user, subject=listed)
    take_off_list(OpenSession.objects.filter(id=listed.id))


@transaction.atomic
def end_all_sessions(*, user: User, but: str | None = None) -> int:
    """End every session of `user` except the one of key `but`. Returns how many."""
    listed = list(OpenSession.objects.filter(user=user).exclude(session_key=but or ""))
    Session.objects.filter(session_key__in=[one.session_key for one in listed]).delete()
    take_off_list(OpenSession.objects.filter(id__in=[one.id for one in listed]))
    return len(listed)


def take_off_list(rows: QuerySet[OpenSession]) -> None:
    """Delete these lines. In a council what refers to one lets go of it; for operators there is no such table."""
    if in_shared():
        rows._raw_delete(rows.db)  # noqa: SLF001  # the plain statement, without a look at a council's tables
    else:
        rows.delete()
