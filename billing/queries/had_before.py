"""What came in before and may be the same money: entered by hand, or in another form of the bank's file."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from billing.bank import BankRow
from billing.choices import PaymentMethod
from billing.matching import almost_numbers_in
from billing.models import BankLine, LegalEntity, Payment
from billing.money import written

NEAR: Final = timedelta(days=14)
"""How far apart the days of one payment may be that was entered by hand and that the bank booked."""
YEAR: Final = timedelta(days=366)
"""How far back a payment by hand is known by what the payer wrote."""
ENOUGH: Final = 0.5
"""Which share of the fewer words has to agree for two lines to be perhaps the same movement."""


class HadBefore:
    """What may have been had before, read once for many rows of a file. Three statements."""

    def __init__(self, entity: LegalEntity, rows: Collection[BankRow], in_file: Iterable[str]) -> None:
        """`in_file` are the fingerprints of all lines of the file: a line that stands in it too is another one."""
        self._entity = entity
        self._lines: dict[tuple[date, Decimal], list[frozenset[str]]] = {}
        self._by_hand: dict[Decimal, list[Payment]] = {}
        if rows:
            self._read_lines(rows, in_file)
            self._read_by_hand(rows)

    def doubt(self, row: BankRow) -> str:
        """Why a row may be money that was had before, or nothing."""
        words = _words(f"{row.reference} {row.payer}")
        if any(_agree(words, other) for other in self._lines.get((row.day, row.amount), ())):
            return "Perhaps had before: a line of this day and amount came in another file, in other words."
        found = next((one for one in self._by_hand.get(row.amount, ()) if self._is_like(row, one)), None)
        if found is None:
            return ""
        amount, on = written(found.amount, self._entity.currency), found.received_on
        return f"{amount} of {on.day} {on:%B %Y} was entered by hand: this may be the same payment."

    def _read_lines(self, rows: Collection[BankRow], in_file: Iterable[str]) -> None:
        """Lines of earlier files of the same days and amounts."""
        known = BankLine.objects.filter(
            entity=self._entity, booked_on__in={one.day for one in rows}, amount__in={one.amount for one in rows}
        )
        told = known.exclude(fingerprint__in=list(in_file)).values_list("booked_on", "amount", "reference", "payer")
        for day, amount, reference, payer in told:
            self._lines.setdefault((day, amount), []).append(_words(f"{reference} {payer}"))

    def _read_by_hand(self, rows: Collection[BankRow]) -> None:
        """Payments by hand that stand: what was reversed is none, what was paid back in part is one."""
        gone: dict[UUID | None, Decimal] = {}
        by_hand = Payment.objects.filter(entity=self._entity, method=PaymentMethod.HAND)
        by_hand = by_hand.filter(received_on__gte=min(one.day for one in rows) - YEAR)
        for payment_id, amount in by_hand.filter(reverses__isnull=False).values_list("reverses", "amount"):
            gone[payment_id] = gone.get(payment_id, Decimal(0)) - amount
        for one in by_hand.filter(reverses=None):
            if gone.get(one.id, Decimal(0)) < one.amount:
                self._by_hand.setdefault(one.amount, []).append(one)

    def _is_like(self, row: BankRow, one: Payment) -> bool:
        """Whether a payment of the same amount may be the row's: of days near it, or of what the payer wrote."""
        if abs(one.received_on - row.day) <= NEAR:
            return True
        numbers = set(almost_numbers_in(row.reference, self._entity.code))
        return bool(numbers & set(almost_numbers_in(one.reference, self._entity.code))) or (
            bool(one.reference) and one.reference.casefold() == row.reference.casefold()
        )


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9]+", text.casefold()))


def _agree(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two texts may say the same movement: where one says nothing, day and amount alone tell."""
    fewer = min(len(one), len(other))
    return fewer == 0 or len(one & other) >= ENOUGH * fewer
