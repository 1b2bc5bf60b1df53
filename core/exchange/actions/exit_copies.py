"""Exit copies: asked for by the council's own people or an operator, made outside of every transaction, fetched here.

An operator may ask for one and never gets it: who fetches is an administrator or information-governance officer of the
council, and not the one who asked (ASVS v5.0.0-2.3.5: two people for what weighs most).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from core import clock
from core.accounts.choices import Role
from core.accounts.models import User
from core.audit.actions import record
from core.exchange.errors import CopyNotHere, SomeoneElseFetches
from core.exchange.models import ExitCopy
from core.notices.actions import queue_mail
from tenants.context import CouncilRef, inside, on_commit, require_current
from tenants.exit_copy.layout import CopyNotPossible
from tenants.exit_copy.step import make, path_of
from tenants.files import FilesAway, council_files
from tenants.orders.work import OrderWork
from tenants.waking import wake

ASKED: Final = "exchange.exit_copy.asked"
MADE: Final = "exchange.exit_copy.made"
FETCHED: Final = "exchange.exit_copy.fetched"
DELETED: Final = "exchange.exit_copy.deleted"

MAKE: Final = "exchange.make_exit_copies"
ACTOR: Final = f"task:{MAKE}"

LEASE: Final = timedelta(minutes=30)
PAUSE: Final = timedelta(minutes=2)
MOST_ATTEMPTS: Final = 20

FETCHERS: Final = (Role.COUNCIL_ADMIN.value, Role.IG_OFFICER.value)


@dataclass(frozen=True, slots=True)
class Fetched:
    """Where the file of a copy lies among the council's files, how it is called, and how long it is."""

    path: str
    filename: str
    size: int


@transaction.atomic
def ask_for_copy(*, by: User) -> UUID:
    """Ask for a copy of everything. One that is being made already is the one."""
    waiting = ExitCopy.objects.filter(state=ExitCopy.State.WAITING).first()
    if waiting is not None:
        return waiting.id
    copy = ExitCopy.objects.create(asked_by_id=by.id, asked_at=clock.now())
    record(ASKED, by=by, subject=copy)
    council = require_current()
    on_commit(lambda: wake(MAKE, council))
    return copy.id


@transaction.atomic
def fetch_copy(*, copy_id: UUID, by: User) -> Fetched:
    """Note that `by` fetches the copy, and say where it lies. Raises CopyNotHere, SomeoneElseFetches."""
    ready = ExitCopy.objects.filter(id=copy_id, state=ExitCopy.State.READY, expires_at__gt=clock.now()).first()
    if ready is None:
        raise CopyNotHere
    if ready.asked_by_id == by.id:
        raise SomeoneElseFetches
    record(FETCHED, by=by, subject=ready, detail={"bytes": ready.size})
    return Fetched(path_of(ready.id), f"exit-copy-{ready.asked_at:%Y-%m-%d}.zip", ready.size)


def offer(order: OrderWork) -> Mapping[str, Any]:
    """The order's step after the copy is kept: let the council's people fetch it. Safe to repeat."""
    with inside(order.council(), actor="order:export"):
        copy, _new = ExitCopy.objects.get_or_create(id=order.id, defaults={"asked_at": clock.now()})
        if copy.state == ExitCopy.State.WAITING:
            _be_ready(copy, order.result)
        expires_on = copy.expires_at
    return {"expires_on": expires_on.date().isoformat() if expires_on else ""}


def make_waiting(council: CouncilRef) -> None:
    """Make the copies that the council's people wait for, one after the other. A store that is away is asked again."""
    while True:
        with inside(council, actor=ACTOR):
            copy = _claimed()
        if copy is None:
            return
        try:
            made = make(council, copy.id)
        except FilesAway as away:
            _rest(council, copy, str(away), is_over=copy.attempts >= MOST_ATTEMPTS)
        except CopyNotPossible as refused:
            _rest(council, copy, str(refused), is_over=True)
        else:
            with inside(council, actor=ACTOR):
                held = _held(copy)
                if held is not None:
                    _be_ready(held, made)


def delete_old(council: CouncilRef) -> None:
    """Delete the files of copies whose time is over, then say so. Safe to stop, and to run again."""
    with inside(council, actor="task:exchange.tidy_exit_copies"):
        old = list(ExitCopy.objects.filter(state=ExitCopy.State.READY, expires_at__lte=clock.now()))
    for copy in old:
        council_files(council).delete(path_of(copy.id))
        with inside(council, actor="task:exchange.tidy_exit_copies"):
            if ExitCopy.objects.filter(id=copy.id, state=ExitCopy.State.READY).update(state=ExitCopy.State.GONE):
                record(DELETED, by=None, subject=copy)


def _claimed() -> ExitCopy | None:
    """The next copy to make, held for a while, or None."""
    free = Q(leased_until=None) | Q(leased_until__lt=clock.now())
    waiting = ExitCopy.objects.select_for_update(skip_locked=True).filter(free, state=ExitCopy.State.WAITING)
    copy = waiting.order_by("asked_at").first()
    if copy is not None:
        copy.attempts += 1
        copy.leased_until = clock.now() + LEASE
        copy.save(update_fields=["attempts", "leased_until"])
    return copy


def _held(copy: ExitCopy) -> ExitCopy | None:
    """The copy, if nobody else has taken it up meanwhile."""
    held = ExitCopy.objects.select_for_update().filter(id=copy.id, leased_until=copy.leased_until)
    return held.filter(state=ExitCopy.State.WAITING).first()


def _rest(council: CouncilRef, copy: ExitCopy, sentence: str, *, is_over: bool) -> None:
    with inside(council, actor=ACTOR):
        held = _held(copy)
        if held is not None:
            held.error = sentence[:200]
            held.leased_until = None if is_over else clock.now() + PAUSE
            held.state = ExitCopy.State.FAILED if is_over else ExitCopy.State.WAITING
            held.save(update_fields=["error", "leased_until", "state"])


def _be_ready(copy: ExitCopy, made: Mapping[str, Any]) -> None:
    """Offer the copy, and tell who may fetch it. The letter names the council and a day, and nobody."""
    [file] = made["files"]
    now = clock.now()
    copy.state, copy.error, copy.leased_until = ExitCopy.State.READY, "", None
    copy.sha256, copy.size, copy.rows = file["sha256"], file["bytes"], made["rows"]
    copy.ready_at, copy.expires_at = now, now + timedelta(days=settings.EXIT_COPY_DAYS)
    copy.save()
    record(MADE, by=None, subject=copy, detail={"bytes": copy.size, "rows": copy.rows})
    council = require_current()
    text = (
        f"A copy of everything that {council.name} has in Patchwork is ready. Someone who is an administrator or an"
        f" information-governance officer there can fetch it for {settings.EXIT_COPY_DAYS} days, under “Exit copies” at"
        f" {council.host}. It is confidential: nobody outside the council can fetch it.\n"
    )
    for email in User.objects.filter(is_active=True, roles__overlap=list(FETCHERS)).values_list("email", flat=True):
        queue_mail(to=email, subject=f"{council.name}: the exit copy is ready", text=text)
