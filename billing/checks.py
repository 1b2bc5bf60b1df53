"""Values as actions take them: each comes back as it is stored, or BadValue says what to put right, at its field."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from billing.errors import BadValue
from billing.money import MOST, PENNY

EARLIEST: Final = date(2015, 1, 1)
LATEST: Final = date(2099, 12, 31)
WHOLE: Final = Decimal(100)
_PHONE: Final = re.compile(r"\+?[0-9 ().-]+", re.ASCII)
FEWEST_FIGURES: Final = 6


def line(field: str, value: str, *, most: int, missing: str = "") -> str:
    """One line of text with single spaces. `missing` is the sentence for nothing; without it nothing is allowed."""
    text = " ".join(value.split())
    if not text and missing:
        raise BadValue(field, missing)
    if not text.isprintable():
        raise BadValue(field, "Enter letters and figures that can be printed.")
    if len(text) > most:
        raise BadValue(field, f"Enter at most {most} characters.")
    return text


def passage(field: str, value: str, *, most: int) -> str:
    """Text over several lines, of which each can be printed."""
    lines = [" ".join(one.split()) for one in value.strip().splitlines()]
    if not all(one.isprintable() for one in lines):
        raise BadValue(field, "Enter letters and figures that can be printed.")
    text = "\n".join(lines)
    if len(text) > most:
        raise BadValue(field, f"Enter at most {most} characters.")
    return text


def whole(field: str, value: int, *, least: int, most: int) -> int:
    """A whole number."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise BadValue(field, f"Enter a whole number from {least:,} to {most:,}.")
    return value


def amount(field: str, value: Decimal, *, most: Decimal = MOST) -> Decimal:
    """An amount of money from nothing up, exact to the penny."""
    exact = _exact(field, value, "Enter an amount with at most two places, such as 1,250.00.")
    if exact < 0:
        raise BadValue(field, "An amount here can't be below zero.")
    if exact > most:
        raise BadValue(field, f"Enter an amount of at most {most:,.2f}.")
    return exact


def quantity(field: str, value: Decimal, *, most: Decimal) -> Decimal:
    """How many, above nothing, with at most two places."""
    exact = _exact(field, value, "Enter a number with at most two places, such as 2.5.")
    if not 0 < exact <= most:
        raise BadValue(field, f"Enter a number above 0 and up to {most:,}.")
    return exact


def share(field: str, value: Decimal) -> Decimal:
    """Per cent, above nothing and up to all of it."""
    exact = _exact(field, value, "Enter a share with at most two places, such as 7.50.")
    if not 0 < exact <= WHOLE:
        raise BadValue(field, "Enter a share above 0 and up to 100.")
    return exact


def day(field: str, value: date) -> date:
    """A day that a contract of ours can have: a year of two figures or a slip of the hand is none."""
    if not EARLIEST <= value <= LATEST:
        raise BadValue(field, f"Enter a day from {EARLIEST.year} to {LATEST.year}.")
    return value


def days(first_field: str, first: date, last_field: str, last: date | None, begins: str) -> tuple[date, date | None]:
    """Two days in order; `begins` is what begins, in words: `the contract`."""
    day(first_field, first)
    if last is not None:
        day(last_field, last)
        if last < first:
            raise BadValue(last_field, f"The last day can't be before {begins} begins, on {said(first)}.")
    return first, last


def email(field: str, value: str) -> str:
    """An e-mail address."""
    text = line(field, value, most=254, missing="Enter an e-mail address, such as payments@council.example.")
    try:
        validate_email(text)
    except ValidationError as error:
        raise BadValue(field, "Enter an e-mail address, such as payments@council.example.") from error
    return text


def phone(field: str, value: str, *, missing: str = "") -> str:
    """A phone number as it is dialled."""
    text = line(field, value, most=32, missing=missing)
    if text and (not _PHONE.fullmatch(text) or sum(one.isdigit() for one in text) < FEWEST_FIGURES):
        raise BadValue(field, "Enter a phone number in figures, such as 01632 960 123 or (03) 5550 1234.")
    return text


def one_of(field: str, value: str, choices: list[str], sentence: str) -> str:
    """One of a list."""
    if value not in choices:
        raise BadValue(field, sentence)
    return value


def said(on: date) -> str:
    """A day in words: 1 October 2026."""
    return f"{on.day} {on:%B %Y}"


def an_id(field: str, value: UUID | None, sentence: str) -> UUID:
    """An id that must be given."""
    if value is None:
        raise BadValue(field, sentence)
    return value


def _exact(field: str, value: Decimal, sentence: str) -> Decimal:
    if not value.is_finite() or abs(value) > MOST * WHOLE or value != value.quantize(PENNY):
        raise BadValue(field, sentence)
    return value.quantize(PENNY)
