"""Working days of a jurisdiction: what a pack's holidays key makes of weekends and public holidays."""

from __future__ import annotations

from datetime import date, timedelta

import holidays

SATURDAY = 5


def is_working_day(day: date, holidays_key: str) -> bool:
    """Whether people work on this day: no weekend, and no public holiday there.

    `holidays_key` is a pack's `locale.holidays`: a country, with a subdivision after a hyphen (`GB-ENG`, `AU-VIC`).
    """
    country, _, part = holidays_key.partition("-")
    return day.weekday() < SATURDAY and day not in holidays.country_holidays(
        country, subdiv=part or None, years=day.year
    )


def after_working_days(start: date, number: int, holidays_key: str) -> date:
    """The day that many working days after `start`, which is not counted itself."""
    day = start
    while number > 0:
        day += timedelta(days=1)
        number -= is_working_day(day, holidays_key)
    return day
