"""Hearing from deployments: how each is, what it has, how far its orders are, and its councils' numbers.

Nothing is asked inside a transaction, for a deployment may take its time. What one said last stays when it is silent,
with the time it was heard, and one that is silent keeps no other waiting for long.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import DataError, IntegrityError
from django.db.models import Max, QuerySet

from console.actions.claiming import claimed
from console.actions.orders import OPEN, keep_heard, keep_refused, send
from console.actions.settling import keep_answers, settle
from console.choices import CouncilState
from console.models import Council, Deployment, Order, Reading
from console.ports import port_for
from console.ports.base import CouncilHere, DeploymentPort, Health, OrderHere, ReadingHere
from console.ports.errors import BadReply, NotHere, OrderRefused, PortError
from core import clock
from tenants.context import shared

logger = logging.getLogger(__name__)

ACTOR: Final = "job:console.sync"
FIRST_READINGS: Final = timedelta(days=400)
READ_AGAIN: Final = timedelta(days=2)
"""Numbers of the last days may have been counted anew since they were heard."""


UNKEEPABLE: Final = (DataError, IntegrityError, ValueError, TypeError, LookupError, ArithmeticError)
"""What keeping a reply raises that is not of the shape it should have; a database that is away is no such fault."""


@dataclass(frozen=True, slots=True)
class Heard:
    """Everything that one deployment said in one go. An order that it does not have is None."""

    health: Health
    councils: tuple[CouncilHere, ...]
    orders: tuple[tuple[Order, OrderHere | None], ...]
    readings: tuple[ReadingHere, ...]


def sync_all() -> int:
    """Hear from every deployment, whatever becomes of one. Returns how many answered. Outside of every scope."""
    ensure_local_deployment()
    with shared(actor=ACTOR):
        known = list(Deployment.objects.order_by("name"))
    return sum(sync(deployment) for deployment in known)


def ensure_local_deployment() -> None:
    """Make this very installation known as a deployment, unless it is a console alone, without a name of its own."""
    if not settings.DEPLOYMENT_NAME:
        return
    with shared(actor=ACTOR):
        Deployment.objects.get_or_create(
            port=Deployment.Port.LOCAL,
            defaults={
                "name": settings.DEPLOYMENT_NAME, "region": settings.DEPLOYMENT_REGION,
                "kind": settings.DEPLOYMENT_KIND,
            },
        )  # fmt: skip


def sync(deployment: Deployment) -> bool:
    """Send what was not sent, ask, and keep what was said. Returns whether the deployment answered as it should.

    Where another worker hears from it just now, nothing is asked. Outside of every scope.
    """
    with claimed(deployment.id, "syncing") as is_ours:
        return is_ours and _sync(deployment)


def _sync(deployment: Deployment) -> bool:
    try:
        port = port_for(deployment)
        _send_unsent(deployment)
        _keep(deployment, _ask(port, deployment))
    except PortError as error:
        logger.warning("deployment_failing", extra={"kind": error.slug})
        _keep_failure(deployment, error.slug)
        return False
    except Exception:  # a fault of ours with one deployment must not silence the others
        logger.exception("console_sync_failed")
        _keep_failure(deployment, PortError.slug)
        return False
    return True


def adopt(deployment: Deployment) -> int:
    """Make known to the console what a deployment has and it does not: councils made without it. Returns how many."""
    heard = port_for(deployment).councils()
    with shared(actor=ACTOR):
        return _adopt(deployment, heard)


def _send_unsent(deployment: Deployment) -> None:
    """Send what is still here. What is refused has failed; a deployment that is away gets it the next time."""
    with shared(actor=ACTOR):
        unsent = Order.objects.select_related("council", "placed_by").filter(council__deployment=deployment)
        waiting = list(unsent.filter(is_sent=False, state__in=OPEN).order_by("placed_at"))
    for order in waiting:
        try:
            taken = send(order, deployment)
        except OrderRefused as refused:
            with shared(actor=ACTOR):
                for now in _still_open(order):
                    keep_refused(now, str(refused))
                    settle(now)
        else:
            with shared(actor=ACTOR):
                _keep_order(order, taken)


def _still_open(order: Order) -> QuerySet[Order]:
    """The order as it is now, held, unless somebody heard meanwhile that it has ended."""
    return Order.objects.select_for_update().filter(id=order.id, state__in=OPEN)


def _keep_order(order: Order, heard: OrderHere) -> None:
    for now in _still_open(order):
        keep_heard(now, heard)
        settle(now)


def _ask(port: DeploymentPort, deployment: Deployment) -> Heard:
    with shared(actor=ACTOR):
        there = Order.objects.select_related("council").filter(council__deployment=deployment)
        waiting = list(there.filter(is_sent=True, state__in=OPEN))
        since = _since(deployment)
    health = port.health()
    orders = tuple((order, _ask_order(port, order)) for order in waiting)
    return Heard(health, port.councils(), orders, port.readings(since))


def _ask_order(port: DeploymentPort, order: Order) -> OrderHere | None:
    try:
        heard = port.order(order.id)
    except NotHere:
        return None
    return heard if heard.council_id == order.council_id else None


def _since(deployment: Deployment) -> date:
    last = Reading.objects.filter(council__deployment=deployment).aggregate(last=Max("on"))["last"]
    return last - READ_AGAIN if last else clock.now().date() - FIRST_READINGS


def _keep_failure(deployment: Deployment, slug: str) -> None:
    """Note that it is silent, and since when; what it said before stays as it is."""
    with shared(actor=ACTOR):
        Deployment.objects.filter(id=deployment.id).update(failure=slug)
        Deployment.objects.filter(id=deployment.id, failing_since=None).update(failing_since=clock.now())


def _keep(deployment: Deployment, heard: Heard) -> None:
    """Keep all of it or nothing. Raises BadReply for what passed for a reply and can't be kept."""
    try:
        with shared(actor=ACTOR):
            _keep_all(deployment, heard)
    except UNKEEPABLE as broken:
        logger.exception("console_keep_failed")
        raise BadReply("What the deployment says can't be kept.") from broken


def _keep_all(deployment: Deployment, heard: Heard) -> None:
    for order, state in heard.orders:
        if state is None:
            # It was restored from a backup that is older than the order: it is asked again.
            Order.objects.filter(id=order.id, state__in=OPEN).update(is_sent=False)
        else:
            _keep_order(order, state)
    if deployment.port == Deployment.Port.LOCAL:
        _adopt(deployment, heard.councils)
    unknown = _keep_councils(deployment, heard.councils)
    _keep_readings(deployment, heard.readings)
    Deployment.objects.filter(id=deployment.id).update(
        said={**_said(heard.health), "unknown": unknown}, seen_at=clock.now(), failing_since=None, failure=""
    )


def _said(health: Health) -> dict[str, Any]:
    packs = [{**asdict(pack), "regions": list(pack.regions)} for pack in health.packs]
    return {
        "name": health.name, "region": health.region, "kind": health.kind, "version": health.version,
        "is_ready": health.is_ready, "packs": packs,
        "service_types": [dict(one) for one in health.service_types], "fleet": dict(health.fleet),
    }  # fmt: skip


def _adopt(deployment: Deployment, councils: tuple[CouncilHere, ...]) -> int:
    known = set(Council.objects.values_list("id", flat=True))
    made = Council.objects.bulk_create(
        Council(
            id=one.id, name=one.name, deployment=deployment, hosts=list(one.hosts), pack_id=one.pack_id,
            state=one.state, said=_council_said(one), said_at=clock.now(), created_at=clock.now(),
        )
        for one in councils
        if one.id not in known
    )  # fmt: skip
    return len(made)


def _keep_councils(deployment: Deployment, councils: tuple[CouncilHere, ...]) -> list[dict[str, str]]:
    """Keep what is said of this deployment's own councils. Returns those that the console does not know as its."""
    there = {one.id: one for one in councils}
    ours = list(Council.objects.select_for_update().filter(deployment=deployment))
    now = clock.now()
    for council in ours:
        said = there.pop(council.id, None)
        if said is not None:
            keep_answers(council, said.facts)
        elif council.state in {CouncilState.PREPARING, CouncilState.DELETED}:
            continue
        council.said, council.said_at = (_council_said(said) if said else {}), now
    Council.objects.bulk_update(ours, ["said", "said_at"])
    return [{"id": str(one.id), "name": one.name} for one in there.values()]


def _council_said(one: CouncilHere) -> dict[str, Any]:
    return {
        "name": one.name, "hosts": list(one.hosts), "state": one.state, "pack_id": one.pack_id,
        "is_current": one.is_current, "facts": dict(one.facts),
    }  # fmt: skip


def _keep_readings(deployment: Deployment, readings: tuple[ReadingHere, ...]) -> None:
    """Keep the numbers of this deployment's own councils; of another's it has nothing to say."""
    ours: set[UUID] = set(Council.objects.filter(deployment=deployment).values_list("id", flat=True))
    days: Mapping[tuple[UUID, date], ReadingHere] = {(one.council_id, one.on): one for one in readings}
    Reading.objects.bulk_create(
        [
            Reading(
                council_id=one.council_id, on=one.on, numbers=dict(one.numbers), counted_at=one.counted_at,
                received_at=clock.now(),
            )
            for one in days.values()
            if one.council_id in ours
        ],
        update_conflicts=True, unique_fields=["council", "on"],
        update_fields=["numbers", "counted_at", "received_at"], batch_size=500,
    )  # fmt: skip
