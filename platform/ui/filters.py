"""How dates, times, ages, phone numbers and identifiers read on a page: "3 April 2015", "2:30pm", "3 days ago".

Each takes `None` or an empty text and answers an empty text, so that a template says "Not known" in its own words.
"""

from datetime import date, datetime, time, timedelta

import phonenumbers
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

NEAR_DAYS = 13
"""Up to this many days away, days are counted; beyond, the date itself says more."""

CHILD_IN_MONTHS_UNTIL_YEARS = 2
DAYS_IN_WEEK = 7
NHS_NUMBER_LENGTH = 10


def as_date(value: date | datetime) -> date:
    """The calendar day, in the current time zone when the value is an aware time."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value


def long_date(value: date | datetime | None) -> str:
    """3 April 2015, in the current language."""
    return date_format(as_date(value), "j F Y", use_l10n=False) if value else ""


def month_name(value: date | datetime | None) -> str:
    """April 2015, in the current language."""
    return date_format(as_date(value), "F Y", use_l10n=False) if value else ""


def short_date(value: date | datetime | None, today: date | None = None) -> str:
    """3 April, with the year when it is another year than today's."""
    if not value:
        return ""
    day = as_date(value)
    this_year = (today or timezone.localdate()).year
    return date_format(day, "j F" if day.year == this_year else "j F Y", use_l10n=False)


def time_of_day(value: time | datetime | None) -> str:
    """2:30pm, 9am, midday, midnight; an aware time is told in the current time zone."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        moment = (timezone.localtime(value) if timezone.is_aware(value) else value).time()
    else:
        moment = value
    if (moment.hour, moment.minute) == (12, 0):
        return gettext("midday")
    if (moment.hour, moment.minute) == (0, 0):
        return gettext("midnight")
    minutes = f":{moment.minute:02d}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes}{'am' if moment.hour < 12 else 'pm'}"


def ago(value: date | datetime | None, today: date | None = None) -> str:
    """Today, yesterday, 3 days ago; tomorrow, in 3 days; beyond two weeks the date."""
    if not value:
        return ""
    here = today or timezone.localdate()
    days = (as_date(value) - here).days
    if abs(days) > NEAR_DAYS:
        return short_date(value, here)
    if days == 0:
        return gettext("today")
    if days == -1:
        return gettext("yesterday")
    if days == 1:
        return gettext("tomorrow")
    if days < 0:
        return ngettext("%(count)d day ago", "%(count)d days ago", -days) % {"count": -days}
    return ngettext("in %(count)d day", "in %(count)d days", days) % {"count": days}


def when(value: date | datetime | None, today: date | None = None) -> str:
    """A day to come, as people say it: today, tomorrow, Thursday 5 June; with the time when one is given."""
    if not value:
        return ""
    here = today or timezone.localdate()
    day = as_date(value)
    if 0 <= (day - here).days <= 1:
        said = ago(day, here)
    else:
        said = date_format(day, "l j F" if day.year == here.year else "l j F Y", use_l10n=False)
    if not isinstance(value, datetime):
        return said
    return gettext("%(day)s, %(time)s") % {"day": said, "time": time_of_day(value)}


def age(born_on: date | None, today: date | None = None) -> str:
    """11 years; below two years in months; below a month in days. Empty for a birth date that lies ahead."""
    here = today or timezone.localdate()
    if born_on is None or born_on > here:
        return ""
    months = (here.year - born_on.year) * 12 + here.month - born_on.month - (here.day < born_on.day)
    years = months // 12
    if years >= CHILD_IN_MONTHS_UNTIL_YEARS:
        return ngettext("%(count)d year", "%(count)d years", years) % {"count": years}
    if months:
        return ngettext("%(count)d month", "%(count)d months", months) % {"count": months}
    days = (here - born_on) // timedelta(days=1)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def _parsed_phone(value: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(value, region)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


def phone(value: str | None, region: str = "GB") -> str:
    """A phone number spaced the local way; one from another country keeps its country code; nonsense stays as typed.

    `region` is the council's country, as two letters.
    """
    if not value:
        return ""
    number = _parsed_phone(value, region)
    if number is None:
        return value
    is_local = number.country_code == phonenumbers.country_code_for_region(region)
    form = phonenumbers.PhoneNumberFormat.NATIONAL if is_local else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def phone_href(value: str | None, region: str = "GB") -> str:
    """The `tel:` address of a number, or an empty text when it cannot be rung."""
    number = _parsed_phone(value, region) if value else None
    if number is None:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.RFC3966).replace("-", "")


def nhs_number(value: str | None) -> str:
    """943 476 5919: the NHS number as people read it aloud; anything else stays as typed."""
    if not value:
        return ""
    digits = value.replace(" ", "").replace("-", "")
    if len(digits) != NHS_NUMBER_LENGTH or not digits.isascii() or not digits.isdigit():
        return value
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}"
