"""The cells of a bank's file: a day, an amount, a text. Each is read one way, or refused with a sentence."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Final

from billing.errors import BadValue
from billing.money import read_amount

EARLIEST: Final = date(2000, 1, 1)
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]\d{2}:\d{2}.*)?")
_NUMBERS: Final = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{2}|\d{4})(?: \d{2}:\d{2}.*)?")
_WORDS: Final = re.compile(r"(\d{1,2})[ \-/]([A-Za-z]{3,9})\.?[ \-/,]+(\d{2}|\d{4})")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SIDE: Final = re.compile(r"(.*[\d)])\s*(CR|DR)\.?", re.IGNORECASE)
_BRACKETS: Final = re.compile(r"\((.+)\)")
_CENTURY: Final = 2000


def plain(cell: str) -> str:
    """A cell without what no eye sees, and without the `="…"` by which some banks keep figures from a spreadsheet."""
    text = "".join(" " if unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp"} else sign for sign in cell)
    text = " ".join(text.split())
    quoted = re.fullmatch(r'="([^"]*)"', text)
    return quoted[1].strip() if quoted else text


def text_in(cell: str, most: int) -> str:
    """A text as it stands, cut to what is kept of it. A formula is kept as text and never worked out."""
    return cell[:most].strip()


def day_in(cell: str, today: date) -> date:
    """The day of a cell: ISO, or day, month and year in that order. Raises BadValue."""
    if not cell:
        raise BadValue("file", "there is no date.")
    try:
        day = _day(cell)
    except ValueError as error:
        raise BadValue(
            "file", f"there is no such day as “{cell[:20]}”: the day comes first, then the month."
        ) from error
    if day is None:
        raise BadValue("file", f"“{cell[:20]}” is not a date such as 31/01/2026 or 2026-01-31.")
    if day > today:
        raise BadValue("file", f"{day:%d/%m/%Y} is still to come.")
    if day < EARLIEST:
        raise BadValue("file", f"{day:%d/%m/%Y} is too long ago.")
    return day


def _day(cell: str) -> date | None:
    if found := _ISO.fullmatch(cell):
        return date(int(found[1]), int(found[2]), int(found[3]))
    if found := _NUMBERS.fullmatch(cell):
        return date(_year(found[3]), int(found[2]), int(found[1]))
    if (found := _WORDS.fullmatch(cell)) and found[2][:3].casefold() in _MONTHS:
        return date(_year(found[3]), _MONTHS.index(found[2][:3].casefold()) + 1, int(found[1]))
    return None


def _year(figures: str) -> int:
    return int(figures) if len(figures) > 2 else _CENTURY + int(figures)


def amount_in(cell: str, currency: str) -> Decimal:
    """The amount of a cell, below zero with a minus, in brackets or with DR behind it. Raises BadValue."""
    if cell.startswith(("=", "@", "+=")):
        raise BadValue("file", "there is a formula where an amount should be.")
    text, is_out = cell, False
    if found := _SIDE.fullmatch(text):
        text, is_out = found[1], found[2].upper() == "DR"
    if found := _BRACKETS.fullmatch(text):
        text, is_out = found[1], True
    text = text.removeprefix("+").strip()
    if text.endswith("-"):
        text = f"-{text[:-1].strip()}"
    try:
        amount = read_amount(text, field="file", currency=currency, signed=True)
    except BadValue as bad:
        raise BadValue("file", f"“{cell[:30]}” is no amount we can take. {bad}") from bad
    return -abs(amount) if is_out else amount
