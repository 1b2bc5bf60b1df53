"""Working days of a jurisdiction: what a pack's holidays key makes of weekends and public holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import holidays as public_holidays

A_DAY: Final = timedelta(days=1)
SATURDAY: Final = 5


class HolidaysUnknown(ValueError):
    """A pack names a calendar of public holidays that nobody keeps."""


@dataclass(frozen=True)
class WorkingDays:
    """The working days of one place: weekdays that are no public holiday there."""

    holidays: public_holidays.HolidayBase

    def __contains__(self, day: date) -> bool:
        return day.weekday() < SATURDAY and day not in self.holidays

    def on_or_after(self, day: date) -> date:
        """The day itself, or the next working day."""
        while day not in self:
            day += A_DAY
        return day

    def after(self, day: date, number: int) -> date:
        """The `number`th working day after a day, which is not counted itself."""
        for _each in range(number):
            day = self.on_or_after(day + A_DAY)
        return day


def working_days(key: str) -> WorkingDays:
    """The calendar a pack names: `GB-ENG`, `AU-VIC`, `NZ`. Raises HolidaysUnknown."""
    country, _dash, part = key.partition("-")
    try:
        return WorkingDays(public_holidays.country_holidays(country, subdiv=part or None))
    except NotImplementedError:
        raise HolidaysUnknown(f"“{key}” is not a calendar of public holidays such as GB-ENG, AU-VIC or NZ.") from None
