"""Purchase orders and what is left of them: counted from what was issued and drafted on them, never stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from billing.choices import DocumentKind
from billing.models import Draft, Invoice, PurchaseOrder


@dataclass(frozen=True, slots=True)
class OrderLeft:
    """A purchase order. `left` is before tax, less what open drafts will take; None has no limit."""

    id: UUID
    number: str
    value: Decimal | None
    left: Decimal | None
    valid_from: date
    valid_until: date | None
    is_open: bool

    def holds_on(self, day: date) -> bool:
        """Whether it may be billed to on a day."""
        return self.is_open and self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    def has(self, net: Decimal) -> bool:
        """Whether so much is left of it."""
        return self.left is None or self.left >= net


def orders_left(contract_ids: Iterable[UUID], *, but: UUID | None = None) -> dict[UUID, tuple[OrderLeft, ...]]:
    """The purchase orders of contracts by number, in three queries. `but` is a draft that is not counted."""
    orders = list(PurchaseOrder.objects.filter(contract__in=list(contract_ids)).order_by("number"))
    if not orders:
        return {}
    used = _used(orders, but)
    found: dict[UUID, list[OrderLeft]] = defaultdict(list)
    for order in orders:
        found[order.contract_id].append(_order(order, used[order.id]))
    return {contract_id: tuple(ones) for contract_id, ones in found.items()}


def order_left(order: PurchaseOrder) -> Decimal | None:
    """What is left of one purchase order, before tax; None has no limit."""
    return _order(order, _used([order], None)[order.id]).left


def chosen(orders: Iterable[OrderLeft], *, net: Decimal, on: date) -> tuple[OrderLeft | None, bool]:
    """The order to bill on: of those in force the first by number with enough left, and whether there was one.

    Where none has enough it is the one with the most left, for a customer takes no invoice without a number.
    """
    valid = [order for order in orders if order.holds_on(on)]
    enough = next((order for order in valid if order.has(net)), None)
    if enough:
        return enough, True
    return max(valid, key=lambda order: order.left or Decimal(0), default=None), False


def _used(orders: Iterable[PurchaseOrder], but: UUID | None) -> dict[UUID, Decimal]:
    used: dict[UUID, Decimal] = defaultdict(Decimal)
    issued = Invoice.objects.filter(order__in=orders).values_list("order_id", "kind").annotate(sum=Sum("net"))
    for order_id, kind, net in issued:
        used[order_id] += net if kind == DocumentKind.INVOICE else -net
    open_drafts = Draft.objects.filter(order__in=orders, issued=None, kind=DocumentKind.INVOICE)
    if but:
        open_drafts = open_drafts.exclude(id=but)
    for order_id, net in open_drafts.values_list("order_id").annotate(sum=Sum("net")):
        used[order_id] += net
    return used


def _order(order: PurchaseOrder, used: Decimal) -> OrderLeft:
    left = None if order.value is None else order.value - used
    return OrderLeft(
        order.id, order.number, order.value, left, order.valid_from, order.valid_until, order.closed_at is None
    )
