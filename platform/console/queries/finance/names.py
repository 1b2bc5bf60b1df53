"""Who did something, by name."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from console.queries.operators import operator_names

NameOf = Callable[[UUID | None], str]


def names_of_operators() -> NameOf:
    """What tells an operator's name by id: empty for nobody, and for who is no operator. One statement."""
    names = operator_names()
    return lambda who: names.get(who, "") if who else ""
