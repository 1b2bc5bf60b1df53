"""Reads of contracts: the list, and everything the page of one says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from billing.choices import PriceKind
from billing.errors import NotThere
from billing.models import Charge, Contract, ContractCouncil, Covered, Discount, Invoice, PurchaseOrder
from billing.money import total
from billing.periods import month_of
from billing.queries.balances import with_open
from billing.queries.orders import orders_left

PAGE: Final = 50
STATES: Final[tuple[tuple[str, str | Promise], ...]] = (
    ("running", _("Running")),
    ("ahead", _("Not begun")),
    ("notice", _("Under notice")),
    ("ended", _("Ended")),
)
_LABELS: Final = dict(STATES)


@dataclass(frozen=True, slots=True)
class ContractFilter:
    """What the list is narrowed to. `q` is a part of the reference, the customer's name or a council's."""

    q: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class ContractLine:
    """One contract of the list."""

    id: UUID
    reference: str
    customer: str
    starts_on: date
    ends_on: date
    councils: int
    state: str
    state_label: str


@dataclass(frozen=True, slots=True)
class ContractList:
    """One page of the list."""

    lines: tuple[ContractLine, ...]
    count: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class CouncilLine:
    """A council on a contract."""

    id: UUID
    council_id: UUID
    name: str
    population: int
    is_dedicated: bool
    starts_on: date
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class DiscountLine:
    """A discount agreed. `kind_label` is empty for all prices."""

    id: UUID
    kind_label: str
    percent: Decimal
    from_on: date
    until_on: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class ChargeLine:
    """Something billed once."""

    id: UUID
    kind_label: str
    council: str
    description: str
    on: date
    quantity: Decimal
    agreed_price: Decimal | None
    cancelled_at: datetime | None
    is_billed: bool


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A purchase order, and what is left of it; None has no limit."""

    id: UUID
    number: str
    value: Decimal | None
    left: Decimal | None
    valid_from: date
    valid_until: date | None
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContractPage:
    """Everything the page of one contract says. `billed_to` is the last day that is billed."""

    id: UUID
    reference: str
    state: str
    state_label: str
    customer_id: UUID
    customer: str
    needs_order: bool
    entity_id: UUID
    entity: str
    currency: str
    starts_on: date
    ends_on: date
    renews_months: int
    notice_days: int
    notice_by: date
    notice_given_on: date | None
    billed_every: int
    payment_days: int | None
    held_book_id: UUID | None
    held_book: str
    terms: str
    billed_to: date | None
    councils: tuple[CouncilLine, ...]
    discounts: tuple[DiscountLine, ...]
    charges: tuple[ChargeLine, ...]
    orders: tuple[OrderLine, ...]
    overdue: int
    overdue_amount: Decimal


def contract_list(wanted: ContractFilter, *, on: date, page: int = 1) -> ContractList:
    """One page of contracts, the newest first. Three statements, however many there are."""
    rows = _narrowed(Contract.objects.all(), wanted, on)
    count = rows.count()
    pages = max(-(-count // PAGE), 1)
    page = min(max(page, 1), pages)
    shown = rows.order_by("-starts_on", "reference", "id")[(page - 1) * PAGE : page * PAGE]
    return ContractList(lines=contract_lines(shown, on=on), count=count, page=page, pages=pages)


def contract_lines(rows: QuerySet[Contract], *, on: date) -> tuple[ContractLine, ...]:
    """These contracts, a line each. Two statements."""
    found = list(rows.select_related("customer"))
    counted = ContractCouncil.objects.filter(contract__in=found).order_by().values_list("contract_id")
    councils: Mapping[UUID, int] = dict(counted.annotate(count=Count("council_id", distinct=True)))
    return tuple(
        ContractLine(
            one.id, one.reference, one.customer.name, one.starts_on, one.ends_on, councils.get(one.id, 0),
            *_state(one, on),
        )
        for one in found
    )  # fmt: skip


def contract_page(contract_id: UUID, *, on: date) -> ContractPage:
    """One contract. Eleven statements at most, however much is on it. Raises NotThere."""
    one = Contract.objects.filter(id=contract_id).select_related("customer", "entity", "held_book").first()
    if one is None:
        raise NotThere("There is no such contract.")
    state, label = _state(one, on)
    late = list(
        with_open(Invoice.objects.filter(contract=one, due_on__lt=on)).filter(open_now__gt=0)
        .values_list("open_now", flat=True)
    )  # fmt: skip
    return ContractPage(
        id=one.id, reference=one.reference, state=state, state_label=label, customer_id=one.customer_id,
        customer=one.customer.name, needs_order=one.customer.needs_order, entity_id=one.entity_id,
        entity=one.entity.name, currency=one.entity.currency, starts_on=one.starts_on, ends_on=one.ends_on,
        renews_months=one.renews_months, notice_days=one.notice_days,
        notice_by=one.ends_on - timedelta(days=one.notice_days), notice_given_on=one.notice_given_on,
        billed_every=one.billed_every, payment_days=one.payment_days, held_book_id=one.held_book_id,
        held_book=one.held_book.name if one.held_book else "", terms=one.terms, billed_to=_billed_to(one),
        councils=_councils(one), discounts=_discounts(one), charges=_charges(one), orders=_orders(one),
        overdue=len(late), overdue_amount=total(late),
    )  # fmt: skip


def _narrowed(rows: QuerySet[Contract], wanted: ContractFilter, on: date) -> QuerySet[Contract]:
    q = wanted.q.strip()
    if q:
        named = ContractCouncil.objects.filter(contract=OuterRef("id"), name__icontains=q)
        rows = rows.filter(Q(reference__icontains=q) | Q(customer__name__icontains=q) | Exists(named))
    if wanted.state == "ended":
        return rows.filter(ends_on__lt=on)
    if wanted.state == "ahead":
        return rows.filter(starts_on__gt=on)
    if wanted.state == "notice":
        return rows.filter(ends_on__gte=on, notice_given_on__isnull=False)
    if wanted.state == "running":
        return rows.filter(starts_on__lte=on, ends_on__gte=on, notice_given_on=None)
    return rows


def _state(one: Contract, on: date) -> tuple[str, str]:
    if one.ends_on < on:
        slug = "ended"
    elif one.notice_given_on:
        slug = "notice"
    else:
        slug = "ahead" if one.starts_on > on else "running"
    return slug, str(_LABELS[slug])


def _billed_to(one: Contract) -> date | None:
    """The end of the last month that is on an invoice, or the contract's own end in it."""
    rows = Covered.objects.filter(contract=one, released_at=None, invoice__isnull=False, key__regex=r"^\d{4}-\d{2}$")
    last = rows.order_by("-key").values_list("key", flat=True).first()
    if last is None:
        return None
    year, month = (int(part) for part in last.split("-"))
    return min(month_of(date(year, month, 1)).last, one.ends_on)


def _councils(one: Contract) -> tuple[CouncilLine, ...]:
    rows = ContractCouncil.objects.filter(contract=one).order_by("name", "starts_on")
    return tuple(
        CouncilLine(row.id, row.council_id, row.name, row.population, row.is_dedicated, row.starts_on, row.ends_on)
        for row in rows
    )


def _discounts(one: Contract) -> tuple[DiscountLine, ...]:
    rows = Discount.objects.filter(contract=one).order_by("-from_on", "reason")
    return tuple(
        DiscountLine(
            row.id, str(PriceKind(row.kind).label) if row.kind else "", row.percent, row.from_on, row.until_on,
            row.reason,
        )
        for row in rows
    )  # fmt: skip


def _charges(one: Contract) -> tuple[ChargeLine, ...]:
    keys = set(Covered.objects.filter(
        contract=one, released_at=None, invoice__isnull=False, key__startswith="charge "
    ).values_list("key", flat=True))  # fmt: skip
    rows = Charge.objects.filter(contract=one).select_related("council").order_by("-on", "created_at")
    return tuple(
        ChargeLine(
            row.id, row.get_kind_display(), row.council.name if row.council else "", row.description, row.on,
            row.quantity.normalize() if row.quantity % 1 else row.quantity.quantize(Decimal(1)), row.agreed_price,
            row.cancelled_at, f"charge {row.id}" in keys,
        )
        for row in rows
    )  # fmt: skip


def _orders(one: Contract) -> tuple[OrderLine, ...]:
    closed: Mapping[UUID, Any] = dict(PurchaseOrder.objects.filter(contract=one).values_list("id", "closed_at"))
    if not closed:
        return ()
    return tuple(
        OrderLine(row.id, row.number, row.value, row.left, row.valid_from, row.valid_until, closed.get(row.id))
        for row in orders_left([one.id]).get(one.id, ())
    )
