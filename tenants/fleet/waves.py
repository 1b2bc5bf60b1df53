"""In which order a run goes through the councils, and when it stops. Pure rules, no database.

The canary wave comes first, then 1 % of the rest, then 10 %, then all others. In the canary wave any failure stops the
run once the wave is through. In a later wave one failure is a council's own trouble: the run stops when failures pass
one, or half a per cent of the wave, whichever is more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

CANARY: Final = 0
LABELS: Final = ("Canary councils", "One per cent of the others", "Ten per cent of the others", "All the rest")

TRAINING_CANARIES: Final = 3
"""Where nobody chose canaries, so many training councils go first: no more, or a demonstration were all canaries."""

SHARES: Final = (0.01, 0.10)
TOLERATED_SHARE: Final = 0.005


@dataclass(frozen=True, slots=True)
class Candidate:
    """A council that a run is about."""

    council_id: UUID
    schema_name: str
    is_canary: bool
    is_training: bool


def in_waves(candidates: Sequence[Candidate], *, cautious: bool = True) -> Iterator[tuple[int, Candidate]]:
    """Each candidate with its wave, in the order given. Without caution all of them are of the last wave."""
    if not cautious:
        yield from ((len(SHARES) + 1, candidate) for candidate in candidates)
        return
    first = _canaries(candidates)
    chosen = {candidate.council_id for candidate in first}
    rest = [candidate for candidate in candidates if candidate.council_id not in chosen]
    yield from ((CANARY, candidate) for candidate in first)
    taken = 0
    for wave, share in enumerate(SHARES, start=1):
        size = math.ceil(len(rest) * share)
        yield from ((wave, candidate) for candidate in rest[taken : taken + size])
        taken += size
    yield from ((len(SHARES) + 1, candidate) for candidate in rest[taken:])


def _canaries(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    chosen = [candidate for candidate in candidates if candidate.is_canary]
    training = [candidate for candidate in candidates if candidate.is_training][:TRAINING_CANARIES]
    return chosen or training or candidates[:1]


def tolerated(wave: int, size: int) -> int:
    """How many councils of a wave of `size` may fail before the run stops."""
    return 0 if wave == CANARY else max(1, math.floor(size * TOLERATED_SHARE))
