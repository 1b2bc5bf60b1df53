"""A council to ask something for, and a table of steps of the tests' own."""

from __future__ import annotations

from uuid import uuid4

import pytest


@pytest.fixture
def our_steps(settings):
    from tests.orders import steps

    steps.DONE.clear()
    settings.ORDER_STEPS = {**settings.ORDER_STEPS, **steps.TABLE}
    return steps.DONE


@pytest.fixture
def asked(amber):
    """Ask for something for amber, in a shared scope of its own; returns the order."""
    from tenants.context import shared
    from tenants.orders.placing import place

    def ask(kind, payload=None, *, order_id=None, council_id=None, asked_by="Otto Operator"):
        with shared():
            return place(
                order_id=order_id or uuid4(), council_id=council_id or amber.id, kind=kind, payload=payload or {},
                asked_by=asked_by,
            )  # fmt: skip

    return ask


@pytest.fixture
def now_is(amber):
    """The order as it stands."""
    from tenants.context import shared
    from tenants.models import CouncilOrder

    def look(order):
        with shared():
            return CouncilOrder.objects.get(id=order.id)

    return look
