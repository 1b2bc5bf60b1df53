"""A council's life that one operator may change: hosts, the exit copy, being a template, and asking for an order again.

What takes two operators is in `suspension`, `deletion` and `support`. Each writes what should be, and places the order
by which the council's deployment makes it so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import transaction

from console.actions.hosts import hold_hosts
from console.actions.orders import place_order
from console.choices import CouncilState, OrderState, Permission
from console.errors import ChangedMeanwhile, NotPossible, NotThere
from console.models import Council, Order, SupportRequest
from console.policies import require
from console.queries.hosts import taken_hosts
from console.queries.operators import OperatorRef, operator_of
from core import clock
from core.audit.actions import record
from tenants.context import SHARED_ALIAS

THERE: Final = frozenset({CouncilState.TRAINING, CouncilState.LIVE, CouncilState.SUSPENDED, CouncilState.LEAVING})
"""The states of a council that its deployment has."""
AT_WORK: Final = frozenset({CouncilState.TRAINING, CouncilState.LIVE})

OPEN: Final = (OrderState.WAITING, OrderState.RUNNING)
ASKED_AGAIN: Final = frozenset({"rename", "suspend", "resume", "export", "support", "delete"})
"""Orders that may simply be placed again; a failed creation is undone. A deletion goes on where it stopped, with its
certificate, and the deployment looks at the wait for itself."""


@transaction.atomic(using=SHARED_ALIAS)
def rename_hosts(*, council_id: UUID, hosts: Sequence[str], before: Sequence[str], by: OperatorRef) -> Order:
    """Give a council other hosts, the main one first. `before` are those that the operator was shown.

    Raises NotPermitted, NotThere, NotPossible, ChangedMeanwhile.
    """
    require(by, Permission.CHANGE_COUNCILS)
    hold_hosts()
    council = locked_council(council_id)
    require_state(council, THERE)
    if list(before) != council.hosts:
        raise ChangedMeanwhile("Somebody changed these hosts since you opened the page. Look at them as they are now.")
    if list(hosts) == council.hosts:
        raise NotPossible("These are the hosts it has already.")
    taken = taken_hosts(besides=[council.id]) & set(hosts)
    if taken:
        raise NotPossible(f"Taken by another council: {', '.join(sorted(taken))}.")
    detail = {"before": council.hosts, "after": list(hosts)}
    council.hosts = list(hosts)
    council.save(update_fields=["hosts"])
    record("console.council.renamed", by=by, subject=council, detail=detail)
    return place_order(council=council, kind="rename", payload={"hosts": list(hosts)}, by=by)


@transaction.atomic(using=SHARED_ALIAS)
def order_exit_copy(*, council_id: UUID, by: OperatorRef) -> Order:
    """Have the council's deployment make its exit copy, which its own administrator fetches there.

    Raises NotPermitted, NotThere, NotPossible.
    """
    require(by, Permission.CHANGE_COUNCILS)
    council = locked_council(council_id)
    require_state(council, THERE)
    record("console.council.exit_copy_ordered", by=by, subject=council)
    return place_order(council=council, kind="export", payload={}, by=by)


@transaction.atomic(using=SHARED_ALIAS)
def mark_template(*, council_id: UUID, is_template: bool, by: OperatorRef) -> Council:
    """Offer a council as one that new councils may start from, or no longer. Raises NotPermitted, NotThere."""
    require(by, Permission.CHANGE_COUNCILS)
    council = locked_council(council_id)
    if council.is_template != is_template:
        council.is_template = is_template
        council.save(update_fields=["is_template"])
        slug = "console.council.template_marked" if is_template else "console.council.template_unmarked"
        record(slug, by=by, subject=council)
    return council


@transaction.atomic(using=SHARED_ALIAS)
def order_again(*, council_id: UUID, order_id: UUID, by: OperatorRef) -> Order:
    """Place once more what failed, as it was asked for. Raises NotPermitted, NotThere, NotPossible."""
    require(by, Permission.CHANGE_COUNCILS)
    council = locked_council(council_id)
    failed = Order.objects.filter(id=order_id, council=council).first()
    if failed is None:
        raise NotThere("There is no such order.")
    last = Order.objects.filter(council=council).order_by("-placed_at").first()
    if failed.state != OrderState.FAILED or failed.kind not in ASKED_AGAIN or last is None or last.id != failed.id:
        raise NotPossible("This can't be asked for again: something else has happened since.")
    require_nothing_open(council)
    if failed.kind == "support":
        _ask_again(failed)
    record("console.order.placed_again", by=by, subject=failed, detail={"council": str(council.id)})
    return place_order(council=council, kind=failed.kind, payload=failed.payload, by=by)


def _ask_again(failed: Order) -> None:
    """A request for support goes to the council again while who asked may still ask. Raises NotPossible."""
    request = (
        SupportRequest.objects.select_for_update(of=("self",))
        .select_related("operator")
        .get(id=failed.payload["request_id"], council_id=failed.council_id)
    )
    asker = operator_of(request.operator.user_id)
    if asker is None or not asker.may(Permission.ASK_SUPPORT):
        raise NotPossible("Who asked for this may no longer do so: another operator asks anew.")
    request.state, request.changed_at = SupportRequest.State.ASKED, clock.now()
    request.save(update_fields=["state", "changed_at"])


def locked_council(council_id: UUID) -> Council:
    """The council's row, held until this is decided. Raises NotThere."""
    found = Council.objects.select_for_update().filter(id=council_id).first()
    if found is None:
        raise NotThere("There is no such council.")
    return found


def require_state(council: Council, allowed: frozenset[CouncilState]) -> None:
    """Raises NotPossible for a council in another state, or for which something is under way."""
    if council.state not in allowed:
        raise NotPossible(f"This can't be done while the council is: {council.get_state_display().lower()}.")
    require_nothing_open(council)


def require_nothing_open(council: Council) -> None:
    """Raises NotPossible while an order for the council is under way."""
    if Order.objects.filter(council=council, state__in=OPEN).exists():
        raise NotPossible("Something else is under way for this council. Wait until it is done.")
