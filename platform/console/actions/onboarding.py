"""Preparing a new council: answers saved task by task, a template copied in, and all of it thrown away again.

Every write begins by locking the onboarding's row, so that of two operators who answer the same task one is told.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from console.actions.deployments import words_for
from console.actions.waking import wake_errands
from console.answers import TASK_BY_SLUG, answers_from_template, version_of, with_answer
from console.choices import CouncilState, OrderState, Permission
from console.errors import ChangedMeanwhile, NotPossible, NotThere
from console.models import Council, Onboarding, Order
from console.policies import require
from console.ports import port_for
from console.ports.errors import BadReply, PortError
from console.queries.onboarding import own_ids
from console.queries.operators import OperatorRef
from console.template_content import ContentRefused, require_furnishing
from core import clock
from core.audit.actions import record
from tenants.context import SHARED_ALIAS, shared

logger = logging.getLogger(__name__)

COPY: Final = "copy"
"""Where the answers keep which council is to be copied, and what came of it."""

FINISHED_BADLY: Final = (OrderState.FAILED, OrderState.UNDONE)


@transaction.atomic(using=SHARED_ALIAS)
def start_onboarding(*, name: str, by: OperatorRef) -> UUID:
    """Begin the task list of a new council. Raises NotPermitted."""
    require(by, Permission.ONBOARD)
    now = clock.now()
    made = Onboarding.objects.create(name=name, started_by_id=by.id, started_at=now, updated_at=now)
    record("console.onboarding.started", by=by, subject=made)
    return made.id


@transaction.atomic(using=SHARED_ALIAS)
def save_answer(*, onboarding_id: UUID, task: str, value: Mapping[str, Any], version: int, by: OperatorRef) -> int:
    """Keep what was answered to one task; `version` is the one that the operator had before them. Returns the new one.

    Raises NotPermitted, NotThere, NotPossible where the council is being made or is there, and ChangedMeanwhile when
    somebody else answered this task after `version`. Answers to other tasks don't meet.
    """
    require(by, Permission.ONBOARD)
    found = locked(onboarding_id)
    if task not in TASK_BY_SLUG:
        raise NotThere(_("There is no such task."))
    require_open(found)
    if version_of(found.answers, task) > version:
        raise ChangedMeanwhile(_("Somebody else answered this task while you were typing."))
    found.version += 1
    found.answers = with_answer(found.answers, task, value, version=found.version, by=by.name)
    if task == "identity":
        found.name = str(value["name"])
    _save(found)
    record("console.onboarding.answered", by=by, subject=found, detail={"task": task})
    return found.version


@transaction.atomic(using=SHARED_ALIAS)
def discard_onboarding(*, onboarding_id: UUID, by: OperatorRef) -> None:
    """Throw the answers away. Raises NotPermitted, NotThere, NotPossible once the council is being made or is there."""
    require(by, Permission.ONBOARD)
    found = locked(onboarding_id)
    require_open(found)
    if found.council_id is not None:
        # What was begun for it was undone; its place in the list of councils goes with the answers.
        Council.objects.filter(id__in=own_ids(found)).update(state=CouncilState.DELETED, hosts=[])
    found.discarded_at = clock.now()
    _save(found)
    record("console.onboarding.discarded", by=by, subject=found)


@transaction.atomic(using=SHARED_ALIAS)
def ask_copy(*, onboarding_id: UUID, council_id: UUID, by: OperatorRef) -> None:
    """Have everything but people copied from a council, soon. Raises NotPermitted, NotThere, NotPossible."""
    require(by, Permission.ONBOARD)
    found = locked(onboarding_id)
    require_open(found)
    source = Council.objects.filter(id=council_id).exclude(state=CouncilState.DELETED).first()
    if source is None:
        raise NotThere(_("There is no such council."))
    found.version += 1
    found.answers = {
        **found.answers,
        COPY: {"council": str(source.id), "name": source.name, "state": "asked", "asked_by": str(by.id)},
    }
    _save(found)
    record("console.onboarding.copied", by=by, subject=found, detail={"from": str(source.id)})
    wake_errands()


def copy_templates() -> int:
    """Copy every template that somebody asked for; each is fetched outside of every transaction. Returns how many."""
    with shared(actor="job:console.errands"):
        waiting = list(Onboarding.objects.filter(Q(answers__copy__state="asked"), discarded_at=None))
        sources = Council.objects.select_related("deployment").in_bulk(
            [UUID(one.answers[COPY]["council"]) for one in waiting]
        )
    for one in waiting:
        source = sources[UUID(one.answers[COPY]["council"])]
        try:
            template, words = port_for(source.deployment).template(source.id), ""
            require_furnishing(template)
        except PortError as error:
            template, words = {}, words_for(error)
        except ContentRefused as refused:
            template, words = {}, str(refused)
        except Exception:  # a fault of ours with one council must not keep the others waiting
            logger.exception("console_copy_failed")
            template, words = {}, words_for(BadReply())
        try:
            _fill(one.id, source, template, words)
        except Exception:  # whatever one council says, the other copies are made all the same
            logger.exception("console_copy_failed")
            _fill(one.id, source, {}, words_for(BadReply()))
    return len(waiting)


def _fill(onboarding_id: UUID, source: Council, template: Mapping[str, Any], words: str) -> None:
    with shared(actor="job:console.errands"):
        _fill_locked(onboarding_id, source, template, words)


def _fill_locked(onboarding_id: UUID, source: Council, template: Mapping[str, Any], words: str) -> None:
    found = Onboarding.objects.select_for_update(of=("self",)).get(id=onboarding_id)
    asked = found.answers.get(COPY, {})
    if asked.get("council") != str(source.id) or asked.get("state") != "asked" or not is_open(found):
        return  # another council was asked for meanwhile, or the answers are closed
    found.version += 1
    if not words:
        for task, value in answers_from_template(template, source.pack_id).items():
            found.answers = with_answer(found.answers, task, value, version=found.version, by=asked["name"])
    found.answers = {**found.answers, COPY: {**asked, "state": "failed" if words else "done", "words": words}}
    _save(found)


def locked(onboarding_id: UUID) -> Onboarding:
    """The onboarding, held until this unit of work is over. Raises NotThere."""
    found = Onboarding.objects.select_for_update(of=("self",)).filter(id=onboarding_id, discarded_at=None).first()
    if found is None:
        raise NotThere(_("There is no such council being prepared."))
    return found


def require_open(found: Onboarding) -> None:
    """Raises NotPossible once the council is being made, or is there."""
    if not is_open(found):
        raise NotPossible(_("The council is being made already: its answers can't be changed any more."))


def is_open(found: Onboarding) -> bool:
    """Whether the answers may be changed: before the last click, and after what it began was undone."""
    if found.council_id is None:
        return True
    last = Order.objects.filter(council_id=found.council_id, kind="create").order_by("-placed_at").first()
    return last is not None and last.state in FINISHED_BADLY


def _save(found: Onboarding) -> None:
    found.updated_at = clock.now()
    found.save(update_fields=["name", "answers", "version", "updated_at", "discarded_at", "council"])
