"""Asking a deployment for something: a row first, in the same unit of work as the deed, and then it is sent.

An order for this very installation is taken at once, in that unit of work, or refused with it. One for a deployment
elsewhere is sent by a task, and again until it has arrived: the row is what counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.db import IntegrityError, transaction

from console.choices import OrderState
from console.errors import NotPossible
from console.models import Council, Deployment, Order
from console.ports import port_for
from console.ports.base import OrderHere
from console.ports.errors import OrderRefused
from console.queries.operators import OperatorRef
from core import clock
from core.audit.actions import record
from tenants.context import SHARED_ALIAS, on_commit
from tenants.waking import wake_shared

SYNC: Final = "console.sync"
NOBODY: Final = "the console"
"""Who asks where no operator does: what a wait or a clock brings about."""

OPEN: Final = (OrderState.WAITING, OrderState.RUNNING)


def place_order(*, council: Council, kind: str, payload: Mapping[str, Any], by: OperatorRef | None) -> Order:
    """Ask the council's deployment for something. Inside `shared()`; may be called in a larger unit of work.

    Raises NotPossible while another order of this council is under way, and for what this installation refuses. What a
    deployment elsewhere refuses is the order's error.
    """
    try:
        with transaction.atomic(using=SHARED_ALIAS):
            order = Order.objects.create(
                council=council, kind=kind, payload=dict(payload), placed_by_id=by.id if by else None,
                placed_at=clock.now(),
            )  # fmt: skip
    except IntegrityError as busy:
        raise NotPossible("Something else is under way for this council. Wait until it is done.") from busy
    record("console.order.placed", by=by, subject=order, detail={"kind": kind, "council": str(council.id)})
    if council.deployment.port == Deployment.Port.LOCAL:
        try:
            keep_heard(order, send(order, council.deployment))
        except OrderRefused as refused:
            raise NotPossible(str(refused)) from refused
    else:
        on_commit(lambda: wake_shared(SYNC))
    return order


def send(order: Order, deployment: Deployment) -> OrderHere:
    """Hand the order over; the same id again is the same order there. Raises the ports' errors."""
    asked_by = order.placed_by.name if order.placed_by else NOBODY
    return port_for(deployment).place(
        order_id=order.id, council_id=order.council_id, kind=order.kind, payload=order.payload, asked_by=asked_by
    )


def keep_heard(order: Order, heard: OrderHere) -> None:
    """Keep how far the deployment said the order is. Inside `shared()`."""
    now = clock.now()
    order.is_sent = True
    order.state, order.error = heard.state, heard.error
    order.steps = [list(step) for step in heard.steps]
    order.result = dict(heard.result)
    order.heard_at = now
    if heard.state not in OPEN and order.finished_at is None:
        order.finished_at = now
    order.save(update_fields=["is_sent", "state", "error", "steps", "result", "heard_at", "finished_at"])


def keep_refused(order: Order, sentence: str) -> None:
    """Keep that the deployment would not take the order. Inside `shared()`."""
    order.is_sent, order.state, order.error = True, OrderState.FAILED, sentence[:300]
    order.heard_at = order.finished_at = clock.now()
    order.save(update_fields=["is_sent", "state", "error", "heard_at", "finished_at"])
