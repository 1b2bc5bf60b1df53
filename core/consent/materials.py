"""What a pack gives into the client's hands: the cards for the questions people ask, and the easy-read leaflet.

Texts are switched by what the conversation asks for (an agreement, a view, a consent) and by the class of the service,
so that nobody is promised what does not hold for them. The words themselves are the pack's; see section 8 of the
regimes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.directory.catalogue.loading import STANDARD_CLASS

SENSITIVE = "sensitive"
"""Stands for every class but `standard`, where a text says for which classes it is meant."""


class Asks(StrEnum):
    """What the conversation asks of the client, which follows from the route in use."""

    AGREEMENT = "agreement"
    CONSENT = "consent"
    VIEWS = "views"


class AgeBand(StrEnum):
    """Where an age stands among the pack's ages; `unknown` where it is not known well enough."""

    ADULT = "adult"
    PRESUMED = "presumed"
    ASSESSED = "assessed"
    BELOW = "below"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Block:
    """One text, and for whom it is meant: nothing named means everybody."""

    text: str
    asks: tuple[Asks, ...] = ()
    classes: tuple[str, ...] = ()

    def is_for(self, asks: Asks, cls: str) -> bool:
        """Whether this text belongs into a conversation of this kind about a service of this class."""
        names = {cls} if cls == STANDARD_CLASS else {cls, SENSITIVE}
        return (not self.asks or asks in self.asks) and (not self.classes or not names.isdisjoint(self.classes))


@dataclass(frozen=True, kw_only=True)
class Card:
    """One question people ask, answered: one side of A5. `notes` are for the practitioner and never printed on it."""

    slug: str
    title: str
    answer: tuple[Block, ...]
    facts: tuple[Block, ...]
    cannot_promise: tuple[Block, ...]
    choose_now: tuple[Block, ...]
    if_no: tuple[Block, ...]
    notes: tuple[Block, ...]
    asks: tuple[Asks, ...] = ()

    @property
    def parts(self) -> tuple[tuple[str, tuple[Block, ...]], ...]:
        """Everything on the card, by name."""
        names = ("answer", "facts", "cannot_promise", "choose_now", "if_no", "notes")
        return tuple((name, getattr(self, name)) for name in names)


@dataclass(frozen=True, kw_only=True)
class LeafletPart:
    """One heading of the leaflet, with its short lines."""

    slug: str
    title: str
    lines: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Materials:
    """All of a jurisdiction's cards and its leaflet. `who` says, by age, who may be asked, for the practitioner."""

    leaflet_title: str
    agencies_title: str
    agencies_text: str
    help_title: str
    leaflet: tuple[LeafletPart, ...]
    cards: tuple[Card, ...]
    who: Mapping[AgeBand, tuple[str, ...]]


def meant_for(blocks: Iterable[Block], asks: Asks, cls: str) -> tuple[str, ...]:
    """The texts of those blocks that belong into this conversation."""
    return tuple(block.text for block in blocks if block.is_for(asks, cls))
