"""What a month of a contract costs, line by line: pure, from plain values.

Everything is worked out for the whole calendar month and shared out by the day (`day_share`), discounts as well: so
a council that leaves and comes back within a month pays what one that stayed pays, to the penny.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from billing.errors import NoPrice, NoReading
from billing.money import to_penny
from billing.periods import DAY, Period, day_share, month_fee, month_of

# The slugs of choices.PriceKind: this module is pure, and choices are Django's.
PLATFORM: Final = "platform"
PRACTITIONERS: Final = "practitioner"
SETUP: Final = "setup"
DEDICATED: Final = "dedicated"
TRAINING: Final = "training"
OTHER: Final = "other"

MONTH: Final = "month"
PART_MONTH: Final = "part month"
PRACTITIONER: Final = "practitioner"
TRAINING_DAY: Final = "day"
ITEM: Final = "item"
DISCOUNT: Final = "discount"
WHOLE: Final = Decimal(100)
LONGEST: Final = 300
"""So many characters a line's description has room for."""

WORDS: Final[Mapping[str, str]] = {
    PLATFORM: "platform fee",
    PRACTITIONERS: "active practitioners",
    SETUP: "setting up",
    DEDICATED: "dedicated deployment",
    TRAINING: "training",
    OTHER: "other",
}
_CHARGED_BY: Final[Mapping[str, str]] = {TRAINING: TRAINING_DAY}
_COUNCIL_GROUP: Final = "group"


@dataclass(frozen=True, slots=True)
class Book:
    """A price book. `prices` is by kind: (from quantity, amount), lowest first; `group_discounts` (councils, %)."""

    id: UUID
    prices: Mapping[str, tuple[tuple[int, Decimal], ...]]
    group_discounts: tuple[tuple[int, Decimal], ...] = ()


@dataclass(frozen=True, slots=True)
class CouncilTerms:
    """A council on a contract: `id` is its place there, `council_id` the console's. Both days are included."""

    id: UUID
    council_id: UUID
    name: str
    population: int
    is_dedicated: bool
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class DiscountTerms:
    """Per cent off one kind, or all of them (`kind` empty), from a day to a day or for good."""

    kind: str
    percent: Decimal
    first: date
    last: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class ChargeTerms:
    """Something billed once. `council_id` is the console's, None where it is for the contract as a whole."""

    id: UUID
    council_id: UUID | None
    kind: str
    description: str
    on: date
    quantity: Decimal
    agreed_price: Decimal | None


@dataclass(frozen=True, slots=True)
class Terms:
    """A contract as far as prices depend on it. With `held_book` its prices stay those of that book."""

    contract_id: UUID
    first: date
    last: date
    councils: tuple[CouncilTerms, ...]
    discounts: tuple[DiscountTerms, ...] = ()
    charges: tuple[ChargeTerms, ...] = ()
    held_book: UUID | None = None

    def in_force(self, council: CouncilTerms, month: date) -> Period | None:
        """The days of a month on which contract and council are both in force."""
        first, last = max(self.first, council.first), min(self.last, council.last)
        return Period(first, last).within(month_of(month)) if first <= last else None

    def billed_in(self, month: date) -> tuple[CouncilTerms, ...]:
        """The councils that are in force on a day of a month."""
        return tuple(council for council in self.councils if self.in_force(council, month))


@dataclass(frozen=True, slots=True)
class Line:
    """One line as it will be billed: `net` is rounded once, and a discount's is negative with a quantity of -1.

    `key` is unique within a contract for ever. `month` is None for what is charged once.
    """

    key: str
    kind: str
    council_id: UUID | None
    charge_id: UUID | None
    month: date | None
    first: date
    last: date
    description: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True)
class _Billed:
    """What discounts are taken from: the whole month's `amount` of one kind, and the part of it that is billed."""

    key: str
    kind: str
    council: CouncilTerms | None
    charge_id: UUID | None
    month: date | None
    part: Period
    whole: Period
    amount: Decimal


@dataclass(frozen=True, slots=True)
class _Step:
    """One discount as far as it concerns what is billed."""

    key: str
    percent: Decimal
    period: Period
    reason: str


def month_lines(terms: Terms, book: Book | None, month: date, counts: Mapping[UUID, int]) -> tuple[Line, ...]:
    """Every line of a contract's month; `counts` is practitioners by the console's council id.

    Raises NoPrice, and NoReading with the names of the councils whose usage is not counted yet.
    """
    councils = terms.billed_in(month)
    if not councils:
        return ()
    if book is None:
        raise NoPrice(f"No price book is in force for {month:%B %Y}. Publish one, then draft again.")
    missing = tuple(dict.fromkeys(council.name for council in councils if council.council_id not in counts))
    if missing:
        raise NoReading(f"The usage of {month:%B %Y} is not counted yet for {', '.join(missing)}.", missing)
    lines: list[Line] = []
    for council in councils:
        lines += platform_lines(terms, book, month, council)
        if council.is_dedicated:
            lines += dedicated_lines(terms, book, month, council)
        lines += practitioner_lines(terms, book, month, council, counts[council.council_id])
    return tuple(lines)


def platform_lines(terms: Terms, book: Book, month: date, council: CouncilTerms) -> tuple[Line, ...]:
    """A council's platform fee for a month and what is taken off it: of the one band its population lies in."""
    yearly = price_at(book, PLATFORM, council.population)
    return _fee_lines(terms, book, month, council, PLATFORM, yearly)


def dedicated_lines(terms: Terms, book: Book, month: date, council: CouncilTerms) -> tuple[Line, ...]:
    """What a deployment of its own costs a council for a month, and what is taken off it."""
    return _fee_lines(terms, book, month, council, DEDICATED, price_at(book, DEDICATED, 0))


def practitioner_lines(terms: Terms, book: Book, month: date, council: CouncilTerms, count: int) -> tuple[Line, ...]:
    """What a council's practitioners cost in a month, a line for every band used, and what is taken off it.

    For part of a month it is one line. Nobody counted: no line.
    """
    part, whole = terms.in_force(council, month), month_of(month)
    used = graduated(book, count)
    if part is None or not used:
        return ()
    key = f"{whole.first:%Y-%m} {PRACTITIONERS} {council.id}"
    amount = sum((quantity * price for _, quantity, price in used), Decimal("0.00"))
    billed = _Billed(key, PRACTITIONERS, council, None, whole.first, part, whole, amount)
    if part != whole:
        noun = "active practitioner" if count == 1 else WORDS[PRACTITIONERS]
        words = f"{council.name}: {count:,} {noun}, {_days(part, whole)}"
        lines = [_line(billed, key, words, Decimal(1), PART_MONTH, day_share(amount, part, whole))]
    else:
        lines = [
            _line(
                billed, f"{key} {start}", f"{council.name}: {WORDS[PRACTITIONERS]}, {month:%B %Y}{band}",
                Decimal(quantity), PRACTITIONER, price,
            )
            for (start, quantity, price), band in zip(used, _band_words(used), strict=True)
        ]  # fmt: skip
    return (*lines, *_discount_lines(billed, _steps(terms, book, billed)))


def charge_lines(terms: Terms, charge: ChargeTerms, book: Book | None) -> tuple[Line, ...]:
    """What is charged once, and what is taken off it: an agreed price is agreed, nothing comes off that.

    `book` is the one in force on the charge's day; with an agreed price it may be None. Raises NoPrice.
    """
    price = charge.agreed_price
    if price is None:
        if book is None:
            raise NoPrice(f"No price book is in force on {_day(charge.on)}. Publish one, then draft again.")
        price = price_at(book, charge.kind, 0)
    council = next((council for council in terms.councils if council.council_id == charge.council_id), None)
    day = Period(charge.on, charge.on)
    amount = to_penny(charge.quantity * price)
    billed = _Billed(f"charge {charge.id}", charge.kind, council, charge.id, None, day, day, amount)
    words = f"{council.name}: {charge.description}" if council else charge.description
    unit = _CHARGED_BY.get(charge.kind, ITEM)
    line = _line(billed, billed.key, words, charge.quantity, unit, price)
    if charge.agreed_price is not None or book is None:
        return (line,)
    return (line, *_discount_lines(billed, _steps(terms, book, billed)))


def price_at(book: Book, kind: str, quantity: int) -> Decimal:
    """The price of the band in which a quantity lies. Raises NoPrice."""
    found = [amount for start, amount in book.prices.get(kind, ()) if start <= quantity]
    if not found:
        raise NoPrice(f"The price book has no price for {WORDS[kind]}. Publish one that has, then draft again.")
    return found[-1]


def graduated(book: Book, count: int) -> tuple[tuple[int, int, Decimal], ...]:
    """So many practitioners as (band's start, how many in it, price each): with bands from 0, 200 and 1,000 the
    first 200 are in the first, the next 800 in the second, every further one in the third. Raises NoPrice.
    """
    bands = book.prices.get(PRACTITIONERS, ())
    if not bands or bands[0][0] > 0:
        raise NoPrice("The price book has no price for active practitioners. Publish one that has, then draft again.")
    ends: list[int] = [start for start, _ in bands[1:]] + [max(count, bands[-1][0])]
    return tuple(
        (start, min(count, end) - start, price)
        for (start, price), end in zip(bands, ends, strict=True)
        if count > start
    )


def group_percent(terms: Terms, book: Book, month: date) -> Decimal:
    """What a contract with so many councils in a month is spared on platform fees, in per cent."""
    size = len({council.council_id for council in terms.billed_in(month)})
    return next((percent for least, percent in reversed(book.group_discounts) if least <= size), Decimal(0))


def _fee_lines(
    terms: Terms, book: Book, month: date, council: CouncilTerms, kind: str, yearly: Decimal
) -> tuple[Line, ...]:
    part, whole = terms.in_force(council, month), month_of(month)
    if part is None:
        return ()
    key = f"{whole.first:%Y-%m} {kind} {council.id}"
    billed = _Billed(key, kind, council, None, whole.first, part, whole, month_fee(yearly, whole.first))
    unit = MONTH if part == whole else PART_MONTH
    words = f"{council.name}: {WORDS[kind]}, {_days(part, whole)}"
    line = _line(billed, key, words, Decimal(1), unit, day_share(billed.amount, part, whole))
    return (line, *_discount_lines(billed, _steps(terms, book, billed)))


def _steps(terms: Terms, book: Book, billed: _Billed) -> list[_Step]:
    """The discounts on what is billed, in the order in which they are taken: each on what the last one left."""
    steps = []
    percent = group_percent(terms, book, billed.whole.first) if billed.kind == PLATFORM else Decimal(0)
    if percent:
        size = len({council.council_id for council in terms.billed_in(billed.whole.first)})
        steps.append(_Step(_COUNCIL_GROUP, percent, billed.whole, f"{size} councils on one contract"))
    for number, discount in enumerate(terms.discounts, start=1):
        period = Period(discount.first, discount.last or date.max).within(billed.part)
        if period and discount.kind in ("", billed.kind):
            steps.append(_Step(f"less {number}", discount.percent, period, discount.reason))
    # what takes all comes first, so that nothing is left over for rounding to turn into a penny
    return sorted(steps, key=lambda step: step.percent < WHOLE)


def _discount_lines(billed: _Billed, steps: list[_Step]) -> Iterator[Line]:
    """A line for every discount that comes to anything."""
    taken = dict.fromkeys(range(len(steps)), Decimal("0.00"))
    for piece in _pieces(billed.part, steps):
        left = billed.amount
        for number, step in enumerate(steps):
            if piece.within(step.period):
                less = to_penny(left * step.percent / WHOLE)
                taken[number] += day_share(less, piece, billed.whole)
                left -= less
    for number, step in enumerate(steps):
        if taken[number]:
            period = step.period.within(billed.part) or billed.part
            who = f"{billed.council.name}: " if billed.council else ""
            on = f"on {WORDS[billed.kind]}, {_days(period, billed.whole)}"
            words = f"{who}less {step.percent.normalize():f}% {on}: {step.reason}"
            line = _line(billed, f"{billed.key} {step.key}", words, Decimal(-1), DISCOUNT, taken[number], period)
            yield line


def _pieces(part: Period, steps: list[_Step]) -> Iterator[Period]:
    """A period cut where a discount begins or ends: within a piece the same ones are in force."""
    cuts = {part.first}
    for step in steps:
        period = step.period.within(part)
        if period:
            cuts |= {period.first} | ({period.last + DAY} if period.last < part.last else set())
    starts = sorted(cuts)
    for start, following in zip(starts, [*starts[1:], part.last + DAY], strict=True):
        yield Period(start, following - DAY)


def _line(
    billed: _Billed, key: str, words: str, quantity: Decimal, unit: str, price: Decimal, period: Period | None = None
) -> Line:
    days = period or billed.part
    council_id = billed.council.council_id if billed.council else None
    if len(words) > LONGEST:
        words = f"{words[: LONGEST - 1]}…"
    return Line(
        key, billed.kind, council_id, billed.charge_id, billed.month, days.first, days.last, words, quantity, unit,
        price, to_penny(quantity * price),
    )  # fmt: skip


def _band_words(used: tuple[tuple[int, int, Decimal], ...]) -> list[str]:
    if len(used) == 1:
        return [""]
    return [f", {'first' if start == 0 else 'next'} {quantity:,}" for start, quantity, _ in used]


def _days(part: Period, whole: Period) -> str:
    """A part of a month in words: `October 2026`, or `1 to 15 October 2026 (15 of 31 days)`."""
    if part == whole:
        return _day(part.first) if part.days == 1 else f"{part.first:%B %Y}"
    days = _day(part.last) if part.days == 1 else f"{part.first.day} to {_day(part.last)}"
    return f"{days} ({part.days} of {whole.days} days)"


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"
