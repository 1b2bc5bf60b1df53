"""Why a draft may not be issued as it stands, as far as orders and the customer's own data say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from billing.choices import DocumentKind, Hold
from billing.models import Customer, Draft
from billing.queries.orders import OrderLeft, chosen

MAY_BE_ALLOWED: Final = frozenset({Hold.ORDER_SHORT, Hold.ORDER_MISSING})
"""What finance may issue all the same, with a reason."""

_MUST_SAY: Final = ("legal_name", "street", "city", "postcode", "country")


def order_for(draft: Draft, orders: Iterable[OrderLeft], customer: Customer) -> tuple[OrderLeft | None, list[str]]:
    """The purchase order that a draft is billed on, and what is wrong with it. A credit note needs none."""
    if draft.kind == DocumentKind.CREDIT_NOTE:
        return None, []
    order, has_enough = chosen(orders, net=draft.net, on=draft.period_last)
    if order is None:
        return None, [Hold.ORDER_MISSING.value] if customer.needs_order else []
    return order, [] if has_enough else [Hold.ORDER_SHORT.value]


def holds_of_order(draft: Draft, orders: Iterable[OrderLeft], customer: Customer) -> list[str]:
    """What is wrong now with the order that a draft was put on."""
    if draft.kind == DocumentKind.CREDIT_NOTE:
        return []
    if draft.order_id is None:
        return [Hold.ORDER_MISSING.value] if customer.needs_order else []
    order = next((one for one in orders if one.id == draft.order_id), None)
    is_good = order is not None and order.holds_on(draft.period_last) and order.has(draft.net)
    return [] if is_good else [Hold.ORDER_SHORT.value]


def holds_of_buyer(customer: Customer, *, is_reached: bool) -> list[str]:
    """Whether something that an invoice must say of its buyer is missing, or nobody would get it."""
    needed = (*_MUST_SAY, "endpoint_scheme", "endpoint_id") if customer.takes_einvoices else _MUST_SAY
    is_complete = is_reached and all(getattr(customer, name) for name in needed)
    return [] if is_complete else [Hold.BUYER_INCOMPLETE.value]


def stops(holds: Iterable[str], *, is_allowed: bool) -> list[str]:
    """The holds that stop a draft: those of orders do not once finance allowed them with a reason."""
    return [hold for hold in holds if not (is_allowed and hold in MAY_BE_ALLOWED)]
