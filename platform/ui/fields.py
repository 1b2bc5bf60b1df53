"""Form fields that GOV.UK's components need and Django lacks: a date in three boxes, that also understands one text.

Whatever was typed is shown again after an error, in the boxes, and the sentence says what to change.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.functional import Promise
from django.utils.translation import gettext

PARTS = ("day", "month", "year")
YEAR_DIGITS = 4
LAST_MONTH = 12
WHOLE_DATE = re.compile(r"\s*(\d{1,2})(?:st|nd|rd|th)?[\s./,-]+(\d{1,2}|[^\W\d_]{3,})[\s./,-]+(\d{2,4})\s*")
ISO_DATE = re.compile(r"\s*(\d{4})-(\d{1,2})-(\d{1,2})\s*")
ENGLISH_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip


def split_date(text: str) -> list[str] | None:
    """Day, month and year as typed in one text such as 3/4/2015, 3 April 2015 or 2015-04-03; None if it is no date."""
    if iso := ISO_DATE.fullmatch(text):
        return [iso[3], iso[2], iso[1]]
    if whole := WHOLE_DATE.fullmatch(text):
        return [whole[1], whole[2], whole[3]]
    return None


def month_number(text: str) -> int | None:
    """The month that a number or a name means, in English or the current language; three letters are enough."""
    typed = text.strip().lower().rstrip(".")
    if typed.isascii() and typed.isdigit():
        number = int(typed) if len(typed) <= 2 else 0
        return number if 1 <= number <= LAST_MONTH else None
    if len(typed) < 3:
        return None
    local_names = [str(MONTHS[number]).lower() for number in range(1, LAST_MONTH + 1)]
    for names in (local_names, ENGLISH_MONTHS):
        found = [number for number, name in enumerate(names, start=1) if name.startswith(typed)]
        if len(found) == 1:
            return found[0]
    return None


def boxes_of(value: Any) -> list[str]:
    """What stands in the three boxes for a stored date, or for one given as text."""
    if isinstance(value, date):
        return [str(value.day), str(value.month), str(value.year)]
    if isinstance(value, str) and value:
        return split_date(value) or [value, "", ""]
    return ["", "", ""]


class DatePartsInput(forms.MultiWidget):
    """Three boxes, named `<name>_day`, `<name>_month` and `<name>_year`; a date typed whole into one is taken apart."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({part: forms.TextInput(attrs={"inputmode": "numeric"}) for part in PARTS}, attrs)

    def decompress(self, value: Any) -> list[str]:
        """The boxes for a stored date, or for one given as text."""
        return boxes_of(value)

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[str]:
        """What was typed, a part a box. `<name>` alone, or any one box, may hold a whole date."""
        del files
        typed = [str(data.get(f"{name}_{part}") or "").strip() for part in PARTS]
        whole = [text for text in [*typed, str(data.get(name) or "").strip()] if text]
        if len(whole) == 1 and (parts := split_date(whole[0])):
            return parts
        return typed if any(typed) or not whole else [whole[0], "", ""]

    def value_omitted_from_data(self, data: Mapping[str, Any], files: Any, name: str) -> bool:
        """Whether the form held no part of the date at all."""
        return name not in data and super().value_omitted_from_data(data, files, name)


class DatePartsField(forms.Field):
    """A date typed as day, month and year, or as one text. Cleans to a `date`, or None when left empty.

    `subject` begins its error sentences ("Birth date must include a year"); the label does when none is given.
    `latest` and `earliest` are dates, or callables that return one, between which the date must lie, both included;
    `not_in_future` and `not_in_past` compare with today. An error's code names the boxes at fault: "date:month,year".
    """

    widget = DatePartsInput

    def __init__(
        self,
        *,
        subject: str | Promise = "",
        not_in_future: bool = False,
        not_in_past: bool = False,
        earliest: date | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.subject = subject
        self.not_in_future = not_in_future
        self.not_in_past = not_in_past
        self.earliest = earliest

    @property
    def said(self) -> str:
        """How error sentences name this date."""
        return str(self.subject or self.label or gettext("Date"))

    def clean(self, value: Any) -> date | None:
        """The date typed. Raises ValidationError with one sentence, about the first thing to put right."""
        typed = [text.strip() for text in value] if isinstance(value, list) else boxes_of(value)
        if not any(typed):
            if self.required:
                self._refuse(gettext("Enter the %(subject)s") % {"subject": self._in_sentence()}, *PARTS)
            return None
        missing = [part for part, text in zip(PARTS, typed, strict=True) if not text]
        if missing:
            self._refuse_missing(missing)
        chosen = self._real_date(*typed)
        self._check_limits(chosen)
        self.run_validators(chosen)
        return chosen

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the date typed is another than the one first shown."""
        before = initial if isinstance(initial, list) else boxes_of(initial)
        after = data if isinstance(data, list) else boxes_of(data)
        return before != after

    def _in_sentence(self) -> str:
        said = self.said
        return said if said[1:2].isupper() else said[:1].lower() + said[1:]

    def _refuse(self, sentence: str, *parts: str) -> None:
        raise ValidationError(sentence, code="date:" + ",".join(parts))

    def _refuse_missing(self, missing: list[str]) -> None:
        names = {"day": gettext("a day"), "month": gettext("a month"), "year": gettext("a year")}
        listed = gettext(" and ").join(names[part] for part in missing)
        self._refuse(gettext("%(subject)s must include %(parts)s") % {"subject": self.said, "parts": listed}, *missing)

    def _real_date(self, day: str, month: str, year: str) -> date:
        said = {"subject": self.said}
        if not (year.isascii() and year.isdigit() and len(year) == YEAR_DIGITS and int(year)):
            self._refuse(gettext("%(subject)s must have a year of 4 numbers, such as 2015") % said, "year")
        month_typed = month_number(month)
        if month_typed is None:
            self._refuse(gettext("%(subject)s must have a month from 1 to 12") % said, "month")
            raise AssertionError  # pragma: no cover
        longest = monthrange(int(year), month_typed)[1]
        if not (day.isascii() and day.isdigit() and len(day) <= 2 and 1 <= int(day) <= longest):
            name = {"month": f"{MONTHS[month_typed]} {year}", "days": longest}
            self._refuse(
                gettext("%(subject)s must be a real date: %(month)s has %(days)s days") % {**said, **name}, "day"
            )
        return date(int(year), month_typed, int(day))

    def _check_limits(self, chosen: date) -> None:
        said = {"subject": self.said}
        today = timezone.localdate()
        if self.not_in_future and chosen > today:
            self._refuse(gettext("%(subject)s must be today or in the past") % said, *PARTS)
        if self.not_in_past and chosen < today:
            self._refuse(gettext("%(subject)s must be today or in the future") % said, *PARTS)
        if self.earliest and chosen < self.earliest:
            self._refuse(
                gettext("%(subject)s must be in or after %(year)s") % {**said, "year": self.earliest.year}, "year"
            )
