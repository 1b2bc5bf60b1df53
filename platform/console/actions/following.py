"""Hearing of orders that are under way every few seconds, so that their pages show how far they are.

What else deployments say is heard once a minute, in `syncing`; a deployment that is away is noted there.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Final

from console.actions.orders import OPEN, keep_heard
from console.actions.settling import settle
from console.models import Order
from console.ports import port_for
from console.ports.errors import PortError
from tenants.context import shared

ACTOR: Final = "job:console.follow_orders"


def follow_orders() -> int:
    """Ask for each order that is under way how far it is. Returns how many were heard of. Outside of every scope."""
    with shared(actor=ACTOR):
        rows = Order.objects.select_related("council__deployment").filter(is_sent=True, state__in=OPEN)
        waiting = list(rows.order_by("council__deployment_id", "placed_at"))
    return sum(_follow(orders) for _deployment, orders in groupby(waiting, lambda one: one.council.deployment_id))


def _follow(orders: Iterable[Order]) -> int:
    """The orders of one deployment, until it does not answer."""
    heard = 0
    for order in orders:
        try:
            there = port_for(order.council.deployment).order(order.id)
        except PortError:
            break
        if there.council_id != order.council_id:
            continue
        with shared(actor=ACTOR):
            now = Order.objects.select_for_update().filter(id=order.id, state__in=OPEN).first()
            if now is not None:
                keep_heard(now, there)
                settle(now)
                heard += 1
    return heard
