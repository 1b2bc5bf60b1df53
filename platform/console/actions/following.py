"""Hearing of orders that are under way every few seconds, so that their pages show how far they are.

What else deployments say is heard once a minute, in `syncing`; a deployment that is away is noted there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from itertools import groupby
from typing import Final
from uuid import UUID

from console.actions.claiming import claimed
from console.actions.orders import OPEN, keep_heard
from console.actions.settling import settle
from console.models import Order
from console.ports import port_for
from console.ports.base import OrderHere
from console.ports.errors import PortError
from tenants.context import shared

logger = logging.getLogger(__name__)

ACTOR: Final = "job:console.follow_orders"


def follow_orders() -> int:
    """Ask for each order that is under way how far it is. Returns how many were heard of. Outside of every scope."""
    with shared(actor=ACTOR):
        rows = Order.objects.select_related("council__deployment").filter(is_sent=True, state__in=OPEN)
        waiting = list(rows.order_by("council__deployment_id", "placed_at"))
    return sum(
        _follow_unless_busy(deployment_id, orders)
        for deployment_id, orders in groupby(waiting, lambda one: one.council.deployment_id)
    )


def _follow_unless_busy(deployment_id: UUID, orders: Iterable[Order]) -> int:
    with claimed(deployment_id, "following") as is_ours:
        return _follow(orders) if is_ours else 0


def _follow(orders: Iterable[Order]) -> int:
    """The orders of one deployment, until it does not answer, or says what can't be kept."""
    heard = 0
    for order in orders:
        try:
            there = port_for(order.council.deployment).order(order.id)
            if there.council_id == order.council_id:
                heard += _keep(order, there)
        except PortError:
            break
        except Exception:  # whatever one deployment says, the next one's orders are followed all the same
            logger.exception("console_follow_failed")
            break
    return heard


def _keep(order: Order, there: OrderHere) -> bool:
    with shared(actor=ACTOR):
        now = Order.objects.select_for_update().filter(id=order.id, state__in=OPEN).first()
        if now is None:
            return False
        keep_heard(now, there)
        settle(now)
    return True
