"""Usage: what deployments counted is taken as it is, what finance counts is entered, what was wrong is corrected."""

from __future__ import annotations

from datetime import date
from typing import Final
from uuid import UUID

from django.db import transaction

from billing.actions import usage as billing
from billing.checks import said
from billing.choices import Source
from billing.models import UsageReading
from billing.periods import add_months, month_of
from billing.queries.usage import uncounted_councils
from console.choices import Permission
from console.policies import require
from console.queries.operators import OperatorRef
from console.reports import practitioners_of_month
from core import clock
from core.audit.actions import record
from tenants.context import SHARED_ALIAS, shared

ACTOR: Final = "job:console.take_usage"
LAST_TRY: Final = 5
"""On this day of a month the number of an earlier day is taken, where a deployment never reported the last one."""


@transaction.atomic(using=SHARED_ALIAS)
def enter_reading(
    *, council_id: UUID, month: date, count: int, how: str, counted_on: date | None = None, by: OperatorRef
) -> UsageReading:
    """Enter a council's number for a month by hand. Raises NotPermitted, BadValue, NotPossible."""
    require(by, Permission.FINANCE)
    reading = billing.take_reading(
        council_id=council_id, month=month, count=count, how=how, source=Source.HAND, counted_on=counted_on,
        by=by.id, at=clock.now(),
    )  # fmt: skip
    record("console.usage.entered", by=by, subject=reading, detail=_detail(reading))
    return reading


@transaction.atomic(using=SHARED_ALIAS)
def correct_reading(
    *, reading_id: UUID, count: int, how: str, reason: str, counted_on: date | None = None, by: OperatorRef
) -> UsageReading:
    """Put another number in the place of one that was wrong. Raises NotPermitted and BillingError."""
    require(by, Permission.FINANCE)
    reading = billing.correct_reading(
        reading_id=reading_id, count=count, how=how, reason=reason, counted_on=counted_on, by=by.id, at=clock.now()
    )
    record("console.usage.corrected", by=by, subject=reading, detail={**_detail(reading), "corrects": str(reading_id)})
    return reading


@transaction.atomic(using=SHARED_ALIAS)
def take_month(month: date, *, last_try: bool, by: OperatorRef | None = None) -> int:
    """Take the month's number of every council under contract that has none, as its deployment counted it last.

    Before the `last_try` only a number of the month's last day is taken. Returns how many were taken; again takes
    what is still missing. Fewer than 5 are hidden where they are counted, and are taken as none.
    """
    if by:
        require(by, Permission.FINANCE)
    days, now = month_of(month), clock.now()
    counted = practitioners_of_month(uncounted_councils(days.first), days.first, days.last)
    taken = 0
    for council_id, number in counted.items():
        if number.on < days.last and not last_try:
            continue
        billing.take_reading(
            council_id=council_id, month=days.first, count=number.count or 0, how=_how(number.on, number.count),
            source=Source.CONSOLE, counted_on=number.on, by=by.id if by else None, at=now,
        )  # fmt: skip
        taken += 1
    if taken:
        record("console.usage.taken", by=by, detail={"month": days.first.isoformat(), "councils": taken})
    return taken


def take_usage() -> None:
    """What the task of the first days of a month does: take last month's numbers."""
    today = clock.today()
    with shared(actor=ACTOR):
        take_month(add_months(today.replace(day=1), -1), last_try=today.day >= LAST_TRY)


def _how(on: date, count: int | None) -> str:
    """How it was counted, in words. `None` was hidden."""
    if count is None:
        return (
            f"Fewer than 5 practitioners on {said(on)}. So small a number is not passed on by the council's "
            "deployment, and is billed as none."
        )
    return f"Practitioners who had signed in within 30 days on {said(on)}, as the council's deployment counted them."


def _detail(reading: UsageReading) -> dict[str, str | int]:
    return {"council": str(reading.council_id), "month": reading.month.isoformat(), "count": reading.count}
