"""What a step of an order is given and may say: plain values. Steps are named in the setting ORDER_STEPS."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.conf import settings

from tenants.context import CouncilRef
from tenants.errors import NoCouncil
from tenants.queries import council_by_id

APP: Final = "app"
MIGRATOR: Final = "migrator"

UNDO: Final = "undo"
"""The slug of the step that takes away what a failed creation made."""


class StepRefused(Exception):
    """A fault that no repetition will mend: the order fails, and its sentence is shown to operators."""


class Step(NamedTuple):
    """One step of a kind of order: done by one kind of process, by the function at a dotted path.

    With `only_with`, it is a step of those orders alone whose payload holds something true there.
    """

    slug: str
    label: str
    process: str
    path: str
    only_with: str = ""


@dataclass(frozen=True, slots=True)
class OrderWork:
    """An order, as its steps see it. `result` is what the steps before have returned.

    A step may run twice and must then do the same. It opens its own `inside(council)` or `shared()`.
    """

    id: UUID
    council_id: UUID
    kind: str
    payload: Mapping[str, Any]
    result: Mapping[str, Any]
    asked_by: str
    lease: str = field(default="", compare=False)
    """What tells this worker's hold on the order from any other's."""
    tell: Callable[[int, int, str], None] | None = field(default=None, compare=False)

    def council(self) -> CouncilRef:
        """The council, as the registry has it now. Raises NoCouncil where it is not, or no longer, here."""
        found = council_by_id(self.council_id)
        if found is None:
            raise NoCouncil("The council of this order is not in this deployment.")
        return found

    def report(self, done: int, of: int, words: str) -> None:
        """Say how far the step has come. Costs next to nothing and may be called anywhere, also inside a scope."""
        if self.tell is not None:
            self.tell(done, of, words)


def steps_of(kind: str, payload: Mapping[str, Any]) -> tuple[Step, ...]:
    """The steps of an order, in their order."""
    steps = (Step(*row) for row in settings.ORDER_STEPS.get(kind, ()))
    return tuple(step for step in steps if not step.only_with or payload.get(step.only_with))
