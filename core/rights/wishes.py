"""What can be asked for under a pack's rights, and the clock of each: read from the rights' own codes.

A code says what it is for: `access_foi`, `rectification_erasure_restriction_objection`, `complaint_acknowledge`. What a
pack has no right for can be asked all the same, and is answered without a clock of the law.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from core.consent.pack import Pack, Right
from core.rights.choices import Answer, Wish

_SAID: Final = MappingProxyType(
    {
        "access": Wish.ACCESS,
        "information": Wish.ACCESS,
        "rectification": Wish.CORRECT,
        "correction": Wish.CORRECT,
        "amendment": Wish.CORRECT,
        "erasure": Wish.ERASE,
        "deletion": Wish.ERASE,
        "restriction": Wish.RESTRICT,
        "objection": Wish.OBJECT,
        "complaint": Wish.COMPLAINT,
    }
)

_GIVING: Final = (Answer.GIVEN, Answer.GIVEN_IN_PART, Answer.REFUSED)
_DOING: Final = (Answer.DONE, Answer.DONE_IN_PART, Answer.REFUSED)
_FINDING: Final = (Answer.UPHELD, Answer.UPHELD_IN_PART, Answer.NOT_UPHELD)
IN_FULL: Final = frozenset({Answer.GIVEN, Answer.DONE, Answer.UPHELD, Answer.UPHELD_IN_PART})
"""Answers that need no reason beside them."""


@dataclass(frozen=True)
class Offer:
    """One thing that can be asked for: under a right of the pack, or under none."""

    wish: Wish
    right: Right | None

    @property
    def key(self) -> str:
        """How a form names it."""
        return f"{self.wish.value}:{self.right.code if self.right else ''}"


def wishes_of(right: Right) -> frozenset[Wish]:
    """What one right is for, by its code."""
    return frozenset(_SAID[word] for word in right.code.split("_") if word in _SAID)


def offers(pack: Pack, on: date) -> tuple[Offer, ...]:
    """What can be asked for on a day, each wish under every right that serves it."""
    in_force = [one for one in pack.rights if one.effective_from is None or one.effective_from <= on]
    found: list[Offer] = []
    for wish in Wish:
        serving = [Offer(wish, right) for right in in_force if wish in wishes_of(right)]
        found += serving or [Offer(wish, None)]
    return tuple(found)


def right_of(pack: Pack, code: str) -> Right | None:
    """A right by its code, also one that is no longer in force; None where the pack has none."""
    return next((one for one in pack.rights if one.code == code), None)


def answers_to(wish: str) -> tuple[Answer, ...]:
    """How a wish can be answered."""
    if wish == Wish.ACCESS:
        return _GIVING
    return _FINDING if wish == Wish.COMPLAINT else _DOING


def offered(pack: Pack, on: date, key: str) -> Offer | None:
    """The offer of that key, or None."""
    return next((one for one in offers(pack, on) if one.key == key), None)


def shares_a_wish(offer: Offer, others: Iterable[Offer]) -> bool:
    """Whether the same can be asked for under another right too, so that the law has to be named."""
    alike: Collection[Offer] = [one for one in others if one.wish == offer.wish]
    return len(alike) > 1
