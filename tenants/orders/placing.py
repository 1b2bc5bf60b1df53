"""Taking an order: checked at once, kept in the same transaction, and never taken twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import IntegrityError, router, transaction
from django.utils import timezone

from tenants.context import on_commit
from tenants.models import CouncilOrder
from tenants.orders.errors import OrderRefused
from tenants.orders.payloads import require_possible, shaped
from tenants.orders.work import steps_of
from tenants.waking import wake_orders

OPEN = (CouncilOrder.State.WAITING, CouncilOrder.State.RUNNING)


def place(
    *, order_id: UUID, council_id: UUID, kind: str, payload: Mapping[str, Any], asked_by: str
) -> CouncilOrder:  # fmt: skip
    """Take an order, or find it again: the same id is the same order, asked as often as one likes. Inside `shared()`.

    Raises OrderRefused: at once for what can't be done here, for another order under way, and for an id that was given
    to something else.
    """
    whole = shaped(kind, payload)
    known = CouncilOrder.objects.filter(id=order_id).first()
    if known is None:
        require_possible(kind, whole, council_id=council_id)
        _require_idle(council_id)
        known = _taken(order_id, council_id, kind, whole, asked_by)
    if (known.council_id, known.kind, known.payload) != (council_id, kind, whole):
        raise OrderRefused("An order with this id was taken before, and asked for something else.")
    if known.state in OPEN:
        process = steps_of(kind, whole)[0].process
        on_commit(lambda: wake_orders(process))
    return known


def _require_idle(council_id: UUID) -> None:
    busy = CouncilOrder.objects.filter(council_id=council_id, state__in=OPEN).first()
    if busy is not None:
        raise OrderRefused(f"Another order for this council is under way: {busy.get_kind_display().lower()}.")


def _taken(order_id: UUID, council_id: UUID, kind: str, payload: dict[str, Any], asked_by: str) -> CouncilOrder:
    try:
        with transaction.atomic(using=router.db_for_write(CouncilOrder)):
            return CouncilOrder.objects.create(
                id=order_id, council_id=council_id, kind=kind, payload=payload, asked_by=asked_by[:120],
                asked_at=timezone.now(),
            )  # fmt: skip
    except IntegrityError:
        # Someone else's order came in between: the same one, or another for this council.
        known = CouncilOrder.objects.filter(id=order_id).first()
        if known is not None:
            return known
        raise OrderRefused("Another order for this council is under way.") from None
