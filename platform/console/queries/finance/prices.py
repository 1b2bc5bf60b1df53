"""Reads of price books: every version, and one beside the one that it took the place of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from billing.choices import PriceKind
from billing.errors import NotThere
from billing.models import GroupDiscount, Price, PriceBook
from console.models import Operator

BY_BAND: Final = (PriceKind.PLATFORM, PriceKind.PRACTITIONER)
KINDS: Final = (
    PriceKind.PLATFORM, PriceKind.PRACTITIONER, PriceKind.SETUP, PriceKind.DEDICATED, PriceKind.TRAINING,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BookLine:
    """One price book. `state` is "now", "ahead", or "past"."""

    id: UUID
    currency: str
    currency_label: str
    name: str
    valid_from: date
    published_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A price from a quantity on, and what it was in the book before; None where that had none from there."""

    start: int
    amount: Decimal
    before: Decimal | None


@dataclass(frozen=True, slots=True)
class KindPrices:
    """All prices of a kind."""

    label: str
    by_band: bool
    lines: tuple[PriceLine, ...]


@dataclass(frozen=True, slots=True)
class BookPage:
    """Everything the page of one book says. `before` is the book that it took the place of."""

    line: BookLine
    note: str
    published_by: str
    before: BookLine | None
    kinds: tuple[KindPrices, ...]
    discounts: tuple[PriceLine, ...]


@dataclass(frozen=True, slots=True)
class BookPrices:
    """A book's prices by kind and band, and its group discounts."""

    prices: Mapping[str, Mapping[int, Decimal]]
    group_discounts: Mapping[int, Decimal]


def book_lines(on: date) -> tuple[BookLine, ...]:
    """Every price book, by currency, newest first. One statement."""
    rows = list(_newest_first(PriceBook.objects.all()))
    return tuple(_line(one, rows, on) for one in rows)


def book_page(book_id: UUID, on: date) -> BookPage:
    """One price book beside the one before. Five statements. Raises NotThere."""
    one = PriceBook.objects.filter(id=book_id).first()
    if one is None:
        raise NotThere("There is no such price book.")
    rows = list(_newest_first(PriceBook.objects.filter(currency=one.currency)))
    place = next(number for number, row in enumerate(rows) if row.id == one.id)
    before = rows[place + 1] if place + 1 < len(rows) else None
    both = _prices([row.id for row in (one, before) if row])
    own, old = both[one.id], both.get(before.id) if before else None
    by = one.published_by_id
    who = Operator.objects.filter(id=by).values_list("name", flat=True).first() if by else None
    return BookPage(
        line=_line(one, rows, on),
        note=one.note,
        published_by=who or "",
        before=_line(before, rows, on) if before else None,
        kinds=tuple(
            KindPrices(
                str(kind.label), kind in BY_BAND,
                _beside(own.prices.get(kind, {}), old.prices.get(kind, {}) if old else {}),
            )
            for kind in KINDS
            if own.prices.get(kind)
        ),
        discounts=_beside(own.group_discounts, old.group_discounts if old else {}),
    )  # fmt: skip


def newest_prices(currency: str) -> BookPrices | None:
    """The prices of the newest book of a currency, or None where there is none yet. Three statements."""
    one = _newest_first(PriceBook.objects.filter(currency=currency)).first()
    return _prices([one.id])[one.id] if one else None


def book_choices(currency: str = "") -> tuple[tuple[str, str], ...]:
    """The books that a contract can keep, for a field. One statement."""
    rows = PriceBook.objects.filter(currency=currency) if currency else PriceBook.objects.all()
    return tuple((str(one.id), f"{one.name} ({one.currency})") for one in _newest_first(rows))


def _newest_first(rows: QuerySet[PriceBook]) -> QuerySet[PriceBook]:
    return rows.order_by("-currency", "-valid_from", "-published_at", "-id")


def _line(one: PriceBook, rows: list[PriceBook], on: date) -> BookLine:
    """`rows` are all books of its currency, newest first: the first of them whose day has come is in force."""
    now = next((row.id for row in rows if row.currency == one.currency and row.valid_from <= on), None)
    state = "now" if one.id == now else "ahead" if one.valid_from > on else "past"
    return BookLine(one.id, one.currency, one.get_currency_display(), one.name, one.valid_from, one.published_at, state)


def _prices(ids: list[UUID]) -> dict[UUID, BookPrices]:
    prices: dict[UUID, dict[str, dict[int, Decimal]]] = {one: {} for one in ids}
    for row in Price.objects.filter(book__in=ids).order_by("from_quantity"):
        prices[row.book_id].setdefault(row.kind, {})[row.from_quantity] = row.amount
    discounts: dict[UUID, dict[int, Decimal]] = {one: {} for one in ids}
    for share in GroupDiscount.objects.filter(book__in=ids).order_by("from_councils"):
        discounts[share.book_id][share.from_councils] = share.percent
    return {one: BookPrices(prices[one], discounts[one]) for one in ids}


def _beside(own: Mapping[int, Decimal], old: Mapping[int, Decimal]) -> tuple[PriceLine, ...]:
    return tuple(PriceLine(start, amount, old.get(start)) for start, amount in sorted(own.items()))
