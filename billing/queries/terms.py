"""What drafting and issuing work from, as plain values: terms, price books and readings in force.

The number of queries is the same for one contract and for a thousand.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from billing.choices import Metric
from billing.models import (
    Charge,
    Contract,
    ContractCouncil,
    Discount,
    GroupDiscount,
    Price,
    PriceBook,
    UsageReading,
)
from billing.pricing import Book, ChargeTerms, CouncilTerms, DiscountTerms, Terms


@dataclass(frozen=True, slots=True)
class Books:
    """Every book of a currency, by the day from which it is in force; of two for a day, the later published."""

    starts: tuple[date, ...]
    books: tuple[Book, ...]

    def in_force(self, day: date) -> Book | None:
        """The book whose prices hold on a day."""
        found = bisect_right(self.starts, day)
        return self.books[found - 1] if found else None

    def of(self, book_id: UUID) -> Book | None:
        """A book by its id."""
        return next((book for book in self.books if book.id == book_id), None)

    def for_day(self, terms: Terms, day: date) -> Book | None:
        """The book that holds for a contract on a day: the one that was promised to it, if any."""
        return self.of(terms.held_book) if terms.held_book else self.in_force(day)

    def for_month(self, terms: Terms, month: date) -> Book | None:
        """The book of a contract's month: of its first day, or of the contract's if that is later."""
        return self.for_day(terms, max(month, terms.first))


@dataclass(frozen=True, slots=True)
class ReadingRef:
    """The reading of a council and month that is in force: the one that no other corrects."""

    id: UUID
    count: int


def terms_of(contract_ids: Iterable[UUID]) -> dict[UUID, Terms]:
    """The terms of contracts, by id, in four queries. One that does not exist is left out."""
    contracts = list(Contract.objects.filter(id__in=list(contract_ids)))
    last = {contract.id: contract.ends_on for contract in contracts}
    councils: dict[UUID, list[CouncilTerms]] = defaultdict(list)
    for council in ContractCouncil.objects.filter(contract__in=last).order_by("name", "starts_on", "id"):
        councils[council.contract_id].append(
            CouncilTerms(
                council.id, council.council_id, council.name, council.population, council.is_dedicated,
                council.starts_on, council.ends_on or last[council.contract_id],
            )
        )  # fmt: skip
    discounts: dict[UUID, list[DiscountTerms]] = defaultdict(list)
    for discount in Discount.objects.filter(contract__in=last).order_by("from_on", "id"):
        discounts[discount.contract_id].append(
            DiscountTerms(
                discount.kind, discount.percent, discount.from_on, discount.until_on, discount.reason
            )
        )  # fmt: skip
    charges: dict[UUID, list[ChargeTerms]] = defaultdict(list)
    wanted = Charge.objects.filter(contract__in=last, cancelled_at=None).select_related("council")
    for charge in wanted.order_by("on", "created_at", "id"):
        charges[charge.contract_id].append(
            ChargeTerms(
                charge.id, charge.council.council_id if charge.council else None, charge.kind, charge.description,
                charge.on, charge.quantity, charge.agreed_price,
            )
        )  # fmt: skip
    return {
        contract.id: Terms(
            contract.id, contract.starts_on, contract.ends_on, tuple(councils[contract.id]),
            tuple(discounts[contract.id]), tuple(charges[contract.id]), contract.held_book_id,
        )
        for contract in contracts
    }  # fmt: skip


def books_of(currency: str) -> Books:
    """Every book of a currency, in three queries."""
    found = list(PriceBook.objects.filter(currency=currency).order_by("valid_from", "published_at", "id"))
    prices: dict[UUID, dict[str, list[tuple[int, Decimal]]]] = defaultdict(lambda: defaultdict(list))
    for price in Price.objects.filter(book__currency=currency).order_by("from_quantity"):
        prices[price.book_id][price.kind].append((price.from_quantity, price.amount))
    discounts: dict[UUID, list[tuple[int, Decimal]]] = defaultdict(list)
    for discount in GroupDiscount.objects.filter(book__currency=currency).order_by("from_councils"):
        discounts[discount.book_id].append((discount.from_councils, discount.percent))
    books = tuple(
        Book(
            book.id,
            {kind: tuple(bands) for kind, bands in prices[book.id].items()},
            tuple(discounts[book.id]),
        )
        for book in found
    )
    return Books(tuple(book.valid_from for book in found), books)


def counts_for(council_ids: Iterable[UUID], months: Iterable[date]) -> dict[tuple[UUID, date], ReadingRef]:
    """The readings in force of councils and months, by (council's id, month's first day), in one query."""
    found = UsageReading.objects.filter(
        council_id__in=list(council_ids), month__in=list(months), metric=Metric.ACTIVE_PRACTITIONERS, corrected_by=None
    )
    return {
        (council_id, month): ReadingRef(reading_id, count)
        for reading_id, council_id, month, count in found.values_list("id", "council_id", "month", "count")
    }
