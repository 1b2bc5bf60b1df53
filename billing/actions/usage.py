"""Readings of usage. One is never changed: what was wrong is corrected by another, and both are kept for ever."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from billing import checks
from billing.choices import Source
from billing.errors import BadValue, ChangedMeanwhile, NotPossible, NotThere
from billing.models import UsageReading
from billing.periods import newest_day
from tenants.context import SHARED_ALIAS

MOST_PRACTITIONERS: Final = 1_000_000


@transaction.atomic(using=SHARED_ALIAS)
def take_reading(
    *, council_id: UUID, month: date, count: int, how: str, source: str, counted_on: date | None = None,
    by: UUID | None, at: datetime,
) -> UsageReading:  # fmt: skip
    """Keep a council's number for a month, however late. The same number again is the reading that there is.

    Raises BadValue, and NotPossible where the month has another number: that is corrected.
    """
    month = month.replace(day=1)
    checks.day("month", month)
    if month > newest_day(at):
        raise BadValue("month", "This month has not begun.")
    number = checks.whole("count", count, least=0, most=MOST_PRACTITIONERS)
    if counted_on is not None and not month <= counted_on <= newest_day(at):
        raise BadValue("counted_on", "It was counted in that month or after, and not in the future.")
    how = checks.line("how", how, most=300, missing="Say how it was counted.")
    checks.one_of("source", source, Source.values, "Say where the number comes from.")
    existing = _in_force(council_id, month)
    if existing is None:
        try:
            with transaction.atomic(using=SHARED_ALIAS):
                return UsageReading.objects.create(
                    council_id=council_id, month=month, count=number, how=how, source=source, counted_on=counted_on,
                    taken_at=at, taken_by_id=by,
                )  # fmt: skip
        except IntegrityError as error:  # someone else took it just now
            existing = _in_force(council_id, month)
            if existing is None:
                raise ChangedMeanwhile("This month was counted just now. Look at it again.") from error
    if existing.count != number:
        raise NotPossible(
            f"{month:%B %Y} has a number for this council already: {existing.count:,}. "
            "If that is wrong, correct it: both numbers are kept."
        )
    return existing


@transaction.atomic(using=SHARED_ALIAS)
def correct_reading(
    *,
    reading_id: UUID,
    count: int,
    how: str,
    reason: str,
    counted_on: date | None = None,
    by: UUID | None,
    at: datetime,
) -> UsageReading:
    """Put another number in the place of one that was wrong. Raises BadValue, NotThere, ChangedMeanwhile.

    What was billed already is put right by the next run.
    """
    wrong = UsageReading.objects.filter(id=reading_id).first()
    if wrong is None:
        raise NotThere("There is no such reading.")
    number = checks.whole("count", count, least=0, most=MOST_PRACTITIONERS)
    how = checks.line("how", how, most=300, missing="Say how it was counted.")
    why = checks.line("reason", reason, most=300, missing="Say why the earlier number was wrong.")
    if counted_on is not None and not wrong.month <= counted_on <= newest_day(at):
        raise BadValue("counted_on", "It was counted in that month or after, and not in the future.")
    if UsageReading.objects.filter(corrects=wrong).exists():
        raise ChangedMeanwhile("This number was corrected already. Correct the newer one, if that is wrong too.")
    if number == wrong.count:
        raise BadValue("count", f"That is the number it has: {wrong.count:,}. Enter the right one.")
    try:
        with transaction.atomic(using=SHARED_ALIAS):
            return UsageReading.objects.create(
                council_id=wrong.council_id, month=wrong.month, metric=wrong.metric, count=number, how=how,
                source=Source.HAND, counted_on=counted_on, taken_at=at, taken_by_id=by, corrects=wrong, reason=why,
            )  # fmt: skip
    except IntegrityError as error:
        raise ChangedMeanwhile("This number was corrected just now. Look at it again.") from error


def _in_force(council_id: UUID, month: date) -> UsageReading | None:
    return UsageReading.objects.filter(council_id=council_id, month=month, corrected_by=None).first()
