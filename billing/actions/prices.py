"""Publishing prices. A book is published whole and never changed: another takes its place from a day on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction

from billing import checks
from billing.choices import Currency, PriceKind
from billing.errors import BadValue
from billing.models import GroupDiscount, Price, PriceBook
from billing.periods import add_months
from tenants.context import SHARED_ALIAS

BY_BAND: Final = (PriceKind.PLATFORM, PriceKind.PRACTITIONER)
SINGLE: Final = (PriceKind.SETUP, PriceKind.DEDICATED, PriceKind.TRAINING)
MOST_BANDS: Final = 30
MOST_QUANTITY: Final = 2_000_000_000
MOST_COUNCILS: Final = 1_000
MOST_AHEAD: Final = 36
"""A book that is to hold in more than three years was mistyped."""


@transaction.atomic(using=SHARED_ALIAS)
def publish_book(
    *, currency: str, name: str, valid_from: date, prices: Mapping[str, Mapping[int, Decimal]],
    group_discounts: Mapping[int, Decimal], note: str = "", by: UUID | None, at: datetime, on: date,
) -> PriceBook:  # fmt: skip
    """Publish a book: `prices` by kind and quantity from which they hold, `group_discounts` per cent by councils.

    The platform fee and practitioners need a price from 0. It holds from `on`, which is today, at the earliest, unless
    it is the first in its currency. Raises BadValue; the field of a price is its kind.
    """
    checks.one_of("currency", currency, Currency.values, "Choose pounds sterling or Australian dollars.")
    title = checks.line("name", name, most=80, missing="Enter a name, such as Prices 2027.")
    _require_day(currency, valid_from, on)
    if PriceBook.objects.filter(currency=currency, name=title, valid_from=valid_from).exists():
        raise BadValue("name", "A book of this name is published for that day already. Give this one another name.")
    bands = _bands(prices)
    shares = _shares(group_discounts)
    book = PriceBook.objects.create(
        currency=currency, name=title, valid_from=valid_from, note=checks.line("note", note, most=300),
        published_at=at, published_by_id=by,
    )  # fmt: skip
    Price.objects.bulk_create(
        Price(book=book, kind=kind, from_quantity=start, amount=amount)
        for kind, ones in bands.items()
        for start, amount in ones.items()
    )
    GroupDiscount.objects.bulk_create(
        GroupDiscount(book=book, from_councils=councils, percent=percent) for councils, percent in shares.items()
    )
    return book


def _require_day(currency: str, valid_from: date, on: date) -> None:
    checks.day("valid_from", valid_from)
    if valid_from > add_months(on, MOST_AHEAD):
        raise BadValue("valid_from", "Prices can be published for three years ahead at most.")
    # A month is priced by the book of its first day: what holds from today on reaches none that has begun before.
    if valid_from < on and PriceBook.objects.filter(currency=currency).exists():
        raise BadValue("valid_from", f"Choose {checks.said(on)} or a later day: no month that has begun changes.")


def _bands(prices: Mapping[str, Mapping[int, Decimal]]) -> dict[str, dict[int, Decimal]]:
    found: dict[str, dict[int, Decimal]] = {}
    for kind, bands in prices.items():
        if kind not in (*BY_BAND, *SINGLE):
            raise BadValue(kind, "A price book has no price of this kind.")
        if len(bands) > MOST_BANDS:
            raise BadValue(kind, f"Enter at most {MOST_BANDS} bands.")
        if kind in SINGLE and set(bands) - {0}:
            raise BadValue(kind, "This has one price, whatever the quantity.")
        found[kind] = {
            checks.whole(kind, start, least=0, most=MOST_QUANTITY): checks.amount(kind, price)
            for start, price in sorted(bands.items())
        }
    for kind in BY_BAND:
        if 0 not in found.get(kind, {}):
            raise BadValue(kind, "Begin with a price from 0: without one, small councils have no price.")
    return found


def _shares(group_discounts: Mapping[int, Decimal]) -> dict[int, Decimal]:
    field = "group_discounts"
    if len(group_discounts) > MOST_BANDS:
        raise BadValue(field, f"Enter at most {MOST_BANDS} discounts.")
    return {
        checks.whole(field, councils, least=2, most=MOST_COUNCILS): checks.share(field, percent)
        for councils, percent in sorted(group_discounts.items())
    }
