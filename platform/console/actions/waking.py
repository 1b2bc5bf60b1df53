"""Has a worker look soon at what has to ask a deployment, which no request does by itself: it would wait within a
transaction. What is to be done is a row already."""

from __future__ import annotations

from typing import Final

from tenants.context import on_commit
from tenants.waking import wake_shared

ERRANDS: Final = "console.do_errands"


def wake_errands() -> None:
    """Once this unit of work is committed, have the console's errands done."""
    on_commit(lambda: wake_shared(ERRANDS))
