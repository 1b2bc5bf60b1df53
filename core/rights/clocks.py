"""When a right's answer is due: months and days by the pack's own words, on the working days of its public holidays.

Pure. A day is a date in the council's own zone, so summer time has no say in it. A period of months ends on the same
day of a later month (its last day, where that month has no such day), a period of days is counted from the day after
its first. Where it then ends on a weekend or public holiday, it is due on the next working day (England: the ICO's
guide to the right of access; Victoria: Interpretation of Legislation Act 1984 s.44(3)). Days "beginning with" the
first, `days_inclusive`, are not put off: nothing in that law says so.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from core.consent.deadlines import Count, DeadlineUnknown, Extension, Period, read_deadline, read_extensions
from core.consent.pack import Right
from core.consent.working_days import HolidaysUnknown, WorkingDays, working_days

MONTHS_A_YEAR: Final = 12

RECEIPT: Final = "receipt"


def starts_on(
    right: Right, *, received_on: date, identity_proved_on: date | None, is_unclear: bool, clarified_on: date | None
) -> date | None:
    """The first day of a right's clock; None while it waits for proof of identity, or for a clear request.

    A right that starts on `receipt` waits for nothing. `is_unclear`: the person was asked what they mean.
    """
    if right.starts == RECEIPT:
        return received_on
    if identity_proved_on is None or (is_unclear and clarified_on is None):
        return None
    return max(received_on, identity_proved_on, clarified_on or received_on)


def due_on(right: Right, first: date, calendar: WorkingDays, *, extended_by: Iterable[Extension] = ()) -> date:
    """The last day to answer, with these extensions. Raises DeadlineUnknown.

    Extensions are counted on from the whole period, not from the working day that it was put off to.
    """
    period = read_deadline(right.deadline)
    day = _end_of([period, *(extension.period for extension in extended_by)], first, calendar)
    return day if period.count is Count.DAYS_INCLUSIVE else calendar.on_or_after(day)


def extensions_left(right: Right, used: Iterable[str]) -> tuple[Extension, ...]:
    """The extensions that may still be used, when those of these grounds were."""
    grounds = set(used)
    return tuple(one for one in read_extensions(right.extend) if one.is_repeatable or one.ground not in grounds)


def _end_of(periods: Iterable[Period], first: date, calendar: WorkingDays) -> date:
    """Months first, all together (31 January and a month and two months is 30 April), then days, then working days."""
    every = list(periods)
    total = {count: sum(one.number for one in every if one.count is count) for count in Count}
    day = _months_after(first, total[Count.MONTHS]) + timedelta(days=total[Count.DAYS])
    if total[Count.DAYS_INCLUSIVE]:
        day += timedelta(days=total[Count.DAYS_INCLUSIVE] - 1)
    return calendar.after(day, total[Count.WORKING_DAYS])


def _months_after(day: date, number: int) -> date:
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + number, MONTHS_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def years_after(day: date, number: int) -> date:
    """The same day of a later year; 29 February becomes 1 March where there is none, so that no period ends early."""
    try:
        return day.replace(year=day.year + number)
    except ValueError:
        return date(day.year + number, 3, 1)


__all__ = [
    "DeadlineUnknown",
    "Extension",
    "HolidaysUnknown",
    "WorkingDays",
    "due_on",
    "extensions_left",
    "starts_on",
    "working_days",
    "years_after",
]
