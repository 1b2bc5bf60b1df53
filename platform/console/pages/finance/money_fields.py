"""Form fields of the pages about money: an amount in one currency, and the first day of a month from a list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from billing.errors import BadValue
from billing.money import MOST, PENNY, read_amount
from billing.periods import add_months
from ui.fields import PARTS, DatePartsField
from ui.filters import month_name

LONGEST_AMOUNT = 20


class AmountField(forms.CharField):
    """An amount as people type it, such as 1,250.00; empty is None where it is not required.

    `of` begins its error sentences where a form has a box for each of several things.
    """

    def __init__(
        self, *, currency: str = "GBP", least: Decimal = PENNY, most: Decimal = MOST, of: str = "", **given: Any
    ) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "spellcheck": "false"}
        super().__init__(max_length=LONGEST_AMOUNT, widget=forms.TextInput(attrs=attrs), **given)
        self.currency, self.least, self.most, self.of = currency, least, most, of

    def clean(self, value: Any) -> Any:
        """The amount as a Decimal. Raises ValidationError with a sentence that says why not."""
        typed = super().clean(value)
        if not typed:
            return None
        try:
            return read_amount(typed, field="", currency=self.currency, least=self.least, most=self.most)
        except BadValue as bad:
            raise ValidationError(f"{self.of}: {bad}" if self.of else str(bad)) from bad


class DayField(DatePartsField):
    """A day up to `today`, which is a company's own: in Melbourne it is tomorrow before the console's day is over."""

    today: date | None = None

    def _check_limits(self, chosen: date) -> None:
        super()._check_limits(chosen)
        if self.today and chosen > self.today:
            self._refuse(gettext("%(subject)s must be today or in the past") % {"subject": self.said}, *PARTS)


def until_today(form: forms.Form, name: str, today: date) -> None:
    """Let a form's DayField take days up to a company's own today."""
    form.fields[name].today = today  # type: ignore[attr-defined]  # a DayField


class MonthField(forms.TypedChoiceField):
    """A month of a list: its first day."""

    def __init__(self, **given: Any) -> None:
        super().__init__(coerce=date.fromisoformat, **given)

    def offer(self, months: Iterable[date]) -> None:
        """Let one of these be chosen."""
        self.choices = [(month.isoformat(), month_name(month)) for month in months]


def months_over(today: date, count: int = 14) -> list[date]:
    """The first days of the last months that are over, newest first."""
    first = today.replace(day=1)
    return [add_months(first, -number) for number in range(1, count + 1)]
