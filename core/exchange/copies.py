"""The page of a council's exit copies: what was asked for, what is ready, and what this person may fetch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from core import clock
from core.accounts.models import User
from core.exchange.models import ExitCopy

SHOWN = 20


@dataclass(frozen=True, slots=True)
class CopyShown:
    """One copy. `asked_here` tells whether the council's own people asked, and not an operator."""

    id: UUID
    state: str
    label: str
    asked_at: datetime
    asked_here: bool
    asked_by_viewer: bool
    error: str
    sha256: str
    size: int
    rows: int
    expires_at: datetime | None

    @property
    def may_fetch(self) -> bool:
        """Whether this person gets a button: it is ready, and somebody else asked for it."""
        return self.state == ExitCopy.State.READY and not self.asked_by_viewer


@dataclass(frozen=True, slots=True)
class CopiesPage:
    """The newest copies, and whether one is being made now."""

    copies: tuple[CopyShown, ...]
    is_making: bool


def copies_for(user: User) -> CopiesPage:
    """Every copy that is told of still, newest first."""
    now = clock.now()
    rows = list(ExitCopy.objects.order_by("-asked_at")[:SHOWN])
    shown = tuple(_shown(row, user, is_over=row.expires_at is not None and row.expires_at <= now) for row in rows)
    return CopiesPage(shown, any(row.state == ExitCopy.State.WAITING for row in rows))


def _shown(row: ExitCopy, user: User, *, is_over: bool) -> CopyShown:
    state = ExitCopy.State.GONE if is_over else ExitCopy.State(row.state)
    return CopyShown(
        id=row.id, state=state.value, label=str(state.label), asked_at=row.asked_at,
        asked_here=row.asked_by_id is not None, asked_by_viewer=row.asked_by_id == user.id, error=row.error,
        sha256=row.sha256, size=row.size, rows=row.rows, expires_at=row.expires_at,
    )  # fmt: skip
