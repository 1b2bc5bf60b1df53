"""What finance's first page says: what was billed and counted month by month, what is open, and what waits."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncMonth

from billing.choices import Currency, DeliveryState, DocumentKind, LineState
from billing.models import BankLine, Contract, ContractCouncil, Delivery, Draft, Invoice, UsageReading
from billing.money import total
from billing.periods import add_months
from billing.queries.balances import with_open

ENDS_SOON: Final = timedelta(days=120)
SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Billed:
    """What was billed in a month in one currency, before tax: invoices less credit notes."""

    month: date
    invoices: int
    net: Decimal


@dataclass(frozen=True, slots=True)
class Counted:
    """How many practitioners were counted for a month, over how many councils."""

    month: date
    councils: int
    practitioners: int


@dataclass(frozen=True, slots=True)
class OpenSum:
    """What is not paid yet in one currency, and how much of it is overdue."""

    currency: str
    invoices: int
    amount: Decimal
    overdue: int
    overdue_amount: Decimal


@dataclass(frozen=True, slots=True)
class ContractEnd:
    """A contract that ends or renews soon. `notice_by` is the last day on which notice can be given."""

    id: UUID
    reference: str
    customer: str
    ends_on: date
    renews_months: int
    notice_by: date
    notice_given_on: date | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much of each waits for finance."""

    drafts: int
    held_drafts: int
    bank_lines: int
    failing: int


def billed_by_month(first: date, last: date) -> dict[str, tuple[Billed, ...]]:
    """What was issued from a month to a month, by currency, oldest month first; months without any are left out.

    One query.
    """
    rows = (
        Invoice.objects.filter(issued_on__gte=first.replace(day=1), issued_on__lt=add_months(last.replace(day=1), 1))
        .annotate(month=TruncMonth("issued_on"))
        .values("currency", "month")
        .annotate(
            count=Count("id"),
            billed=Sum("net", filter=Q(kind=DocumentKind.INVOICE)),
            credited=Sum("net", filter=Q(kind=DocumentKind.CREDIT_NOTE)),
        )
        .order_by("-currency", "month")
    )
    found: dict[str, list[Billed]] = defaultdict(list)
    for one in rows:
        net = total((one["billed"] or Decimal(0), -(one["credited"] or Decimal(0))))
        found[one["currency"]].append(Billed(one["month"], one["count"], net))
    return {currency: tuple(months) for currency, months in found.items()}


def counted_by_month(first: date, last: date) -> tuple[Counted, ...]:
    """The readings in force from a month to a month, oldest first. One query."""
    rows = (
        UsageReading.objects.filter(month__gte=first.replace(day=1), month__lte=last, corrected_by=None)
        .values("month")
        .annotate(councils=Count("council_id", distinct=True), practitioners=Sum("count"))
        .order_by("month")
    )
    return tuple(Counted(one["month"], one["councils"], one["practitioners"]) for one in rows)


def open_sums(on: date) -> tuple[OpenSum, ...]:
    """What is open on a day, by currency. One query."""
    rows = _open_invoices()
    found = []
    for currency in Currency.values:
        those = [one for one in rows if one["currency"] == currency]
        late = [one for one in those if one["due_on"] < on]
        if those:
            found.append(OpenSum(
                currency, len(those), total(one["open"] for one in those), len(late),
                total(one["open"] for one in late),
            ))  # fmt: skip
    return tuple(found)


def contracts_ending(on: date) -> tuple[ContractEnd, ...]:
    """The contracts whose end is near, the nearest first. One query."""
    rows = Contract.objects.filter(ends_on__gte=on, ends_on__lte=on + ENDS_SOON).select_related("customer")
    return tuple(
        ContractEnd(
            one.id, one.reference, one.customer.name, one.ends_on, one.renews_months,
            one.ends_on - timedelta(days=one.notice_days), one.notice_given_on,
        )
        for one in rows.order_by("ends_on", "reference")[:SHOWN]
    )  # fmt: skip


def waiting() -> Waiting:
    """What waits for finance. Three queries."""
    drafts = Draft.objects.filter(issued=None).aggregate(
        count=Count("id"), held=Count("id", filter=~Q(holds=[]) & Q(allowed_reason=""))
    )
    return Waiting(
        drafts=drafts["count"],
        held_drafts=drafts["held"],
        bank_lines=BankLine.objects.filter(state=LineState.DOUBTFUL).count(),
        failing=Delivery.objects.filter(state__in=(DeliveryState.FAILING, DeliveryState.STOPPED)).count(),
    )


def uncounted(month: date) -> int:
    """How many councils under contract in a month have no reading of it yet. One query."""
    after = add_months(month, 1)
    there = (
        ContractCouncil.objects.filter(starts_on__lt=after, contract__ends_on__gte=month)
        .filter(Q(ends_on=None) | Q(ends_on__gte=month))
        .exclude(council_id__in=UsageReading.objects.filter(month=month).values("council_id"))
    )
    return there.values("council_id").distinct().count()


@dataclass(frozen=True, slots=True)
class CouncilMoney:
    """What a council's page says of money: its contract, and what is overdue on it. Nothing follows from it."""

    contract_id: UUID
    reference: str
    customer: str
    ends_on: date
    overdue: int
    overdue_amount: Decimal
    currency: str


def money_of_council(council_id: UUID, on: date) -> CouncilMoney | None:
    """The contract that a council is on, or was last, with what is overdue on it. Two queries."""
    rows = ContractCouncil.objects.filter(council_id=council_id).select_related("contract__customer")
    one = rows.order_by("-starts_on", "-contract__starts_on").first()
    if one is None:
        return None
    late = [row for row in _open_invoices(contract=one.contract) if row["due_on"] < on]
    return CouncilMoney(
        one.contract.id, one.contract.reference, one.contract.customer.name, one.ends_on or one.contract.ends_on,
        len(late), total(row["open"] for row in late), late[0]["currency"] if late else "",
    )  # fmt: skip


def _open_invoices(**wanted: Any) -> list[dict[str, Any]]:
    """Invoices of which something is open: currency, due day, and how much."""
    rows = with_open(Invoice.objects.filter(**wanted)).filter(open_now__gt=0)
    return list(rows.order_by("due_on", "number").values("currency", "due_on", open=F("open_now")))
