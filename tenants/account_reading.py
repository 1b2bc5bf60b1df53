"""From what a console said of a council's account to plain values: each field is looked at; a wrong one spoils all.

A console elsewhere may be broken or broken into, and what it says is shown to a council's people. So each text has a
length and no sign that is not seen, each list an end, each amount a size; what is not known here is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeVar

from tenants.errors import AccountRefused

T = TypeVar("T")

MOST_INVOICES: Final = 400
MOST_MONTHS: Final = 60
MOST_EARLIER: Final = 50
MOST_COUNT: Final = 10_000_000
KINDS: Final = ("invoice", "credit_note")
STATES: Final = ("open", "part", "settled", "credit")
CURRENCIES: Final = ("GBP", "AUD")

_AMOUNT: Final = re.compile(r"-?[0-9]{1,12}\.[0-9]{2}")
_NUMBER: Final = re.compile(r"[A-Z0-9-]{1,24}")
_CHECKSUM: Final = re.compile(r"[0-9a-f]{64}")
_EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,180}")
_PHONE: Final = re.compile(r"[+()0-9 -]{3,32}")
_YEARS: Final = range(2000, 2201)


@dataclass(frozen=True, slots=True)
class ContractHere:
    """The contract that a council is on, or was last. In a group the invoices go to `customer` alone."""

    reference: str
    customer: str
    starts_on: date
    ends_on: date
    is_group: bool


@dataclass(frozen=True, slots=True)
class InvoiceHere:
    """An invoice or credit note. `state`: open, part (paid), settled, credit. `pdf`: its file's checksum, or empty."""

    number: str
    kind: str
    issued_on: date
    due_on: date
    gross: Decimal
    open: Decimal
    state: str
    pdf: str


@dataclass(frozen=True, slots=True)
class EarlierHere:
    """A number that another took the place of, and why."""

    count: int
    how: str
    reason: str


@dataclass(frozen=True, slots=True)
class UsageHere:
    """One month's number, how it was counted, and what stood there before it was corrected."""

    month: date
    count: int
    how: str
    counted_on: date | None
    earlier: tuple[EarlierHere, ...]


@dataclass(frozen=True, slots=True)
class ContactHere:
    """Whom to ring about invoices."""

    name: str
    email: str
    phone: str


@dataclass(frozen=True, slots=True)
class AccountHere:
    """A council's account as of a day. `open` is None where the invoices go to somebody else.

    `credit` is what was paid or credited and is for no invoice yet: None there too, and where nothing was said of it.
    """

    as_of: date
    currency: str
    contract: ContractHere
    open: Decimal | None
    credit: Decimal | None
    invoices: tuple[InvoiceHere, ...]
    usage: tuple[UsageHere, ...]
    contact: ContactHere

    def number_of(self, checksum: str) -> str:
        """The number of the invoice whose file has this checksum, or nothing."""
        return next((one.number for one in self.invoices if checksum and one.pdf == checksum), "")


def account(said: Any) -> AccountHere:
    """The account that was said. Raises AccountRefused."""
    one = _Fields(said)
    read = AccountHere(
        as_of=one.day("as_of"), currency=one.one_of("currency", CURRENCIES), contract=_contract(one.inner("contract")),
        open=one.amount("open", may_be_none=True), credit=one.amount("credit", may_be_none=True),
        invoices=one.all("invoices", MOST_INVOICES, _invoice),
        usage=one.all("usage", MOST_MONTHS, _usage), contact=_contact(one.inner("contact")),
    )  # fmt: skip
    if read.contract.is_group and (read.invoices or read.open is not None or read.credit is not None):
        raise AccountRefused("A council of a group contract is shown no invoices: they are somebody else's.")
    if len({invoice.number for invoice in read.invoices}) != len(read.invoices):
        raise AccountRefused("The account names an invoice twice.")
    return read


def plain(read: AccountHere) -> dict[str, Any]:
    """An account as it is kept: JSON's own values, and nothing that was not read."""
    return {
        "as_of": read.as_of.isoformat(),
        "currency": read.currency,
        "contract": _kept(read.contract),
        "open": None if read.open is None else str(read.open),
        "credit": None if read.credit is None else str(read.credit),
        "invoices": [_kept(one) for one in read.invoices],
        "usage": [{**_kept(one), "earlier": [_kept(other) for other in one.earlier]} for one in read.usage],
        "contact": _kept(read.contact),
    }


def is_checksum(text: str) -> bool:
    """Whether a text is a SHA-256 as we write it."""
    return _CHECKSUM.fullmatch(text) is not None


def _kept(row: Any) -> dict[str, Any]:
    found = {name: getattr(row, name) for name in row.__slots__}
    return {
        name: value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value
        for name, value in found.items()
    }


def _contract(one: _Fields) -> ContractHere:
    return ContractHere(
        reference=one.text("reference", 20), customer=one.text("customer", 120), starts_on=one.day("starts_on"),
        ends_on=one.day("ends_on"), is_group=one.flag("is_group"),
    )  # fmt: skip


def _invoice(said: Any) -> InvoiceHere:
    one = _Fields(said)
    return InvoiceHere(
        number=one.matching("number", _NUMBER), kind=one.one_of("kind", KINDS), issued_on=one.day("issued_on"),
        due_on=one.day("due_on"), gross=one.some_amount("gross"), open=one.some_amount("open"),
        state=one.one_of("state", STATES), pdf=one.matching("pdf", _CHECKSUM, may_be_empty=True),
    )  # fmt: skip


def _usage(said: Any) -> UsageHere:
    one = _Fields(said)
    return UsageHere(
        month=one.day("month"), count=one.count("count"), how=one.text("how", 300),
        counted_on=one.day("counted_on") if one.has("counted_on") else None,
        earlier=one.all("earlier", MOST_EARLIER, _earlier),
    )  # fmt: skip


def _earlier(said: Any) -> EarlierHere:
    one = _Fields(said)
    return EarlierHere(one.count("count"), one.text("how", 300), one.text("reason", 300, may_be_empty=True))


def _contact(one: _Fields) -> ContactHere:
    return ContactHere(one.text("name", 200), one.matching("email", _EMAIL), one.matching("phone", _PHONE))


class _Fields:
    """The fields of one object, each read as what it has to be. Raises AccountRefused."""

    def __init__(self, said: Any) -> None:
        if not isinstance(said, Mapping):
            raise AccountRefused("The account is not what the interface promises.")
        self._said = said

    def has(self, name: str) -> bool:
        return self._said.get(name) is not None

    def inner(self, name: str) -> _Fields:
        return _Fields(self._said.get(name))

    def text(self, name: str, most: int, *, may_be_empty: bool = False) -> str:
        value = self._said.get(name)
        if not isinstance(value, str) or len(value) > most or not (value or may_be_empty) or not value.isprintable():
            raise _improper(name)
        return value

    def matching(self, name: str, pattern: re.Pattern[str], *, may_be_empty: bool = False) -> str:
        value = self.text(name, 254, may_be_empty=may_be_empty)
        if value and not pattern.fullmatch(value):
            raise _improper(name)
        return value

    def one_of(self, name: str, values: tuple[str, ...]) -> str:
        value = self._said.get(name)
        if not isinstance(value, str) or value not in values:
            raise _improper(name)
        return value

    def flag(self, name: str) -> bool:
        value = self._said.get(name)
        if not isinstance(value, bool):
            raise _improper(name)
        return value

    def count(self, name: str) -> int:
        value = self._said.get(name)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MOST_COUNT:
            raise _improper(name)
        return value

    def some_amount(self, name: str) -> Decimal:
        value = self.amount(name)
        if value is None:
            raise _improper(name)
        return value

    def amount(self, name: str, *, may_be_none: bool = False) -> Decimal | None:
        value = self._said.get(name)
        if value is None and may_be_none:
            return None
        if not isinstance(value, str) or not _AMOUNT.fullmatch(value):
            raise _improper(name)
        return Decimal(value)

    def day(self, name: str) -> date:
        value = self._said.get(name)
        try:
            found = date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2026-01-31") else None
        except ValueError:
            found = None
        if found is None or found.year not in _YEARS:
            raise _improper(name)
        return found

    def all(self, name: str, most: int, read: Callable[[Any], T]) -> tuple[T, ...]:
        value = self._said.get(name)
        if not isinstance(value, list | tuple) or len(value) > most:
            raise _improper(name)
        return tuple(read(one) for one in value)


def _improper(name: str) -> AccountRefused:
    return AccountRefused(f"The account has no proper “{name}”.")
