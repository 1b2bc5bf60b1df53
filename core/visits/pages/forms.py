"""Forms of visits and contacts: days and times, never words about a client."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core import clock
from core.visits.choices import ContactKind
from ui.fields import DatePartsField
from ui.filters import time_of_day

TIME: Final = re.compile(r"(?P<hour>\d{1,2})(?:[:.]?(?P<minute>\d{2}))?\s*(?P<half>[ap])?\.?(?:m\.?)?", re.IGNORECASE)
TODAY, YESTERDAY, OTHER = "today", "yesterday", "other"


class TimeTextField(forms.CharField):
    """A time as people type it: 2:30pm, 14:30, 9 am, 1430."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=12, widget=forms.TextInput(attrs={"autocomplete": "off"}), **kwargs)

    def clean(self, value: Any) -> Any:
        """The time, or None when left empty. Raises ValidationError."""
        text = str(super().clean(value) or "").strip().lower()
        if not text:
            return None
        if text in {"midday", "noon"}:
            return time(12)
        found = TIME.fullmatch(text)
        hour, minute = (int(found["hour"]), int(found["minute"] or 0)) if found else (99, 0)
        if found and found["half"] and 1 <= hour <= 12:
            hour = hour % 12 + (12 if found["half"] == "p" else 0)
        elif found and found["half"]:
            hour = 99
        try:
            return time(hour, minute)
        except ValueError:
            raise ValidationError(_("Enter a time, such as 2:30pm")) from None

    def prepare_value(self, value: Any) -> Any:
        """A stored time as people say it."""
        return time_of_day(value) if isinstance(value, time) else value


class ContactForm(forms.Form):
    """How and when. `on` is the day, once the form is valid."""

    kind = forms.ChoiceField(
        label=_("How were you in touch?"),
        choices=ContactKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you were in touch")},
    )
    day = forms.ChoiceField(
        label=_("When?"),
        choices=[(TODAY, _("Today")), (YESTERDAY, _("Yesterday")), (OTHER, _("Another day"))],
        widget=forms.RadioSelect,
        initial=TODAY,
        error_messages={"required": _("Choose when it was")},
    )
    other = DatePartsField(label=_("Which day?"), required=False, not_in_future=True)

    def clean(self) -> dict[str, Any]:
        """Ask for the day where another one was chosen."""
        cleaned = super().clean() or {}
        if cleaned.get("day") == OTHER and not cleaned.get("other") and "other" not in self.errors:
            self.add_error("other", ValidationError(_("Enter the day"), code="date:day,month,year"))
        return cleaned

    @property
    def on(self) -> date:
        """The day chosen."""
        day, other = self.cleaned_data["day"], self.cleaned_data.get("other")
        if day == OTHER and isinstance(other, date):
            return other
        return clock.today() - timedelta(days=1 if day == YESTERDAY else 0)


class VisitForm(forms.Form):
    """A day and, where known, a window."""

    on = DatePartsField(label=_("Day"), not_in_past=True)
    starts_at = TimeTextField(label=_("From"), help_text=_("For example, 2:30pm. Leave it empty if it is not settled."))
    ends_at = TimeTextField(label=_("Until"))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """The end comes after the start."""
        cleaned = super().clean() or {}
        starts_at, ends_at = cleaned.get("starts_at"), cleaned.get("ends_at")
        if ends_at and not starts_at and "starts_at" not in self.errors:
            self.add_error("starts_at", _("Say when it starts"))
        if starts_at and ends_at and ends_at <= starts_at:
            self.add_error("ends_at", _("The visit must end after it starts"))
        return cleaned
