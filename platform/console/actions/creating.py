"""The last click: from answers without a problem to a council that its deployment is asked to make.

Whoever claims hosts or a dedicated deployment does so alone, so that two clicks can't claim the same.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from console.actions.hosts import hold_hosts
from console.actions.onboarding import FINISHED_BADLY, locked, require_open
from console.actions.orders import place_order
from console.answers import Place, Problem, order_payload, problems_of, training_payload
from console.choices import CouncilState, OrderState, Permission
from console.errors import ChangedMeanwhile, NotPossible
from console.models import Council, Onboarding, Order
from console.policies import require
from console.queries.hosts import taken_hosts
from console.queries.onboarding import own_ids, place_of
from console.queries.operators import OperatorRef
from core import clock
from core.audit.actions import record
from tenants.context import SHARED_ALIAS


class NotReady(NotPossible):
    """Something is missing, or does not fit any more. `problems` says what, and in which task."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(_("Some answers are missing or do not fit any more."))
        self.problems = problems


@transaction.atomic(using=SHARED_ALIAS)
def create_council(*, onboarding_id: UUID, version: int, by: OperatorRef) -> UUID:
    """Claim the hosts and ask the deployment to make the council, and its training council where one is wanted.

    After a creation that failed and was undone, the same council is asked for again, as it is answered now. Raises
    NotPermitted, NotThere, NotPossible (it is being made already), ChangedMeanwhile, NotReady.
    """
    require(by, Permission.ONBOARD)
    hold_hosts()
    found = locked(onboarding_id)
    require_open(found)
    if found.version != version:
        raise ChangedMeanwhile(_("Somebody else changed an answer since this page was shown: read it again."))
    place = place_of(found)
    problems = problems_of(found.answers, place, taken_hosts(besides=own_ids(found)))
    if problems or place is None:
        raise NotReady(problems)
    council = _council(found.council_id, order_payload(found.answers, place.region), place)
    training = _training(found, place)
    found.council = council
    found.answers = {**found.answers, "made": {"training": str(training.id) if training else ""}}
    found.version += 1
    found.updated_at = clock.now()
    found.save(update_fields=["council", "answers", "version", "updated_at"])
    record("console.council.created", by=by, subject=council, detail={"onboarding": str(found.id)})
    _place(council, order_payload(found.answers, place.region), by)
    whole = training_payload(found.answers, place.region)
    if training is not None and whole is not None:
        _place(training, whole, by)
    return council.id


@transaction.atomic(using=SHARED_ALIAS)
def try_again(*, onboarding_id: UUID, by: OperatorRef) -> None:
    """Ask again for what failed and was undone, as it was asked. Raises NotPermitted, NotThere, NotPossible."""
    require(by, Permission.ONBOARD)
    found = locked(onboarding_id)
    failed = [order for order in last_creations(found) if order.state in FINISHED_BADLY]
    if not failed:
        raise NotPossible(_("Nothing failed: there is nothing to try again."))
    for order in failed:
        record("console.council.tried_again", by=by, subject=order.council)
        _place(order.council, order.payload, by)


def last_creations(found: Onboarding) -> list[Order]:
    """The last order to make the council, and the one for its training council."""
    orders = Order.objects.select_related("council").filter(council_id__in=own_ids(found), kind="create")
    newest: dict[UUID, Order] = {order.council_id: order for order in orders.order_by("placed_at")}
    return [newest[one] for one in own_ids(found) if one in newest]


def _council(council_id: UUID | None, payload: dict[str, Any], place: Place) -> Council:
    """The row of the council: a new one, or the one whose making was undone."""
    wanted = {
        "name": payload["name"], "hosts": payload["hosts"], "pack_id": payload["pack_id"], "deployment_id": place.id,
        "state": CouncilState.PREPARING,
    }  # fmt: skip
    if council_id is None:
        return Council.objects.create(**wanted, created_at=clock.now())
    Council.objects.filter(id=council_id).update(**wanted, said={}, said_at=None)
    return Council.objects.get(id=council_id)


def _training(found: Onboarding, place: Place) -> Council | None:
    before = found.answers.get("made", {}).get("training")
    payload = training_payload(found.answers, place.region)
    last = Order.objects.filter(council_id=before, kind="create").order_by("-placed_at").first() if before else None
    if last is not None and last.state not in FINISHED_BADLY:
        return None if payload is None else Council.objects.get(id=before)
    if payload is None:
        if before:
            Council.objects.filter(id=before).update(state=CouncilState.DELETED, hosts=[])
        return None
    return _council(UUID(before) if before else None, payload, place)


def _place(council: Council, payload: dict[str, Any], by: OperatorRef) -> None:
    """Ask for it, unless it is there or under way."""
    open_or_done = (OrderState.WAITING, OrderState.RUNNING, OrderState.DONE)
    last = Order.objects.filter(council=council, kind="create").order_by("-placed_at").first()
    if last is None or last.state not in open_or_done:
        place_order(council=council, kind="create", payload=payload, by=by)
