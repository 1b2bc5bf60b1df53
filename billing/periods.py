"""Days, months and shares of them. Any split of a period into parts adds up to the whole, to the penny.

A share is the rounded amount up to a part's last day less the rounded amount up to the day before its first: what
rounding takes from one part it gives to the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Final

from billing.money import to_penny

MONTHS: Final = 12
DAY: Final = timedelta(days=1)
FURTHEST_EAST: Final = timezone(timedelta(hours=14))
"""Where a day begins first."""


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From a day to a day, both included. Raises ValueError when it ends before it begins."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"A period can't end on {self.last}, before it begins on {self.first}.")

    @property
    def days(self) -> int:
        """How many days."""
        return (self.last - self.first).days + 1

    def within(self, other: Period) -> Period | None:
        """The part of this that lies in `other`, or None."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Period(first, last) if first <= last else None

    def months(self) -> Iterator[date]:
        """The first day of every calendar month that this touches."""
        month = self.first.replace(day=1)
        while month <= self.last:
            yield month
            month = add_months(month, 1)


def month_of(day: date) -> Period:
    """The calendar month in which a day lies."""
    first = day.replace(day=1)
    return Period(first, add_months(first, 1) - DAY)


def add_months(day: date, months: int) -> date:
    """So many months later; the last day of a shorter month where it has no such day (29 February, 31 April)."""
    number = day.year * MONTHS + day.month - 1 + months
    year, month = divmod(number, MONTHS)
    return day.replace(year=year, month=month + 1, day=min(day.day, _length(year, month + 1)))


def month_fee(yearly: Decimal, month: date) -> Decimal:
    """One month's share of a yearly fee: a twelfth, so rounded that a calendar year's twelve make the whole."""
    return _up_to(yearly, month.month, MONTHS) - _up_to(yearly, month.month - 1, MONTHS)


def day_share(amount: Decimal, part: Period, whole: Period) -> Decimal:
    """What falls on `part` of an amount for `whole`, by the day. Raises ValueError when it is no part of it."""
    if part.first < whole.first or part.last > whole.last:
        raise ValueError(f"{part} is no part of {whole}.")
    before = (part.first - whole.first).days
    return _up_to(amount, before + part.days, whole.days) - _up_to(amount, before, whole.days)


def _up_to(amount: Decimal, part: int, whole: int) -> Decimal:
    return to_penny(amount * part / whole)


def _length(year: int, month: int) -> int:
    following = date(year + month // MONTHS, month % MONTHS + 1, 1)
    return (following - DAY).day


def newest_day(at: datetime) -> date:
    """The newest day that has begun anywhere at a moment: for what happens on a day of nobody's in particular."""
    return at.astimezone(FURTHEST_EAST).date()
