"""Form fields of prices, contracts and usage: one line of text, shares, counts, and prices by quantity."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_lazy

from billing.errors import BadValue
from billing.money import read_amount

MOST_BANDS: Final = 30
LONGEST_BANDS: Final = 2_000
MOST_COUNT: Final = 2_000_000_000
WHOLE: Final = Decimal(100)
FIRST_YEAR: Final = 2000
LAST_MONTH: Final = 12
_MONTH: Final = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_BAND: Final = re.compile(r"(?:from\s+)?(\d[\d,]*)\s*[:;=\t ]\s*(\S.*)", re.IGNORECASE)
_COUNT: Final = re.compile(r"\d{1,3}(,\d{3})+|\d+", re.ASCII)
_SHARE: Final = re.compile(r"\d{1,3}(\.\d{1,2})?", re.ASCII)


class OneLineField(forms.CharField):
    """Text on one line. Characters that can't be printed are refused."""

    def __init__(self, *, most: int, autocomplete: str = "off", **given: Any) -> None:
        given.setdefault("widget", forms.TextInput(attrs={"autocomplete": autocomplete}))
        super().__init__(max_length=most, **given)

    def clean(self, value: Any) -> str:
        """The text with single spaces."""
        line = " ".join(str(super().clean(value) or "").split())
        if not line.isprintable():
            raise ValidationError(gettext("Enter letters and figures that can be printed"))
        return line


class PercentField(forms.CharField):
    """A share in per cent, above 0 and up to 100, with at most two places; empty is None where it is not required."""

    def __init__(self, **given: Any) -> None:
        given.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_length=10, **given)

    def clean(self, value: Any) -> Any:
        """The share as a Decimal. Raises ValidationError with what to do."""
        text = str(super().clean(value) or "").strip()
        return read_percent(text) if text else None


class CountField(forms.CharField):
    """A whole number, thousands parted or not; empty is None where it is not required."""

    def __init__(self, *, least: int = 0, most: int = MOST_COUNT, **given: Any) -> None:
        self.least, self.most = least, most
        given.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        super().__init__(max_length=20, **given)

    def clean(self, value: Any) -> Any:
        """The number as an int. Raises ValidationError with what to do."""
        text = str(super().clean(value) or "").strip()
        return read_count(text, self.least, self.most) if text else None


class BandsField(forms.CharField):
    """Prices or shares by quantity, one a line: from how many on, and what it is. Cleans to {from: Decimal}."""

    def __init__(self, *, currency: str = "", **given: Any) -> None:
        """Without `currency` they are shares in per cent."""
        self.currency = currency
        given.setdefault("widget", forms.Textarea(attrs={"rows": 5, "autocomplete": "off", "spellcheck": "false"}))
        super().__init__(max_length=LONGEST_BANDS, **given)

    def clean(self, value: Any) -> Any:
        """The bands by where they begin. Raises ValidationError that names the line at fault."""
        lines = [line.strip() for line in str(super().clean(value) or "").splitlines() if line.strip()]
        if len(lines) > MOST_BANDS:
            raise ValidationError(gettext("Enter at most %(most)d lines") % {"most": MOST_BANDS})
        found: dict[int, Decimal] = {}
        for number, line in enumerate(lines, start=1):
            try:
                start, amount = self._band(line)
            except ValidationError as refused:
                said = {"number": number, "why": refused.messages[0]}
                raise ValidationError(gettext("Line %(number)d: %(why)s") % said) from refused
            if start in found:
                raise ValidationError(gettext("Line %(number)d begins where another line does") % {"number": number})
            found[start] = amount
        return found

    def _band(self, line: str) -> tuple[int, Decimal]:
        parts = _BAND.fullmatch(line)
        if parts is None:
            raise ValidationError(gettext("write from how many on, a colon, and what it is, such as 200: 2.60"))
        start, said = read_count(parts[1], 0, MOST_COUNT), parts[2].strip()
        if not self.currency:
            return start, read_percent(said)
        try:
            return start, read_amount(said, field="", currency=self.currency, least=Decimal(0))
        except BadValue as refused:
            raise ValidationError(str(refused)) from refused


def bands_text(bands: Mapping[int, Decimal]) -> str:
    """Bands as they are typed, one a line."""
    return "\n".join(f"{start:,}: {amount:,}" for start, amount in sorted(bands.items()))


def read_percent(text: str) -> Decimal:
    """A share as typed. Raises ValidationError with what to do."""
    typed = text.replace("%", "").strip()
    if not _SHARE.fullmatch(typed):
        raise ValidationError(gettext_lazy("Enter a share in figures with at most two places, such as 5 or 7.50"))
    share = Decimal(typed)
    if not 0 < share <= WHOLE:
        raise ValidationError(gettext_lazy("Enter a share above 0 and up to 100"))
    return share


def read_count(text: str, least: int, most: int) -> int:
    """A whole number as typed. Raises ValidationError with what to do."""
    if not _COUNT.fullmatch(text):
        raise ValidationError(gettext_lazy("Enter a whole number in figures, such as 1,250"))
    number = int(text.replace(",", ""))
    if not least <= number <= most:
        said = {"least": f"{least:,}", "most": f"{most:,}"}
        raise ValidationError(gettext("Enter a number from %(least)s to %(most)s") % said)
    return number


def read_month(text: str) -> date | None:
    """The first day of a month written as 2026-11; None for anything else."""
    found = _MONTH.fullmatch(text)
    if found is None or not 1 <= int(found[2]) <= LAST_MONTH or int(found[1]) < FIRST_YEAR:
        return None
    return date(int(found[1]), int(found[2]), 1)
