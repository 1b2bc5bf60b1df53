"""Reads of councils being prepared: the list, one task list, and how far the making has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from console.answers import TASKS, Place, Problem, Task, problems_of, value_of
from console.choices import CouncilState, OrderState
from console.errors import NotThere
from console.models import Council, Onboarding, Order
from console.queries.deployments import places
from console.queries.hosts import taken_hosts

UNDER_WAY = (OrderState.WAITING, OrderState.RUNNING)
FAILED = (OrderState.FAILED, OrderState.UNDONE)


@dataclass(frozen=True, slots=True)
class OnboardingLine:
    """One council being prepared, in the list."""

    id: UUID
    name: str
    started_by: str
    updated_at: datetime
    answered: int
    state: str
    council_id: UUID | None
    has_failed: bool


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task in the list: whether it is answered, and what does not fit."""

    task: Task
    is_answered: bool
    answered_by: str
    problems: tuple[str, ...]

    @property
    def is_done(self) -> bool:
        """Answered, and all of it fits."""
        return self.is_answered and not self.problems


@dataclass(frozen=True, slots=True)
class CreationStep:
    """A step of making a council, as its deployment has it."""

    label: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Creation:
    """How far the making of one council has come."""

    council_id: UUID
    name: str
    host: str
    state: str
    steps: tuple[CreationStep, ...]
    note: str
    error: str
    placed_at: datetime
    heard_at: datetime | None

    @property
    def is_under_way(self) -> bool:
        """Whether there is something to wait for."""
        return self.state in UNDER_WAY

    @property
    def has_failed(self) -> bool:
        """Whether it has to be tried again, or answered otherwise."""
        return self.state in FAILED


@dataclass(frozen=True, slots=True)
class Source:
    """A council that everything but people may be copied from."""

    id: UUID
    name: str
    deployment: str
    is_template: bool


@dataclass(frozen=True, slots=True)
class OnboardingPage:
    """The task list of one council, and what its last click has come to."""

    id: UUID
    name: str
    version: int
    answers: Mapping[str, Any]
    place: Place | None
    lines: tuple[TaskLine, ...]
    problems: tuple[Problem, ...]
    creations: tuple[Creation, ...]
    council_id: UUID | None
    council_state: str

    @property
    def is_open(self) -> bool:
        """Whether the answers may be changed."""
        return self.council_id is None or any(one.has_failed for one in self.creations[:1])

    @property
    def is_complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.problems

    @property
    def copy(self) -> Mapping[str, Any]:
        """Which council was to be copied, and what came of it; empty where none was."""
        return dict(self.answers.get("copy") or {})

    def value(self, slug: str) -> Mapping[str, Any]:
        """What was answered to a task."""
        return value_of(self.answers, slug)

    def line(self, slug: str) -> TaskLine:
        """One task's line. Raises NotThere."""
        found = next((line for line in self.lines if line.task.slug == slug), None)
        if found is None:
            raise NotThere(_("There is no such task."))
        return found


def onboardings() -> tuple[OnboardingLine, ...]:
    """Every council being prepared, or made and not live yet, the last changed first. Two statements."""
    rows = Onboarding.objects.select_related("started_by", "council").filter(discarded_at=None)
    shown = rows.exclude(
        Q(council__isnull=False) & ~Q(council__state__in=(CouncilState.PREPARING, CouncilState.TRAINING))
    )
    found = list(shown.order_by("-updated_at")[:200])
    orders = Order.objects.filter(council_id__in=[one.council_id for one in found if one.council_id], kind="create")
    last: dict[UUID | None, str] = dict(orders.order_by("placed_at").values_list("council_id", "state"))
    return tuple(
        OnboardingLine(
            id=one.id,
            name=one.name,
            started_by=one.started_by.name,
            updated_at=one.updated_at,
            answered=sum(bool(value_of(one.answers, task.slug)) for task in TASKS),
            state=one.council.state if one.council else "",
            council_id=one.council_id,
            has_failed=last.get(one.council_id, "") in FAILED,
        )
        for one in found
    )


def onboarding_page(onboarding_id: UUID) -> OnboardingPage:
    """One council being prepared. Five statements at most. Raises NotThere."""
    found = onboarding_of(onboarding_id)
    own = own_ids(found)
    place = place_of(found, besides=own)
    problems = problems_of(found.answers, place, taken_hosts(besides=own))
    return OnboardingPage(
        id=found.id,
        name=found.name,
        version=found.version,
        answers=found.answers,
        place=place,
        lines=tuple(_line(task, found.answers, problems) for task in TASKS),
        problems=problems,
        creations=_creations(own) if own else (),
        council_id=found.council_id,
        council_state=found.council.state if found.council else "",
    )


def onboarding_of(onboarding_id: UUID) -> Onboarding:
    """The row, with its council. Raises NotThere."""
    rows = Onboarding.objects.select_related("council")
    found = rows.filter(id=onboarding_id, discarded_at=None).first()
    if found is None:
        raise NotThere(_("There is no such council being prepared."))
    return found


def place_of(found: Onboarding, *, besides: list[UUID] | None = None) -> Place | None:
    """The deployment that was chosen, or None where none was, or it is gone."""
    chosen = value_of(found.answers, "place").get("deployment", "")
    own = own_ids(found) if besides is None else besides
    return next((place for place in places(besides=own) if str(place.id) == chosen), None) if chosen else None


def own_ids(found: Onboarding) -> list[UUID]:
    """The council of these answers and the training council beside it, where they were begun."""
    training = (found.answers.get("made") or {}).get("training")
    return [one for one in (found.council_id, UUID(training) if training else None) if one is not None]


def sources() -> tuple[Source, ...]:
    """The councils that can be copied: those marked as templates first."""
    rows = Council.objects.select_related("deployment").filter(
        state__in=(CouncilState.TRAINING, CouncilState.LIVE, CouncilState.SUSPENDED)
    )
    return tuple(
        Source(one.id, one.name, one.deployment.name, one.is_template) for one in rows.order_by("-is_template", "name")
    )


def _line(task: Task, answers: Mapping[str, Any], problems: tuple[Problem, ...]) -> TaskLine:
    is_answered = bool(value_of(answers, task.slug))
    return TaskLine(
        task=task,
        is_answered=is_answered,
        answered_by=str((answers.get(task.slug) or {}).get("by", "")),
        problems=tuple(one.sentence for one in problems if one.task == task.slug) if is_answered else (),
    )


def _creations(own: list[UUID]) -> tuple[Creation, ...]:
    orders = Order.objects.select_related("council").filter(council_id__in=own, kind="create").order_by("placed_at")
    newest: dict[UUID, Order] = {order.council_id: order for order in orders}
    return tuple(_creation(newest[one]) for one in own if one in newest)


def _creation(order: Order) -> Creation:
    council = order.council
    return Creation(
        council_id=council.id,
        name=council.name,
        host=council.hosts[0] if council.hosts else "",
        state=order.state,
        steps=tuple(CreationStep(str(label), bool(is_done)) for _slug, label, is_done in order.steps),
        note=_note(order.result.get("progress")),
        error=order.error,
        placed_at=order.placed_at,
        heard_at=order.heard_at,
    )


def _note(progress: Any) -> str:
    """How far the present step has come, in the deployment's words."""
    if not isinstance(progress, Mapping) or not progress.get("of"):
        return ""
    return _("%(words)s: %(done)s of %(of)s") % {name: progress.get(name, "") for name in ("words", "done", "of")}
