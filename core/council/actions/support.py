"""Support access: an operator asks by an order; the council grants, refuses, takes back; time takes it back anyway."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from core import clock
from core.accounts.actions.people import close_account, open_for_a_time
from core.accounts.choices import Role
from core.accounts.errors import AlreadyHasAccount
from core.accounts.models import User, open_accounts
from core.audit.actions import record
from core.council.errors import DecidedAlready, NotGrantable, NotHere
from core.council.models import SupportGrant
from core.notices.actions import tell
from tenants.context import inside
from tenants.orders.work import OrderWork, StepRefused
from tenants.waking import facts_changed

MOST_HOURS: Final = 72
LONGEST_NAME: Final = 120
LONGEST_REASON: Final = 300

ASKED: Final = "council.support.asked"
GRANTED: Final = "council.support.granted"
REFUSED: Final = "council.support.refused"
WITHDRAWN: Final = "council.support.withdrawn"
ENDED: Final = "council.support.ended"

State = SupportGrant.State


def receive(order: OrderWork) -> dict[str, Any]:
    """Put an operator's request before the council: once, however often the step is repeated.

    Raises StepRefused for a request that is not whole.
    """
    given = order.payload
    try:
        request_id, hours = UUID(str(given["request_id"])), int(given["hours"])
        texts = {name: " ".join(str(given[name]).split()) for name in ("operator_name", "approved_by_name", "reason")}
        address = str(given["operator_email"]).strip().lower()
    except (KeyError, ValueError, TypeError) as wrong:
        raise StepRefused("The request for support access is not whole.") from wrong
    if not 1 <= hours <= MOST_HOURS:
        raise StepRefused(f"Support access is asked for at least 1 hour and at most {MOST_HOURS}.")
    if not all(texts.values()) or "@" not in address or texts["operator_name"] == texts["approved_by_name"]:
        raise StepRefused(
            "A request for support access names the operator, a second one who approved it, and a reason."
        )
    with inside(order.council(), actor="job:support"):
        asked, is_new = SupportGrant.objects.get_or_create(
            request_id=request_id,
            defaults={
                "operator_name": texts["operator_name"][:LONGEST_NAME],
                "operator_email": address,
                "approved_by_name": texts["approved_by_name"][:LONGEST_NAME],
                "reason": texts["reason"][:LONGEST_REASON],
                "hours": hours,
                "asked_at": clock.now(),
            },
        )
        if is_new:
            record(ASKED, by=None, subject=asked, detail={"hours": hours})
            deciders = open_accounts().filter(roles__overlap=[Role.COUNCIL_ADMIN.value, Role.IG_OFFICER.value])
            tell(deciders.values_list("id", flat=True), ASKED)
            facts_changed()
    return {"support": asked.state}


@transaction.atomic
def grant_support(*, grant_id: UUID, by: User) -> SupportGrant:
    """Let the operator in, from now for as many hours as they asked: they get a link by mail, good once.

    Raises NotHere, DecidedAlready, NotGrantable.
    """
    grant = _to_decide(grant_id)
    now = clock.now()
    is_let_in = SupportGrant.objects.filter(operator_email=grant.operator_email, state=State.GRANTED, until__gt=now)
    if is_let_in.exists():
        raise NotGrantable("This operator has support access already. Withdraw that first, or wait until it runs out.")
    until = now + timedelta(hours=grant.hours)
    try:
        user = open_for_a_time(email=grant.operator_email, role=Role.SUPPORT, until=until, by=by)
    except AlreadyHasAccount as taken:
        raise NotGrantable(str(taken)) from taken
    grant.user, grant.until = user, until
    return _decide(grant, State.GRANTED, GRANTED, by, detail={"until": until.isoformat(), "user": str(user.id)})


@transaction.atomic
def refuse_support(*, grant_id: UUID, by: User) -> SupportGrant:
    """Say no. Raises NotHere, DecidedAlready."""
    return _decide(_to_decide(grant_id), State.REFUSED, REFUSED, by)


@transaction.atomic
def withdraw_support(*, grant_id: UUID, by: User) -> SupportGrant:
    """Take it back now: the operator's next request is a stranger's. Raises NotHere, DecidedAlready."""
    grant = _found(grant_id)
    if grant.state != State.GRANTED or grant.until is None or grant.until <= clock.now():
        raise DecidedAlready("That support access is over already.")
    return _end(grant, State.WITHDRAWN, WITHDRAWN, by)


@transaction.atomic
def end_what_ran_out() -> int:
    """Close the accounts of those whose time is over; they were let in nowhere since. Returns how many.

    An operator who was let in again meanwhile keeps what that newer answer gave: it is the same account.
    """
    over = list(SupportGrant.objects.select_for_update().filter(state=State.GRANTED, until__lte=clock.now()))
    for grant in over:
        _end(grant, State.ENDED, ENDED, None)
    return len(over)


def _end(grant: SupportGrant, state: SupportGrant.State, slug: str, by: User | None) -> SupportGrant:
    user = User.objects.select_for_update().filter(id=grant.user_id).first() if grant.user_id else None
    if user is not None and not _is_let_in_anew(user, grant):
        close_account(user=user, by=by)
    grant.state, grant.ended_at = state, clock.now()
    grant.save(update_fields=["state", "ended_at"])
    record(slug, by=by, subject=grant)
    facts_changed()
    return grant


def _is_let_in_anew(user: User, grant: SupportGrant) -> bool:
    """Whether another answer, still running, opened the same account."""
    others = SupportGrant.objects.filter(user=user, state=State.GRANTED, until__gt=clock.now())
    return others.exclude(id=grant.id).exists()


def _decide(
    grant: SupportGrant, state: SupportGrant.State, slug: str, by: User, detail: dict[str, str] | None = None
) -> SupportGrant:
    grant.state, grant.decided_by_id, grant.decided_at = state, by.id, clock.now()
    grant.save()
    record(slug, by=by, subject=grant, detail=detail)
    facts_changed()
    return grant


def _to_decide(grant_id: UUID) -> SupportGrant:
    grant = _found(grant_id)
    if grant.state != State.ASKED:
        raise DecidedAlready("Somebody answered this request already.")
    return grant


def _found(grant_id: UUID) -> SupportGrant:
    grant = SupportGrant.objects.select_for_update().filter(id=grant_id).first()
    if grant is None:
        raise NotHere
    return grant
