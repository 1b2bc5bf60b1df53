"""Amounts of money: exact decimals, rounded to the penny or cent once, half up, and written as people read them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from billing.errors import BadValue

PENNY: Final = Decimal("0.01")
MOST: Final = Decimal("99999999.99")
"""More than any council is ever billed: a greater amount was mistyped."""

SIGNS: Final = {"GBP": "£", "AUD": "A$"}
_AMOUNT: Final = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d{1,2})?|-?\d+(\.\d{1,2})?", re.ASCII)
_FOREIGN: Final = re.compile(r"[€$£¥]|[A-Za-z]{3}")


def to_penny(amount: Decimal) -> Decimal:
    """An amount rounded to the penny, half away from zero: a credit is rounded as what it credits."""
    return amount.quantize(PENNY, rounding=ROUND_HALF_UP)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The sum, with two places even of nothing."""
    return sum(amounts, Decimal("0.00"))


def written(amount: Decimal, currency: str) -> str:
    """An amount as people read it: £1,234.50, -£3.00, A$70.00."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{SIGNS.get(currency, currency + ' ')}{abs(to_penny(amount)):,.2f}"


def read_amount(
    typed: str, *, field: str, currency: str, least: Decimal = PENNY, most: Decimal = MOST, signed: bool = False
) -> Decimal:
    """What someone typed as an amount, such as `1,234.50` or `£12`. Raises BadValue with a sentence that says why not.

    The currency's own sign or code may stand before or after it; another one is refused, never converted.
    """
    text = typed.strip().replace("\u00a0", " ").replace("\u2212", "-")
    for mark in sorted({SIGNS.get(currency, currency), currency, "$" if currency == "AUD" else currency}, key=len)[
        ::-1
    ]:
        text = text.replace(mark, "", 1)
    text = text.replace(" ", "")
    if not text or text == "-":
        raise BadValue(field, "Enter an amount, such as 1,250.00.")
    if _FOREIGN.search(text):
        raise BadValue(field, f"Amounts here are in {currency}. Enter the amount in {currency}, without another sign.")
    if not _AMOUNT.fullmatch(text):
        raise BadValue(field, "Enter an amount in figures with at most two places, such as 1,250.00.")
    exact = Decimal(text.replace(",", ""))
    if abs(exact) > most:  # before it is given two places: a number too long for that is too great as well
        raise BadValue(field, f"Enter an amount of at most {written(most, currency)}.")
    amount = exact.quantize(PENNY)
    if amount < 0 and not signed:
        raise BadValue(field, "An amount here can't be below zero.")
    if not signed and amount < least:
        raise BadValue(field, f"Enter an amount of at least {written(least, currency)}.")
    return amount
