"""What follows from what a deployment said: a council that is there now, a deletion with its certificate, an answer.

Inside `shared()`, in the unit of work that keeps what was said. Doing it twice is doing it once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from console.choices import CouncilState, OrderState
from console.models import Certificate, Council, Offer, Order, SupportRequest
from core import clock
from core.audit.actions import record

_FAILED: Final = (OrderState.FAILED, OrderState.UNDONE)
_BECOMES: Final = {
    "create": (CouncilState.PREPARING, CouncilState.TRAINING),
    "go_live": (CouncilState.TRAINING, CouncilState.LIVE),
}
"""What a council is once an order of this kind is done, and what it was meant to be before."""


def settle(order: Order) -> None:
    """Draw the conclusions from an order that has ended; from one under way there are none."""
    if order.state == OrderState.DONE:
        _done(order)
    elif order.state in _FAILED:
        _failed(order)


def _done(order: Order) -> None:
    if order.kind in _BECOMES:
        before, after = _BECOMES[order.kind]
        Council.objects.filter(id=order.council_id, state=before).update(state=after)
    elif order.kind == "delete":
        _certify(order)
    elif order.kind == "offer":
        _offers(order).filter(state=Offer.State.SENDING).update(state=Offer.State.OFFERED, changed_at=clock.now())


def _failed(order: Order) -> None:
    if order.kind == "offer":
        _offers(order).filter(state=Offer.State.SENDING).update(state=Offer.State.FAILED, changed_at=clock.now())
    elif order.kind == "support":
        asked = SupportRequest.objects.filter(id=order.payload["request_id"], council_id=order.council_id)
        asked.filter(state=SupportRequest.State.ASKED).update(
            state=SupportRequest.State.REFUSED, changed_at=clock.now()
        )


def _certify(order: Order) -> None:
    """Keep the certificate for ever; the council is gone."""
    _kept, is_new = Certificate.objects.get_or_create(
        council_id=order.council_id,
        defaults={"id": order.payload["certificate_id"], "content": order.result, "made_at": clock.now()},
    )
    Council.objects.filter(id=order.council_id).update(state=CouncilState.DELETED, said={}, said_at=clock.now())
    if is_new:
        record("console.council.deleted", by=None, subject=Council(id=order.council_id))


def _offers(order: Order) -> Any:
    return Offer.objects.filter(release_id=order.payload["release"]["id"], council_id=order.council_id)


def keep_answers(council: Council, facts: Mapping[str, Any]) -> None:
    """Keep what the council answered to offers and to requests for support; what is no answer of ours is left out."""
    _keep_states(Offer, "release_id", council, facts.get("offers"))
    _keep_states(SupportRequest, "id", council, facts.get("support"))


def _keep_states(model: Any, key: str, council: Council, said: Any) -> None:
    if not isinstance(said, Mapping) or not said:
        return
    for row in model.objects.filter(council=council):
        state = said.get(str(getattr(row, key)))
        if state in model.State.values and state != row.state:
            row.state, row.changed_at = state, clock.now()
            row.save(update_fields=["state", "changed_at"])
