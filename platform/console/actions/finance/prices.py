"""Publishing prices."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction

from billing.actions import prices as billing
from billing.models import PriceBook
from console.choices import Permission
from console.policies import require
from console.queries.finance.choices import newest_today
from console.queries.operators import OperatorRef
from core import clock
from core.audit.actions import record
from tenants.context import SHARED_ALIAS


@transaction.atomic(using=SHARED_ALIAS)
def publish_book(
    *, currency: str, name: str, valid_from: date, prices: Mapping[str, Mapping[int, Decimal]],
    group_discounts: Mapping[int, Decimal], note: str = "", by: OperatorRef,
) -> PriceBook:  # fmt: skip
    """Publish a price book whole, from a day that is not over yet where its currency is billed.

    Raises NotPermitted, BadValue.
    """
    require(by, Permission.FINANCE)
    book = billing.publish_book(
        currency=currency, name=name, valid_from=valid_from, prices=prices, group_discounts=group_discounts,
        note=note, by=by.id, at=clock.now(), on=newest_today(currency),
    )  # fmt: skip
    detail = {
        "currency": currency,
        "valid_from": book.valid_from.isoformat(),
        "prices": sum(len(bands) for bands in prices.values()),
    }
    record("console.price_book.published", by=by, subject=book, detail=detail)
    return book
