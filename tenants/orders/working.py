"""Doing orders: the next step is claimed, done and written down, by whichever worker of the right kind comes first.

A worker that is killed leaves a lease that runs out; the next one goes on with the same step, which may have been done
or half done. A creation that fails is undone, and asked to be undone until it is.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from tenants.context import shared
from tenants.errors import NotTheMigrator
from tenants.files import FilesAway
from tenants.models import CouncilOrder
from tenants.orders.holding import LEASE, Holding
from tenants.orders.placing import OPEN
from tenants.orders.work import APP, MIGRATOR, UNDO, OrderWork, Step, StepRefused, steps_of
from tenants.process import is_migrator
from tenants.waking import wake_orders

logger = logging.getLogger(__name__)

MOST_ATTEMPTS: Final = 3
PAUSES: Final = (timedelta(seconds=5), timedelta(seconds=30))
"""How long a step rests after its first and second failure."""
PAUSE_OF_UNDOING: Final = timedelta(minutes=5)

_UNDO: Final = Step(UNDO, "Take away what was made", MIGRATOR, "tenants.orders.creating.undo")
_NO_MORE: Final = Step("", "", "", "")
_STEP_GONE: Final = "This release has no step with which this order could go on. Ask for it again."
_GAVE_UP: Final = "Something went wrong at the step “{}”, {} times. The deployment's log says what."


@dataclass(frozen=True, slots=True)
class Claim:
    """A step that this worker holds until its lease runs out. `token` tells its lease from any other."""

    order: OrderWork
    step: Step
    attempt: int
    token: str


def work(process: str, *, most: int | None = None) -> int:
    """Do the steps that this kind of process may do, until none is left now (or `most` are done). Returns how many.

    Called outside of every scope. Raises NotTheMigrator where the process is of the other kind.
    """
    if (process == MIGRATOR) != is_migrator():
        raise NotTheMigrator(f"The steps of the kind “{process}” are not for this process.")
    done = 0
    while most is None or done < most:
        claim = claim_next(process)
        if claim is None:
            break
        _do(claim)
        done += 1
    return done


def waits_for(process: str) -> bool:
    """Whether some order's next step is for this kind of process. Inside `shared()`."""
    return any(next_step(order).process == process for order in _claimable())


def next_step(order: CouncilOrder) -> Step:
    """The step that an open order is at. A creation with an error is at being undone.

    An order of an earlier release may be at a step that is no more: it is given up by whichever process looks.
    """
    if order.error and order.kind == CouncilOrder.Kind.CREATE:
        return _UNDO
    steps = steps_of(order.kind, order.payload)
    return next((step for step in steps if step.slug not in order.steps_done), _NO_MORE)


def claim_next(process: str) -> Claim | None:
    """Take the next step for this kind of process, or None. Two workers never take the same one."""
    with shared(actor="orders"):
        for waiting in _claimable():
            if next_step(waiting).process not in {process, _NO_MORE.process}:
                continue
            order = _claimable().select_for_update(skip_locked=True).filter(id=waiting.id).first()
            step = next_step(order) if order is not None else None
            if order is None or step is None:
                continue
            if step is _NO_MORE:
                _give_up(order, _STEP_GONE)
                continue
            if step.process != process:
                continue
            if step is not _UNDO and order.attempts >= MOST_ATTEMPTS:
                # Each time its worker was gone before it could say why.
                _give_up(order, _GAVE_UP.format(step.label, MOST_ATTEMPTS))
                continue
            return _claimed(order, step)
    return None


def _claimable() -> QuerySet[CouncilOrder]:
    free = Q(leased_until=None) | Q(leased_until__lt=timezone.now())
    return CouncilOrder.objects.filter(free, state__in=OPEN).order_by("asked_at")


def _claimed(order: CouncilOrder, step: Step) -> Claim:
    order.state = CouncilOrder.State.RUNNING
    order.attempts += 1
    order.leased_by = secrets.token_hex(16)
    order.leased_until = timezone.now() + LEASE
    order.save(update_fields=["state", "attempts", "leased_by", "leased_until"])
    given = OrderWork(
        order.id, order.council_id, order.kind, order.payload, order.result, order.asked_by,
        order.leased_by,
    )  # fmt: skip
    return Claim(given, step, order.attempts, order.leased_by)


def _do(claim: Claim) -> None:
    """Run the step outside of every scope, and write down what came of it."""
    try:
        returned = _run(claim)
    except StepRefused as refused:
        _fail(claim, str(refused)[:300])
    except FilesAway as away:
        logger.warning("files_away", extra={"kind": claim.order.kind, "task": claim.step.slug})
        _rest_or_fail(claim, str(away))
    except Exception:  # whatever a step raises, its order has to end or be tried again
        logger.exception("order_step_failed", extra={"kind": claim.order.kind, "task": claim.step.slug})
        _rest_or_fail(claim)
    else:
        _finish(claim, returned)


def _run(claim: Claim) -> dict[str, Any]:
    try:
        function = import_string(claim.step.path)
    except ImportError as missing:
        logger.exception("order_step_missing", extra={"kind": claim.order.kind, "task": claim.step.slug})
        raise StepRefused(f"This deployment's release can't do the step “{claim.step.label}”.") from missing
    with Holding(claim.order, claim.token) as holding:
        returned: Mapping[str, Any] = function(holding.order) or {}
    kept: dict[str, Any] = json.loads(json.dumps(dict(returned)))
    return kept


def _held(claim: Claim) -> CouncilOrder | None:
    """The order, locked, if the lease is still this worker's: else someone else does the step again, and says so."""
    return CouncilOrder.objects.select_for_update().filter(id=claim.order.id, leased_by=claim.token).first()


def _finish(claim: Claim, returned: Mapping[str, Any]) -> None:
    with shared(actor="orders"):
        order = _held(claim)
        if order is None:
            return
        order.result = {**order.result, **returned}
        order.result.pop("progress", None)
        order.attempts, order.leased_by, order.leased_until = 0, "", None
        if claim.step.slug == UNDO:
            order.state = CouncilOrder.State.UNDONE
        else:
            order.steps_done = [*order.steps_done, claim.step.slug]
            if all(step.slug in order.steps_done for step in steps_of(order.kind, order.payload)):
                order.state = CouncilOrder.State.DONE
        if order.state not in OPEN:
            order.finished_at = timezone.now()
        order.save()
        following = next_step(order).process if order.state in OPEN else None
    if following is not None and following != claim.step.process:
        wake_orders(following)


def _fail(claim: Claim, sentence: str) -> None:
    if claim.step.slug == UNDO:
        _rest_or_fail(claim)
        return
    with shared(actor="orders"):
        order = _held(claim)
        if order is not None:
            _give_up(order, sentence)
    wake_orders(MIGRATOR if claim.order.kind == CouncilOrder.Kind.CREATE else APP)


def _give_up(order: CouncilOrder, sentence: str) -> None:
    """End a failed order; a creation ends once it is undone."""
    order.error = sentence
    order.attempts, order.leased_by, order.leased_until = 0, "", None
    if order.kind != CouncilOrder.Kind.CREATE:
        order.state = CouncilOrder.State.FAILED
        order.finished_at = timezone.now()
    order.save()


def _rest_or_fail(claim: Claim, sentence: str = "") -> None:
    if claim.step.slug != UNDO and claim.attempt >= MOST_ATTEMPTS:
        _fail(claim, sentence or _GAVE_UP.format(claim.step.label, MOST_ATTEMPTS))
        return
    pause = PAUSE_OF_UNDOING if claim.attempt > len(PAUSES) else PAUSES[claim.attempt - 1]
    with shared(actor="orders"):
        order = _held(claim)
        if order is not None:
            order.leased_by, order.leased_until = "", timezone.now() + pause
            order.save(update_fields=["leased_by", "leased_until"])
