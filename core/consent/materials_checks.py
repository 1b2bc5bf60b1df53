"""What a pack's cards and leaflet must hold: every part of a card, for every conversation it is meant for."""

import re
from itertools import product

from core.consent.materials import SENSITIVE, Asks, Block, Card, meant_for
from core.consent.pack import STANDARD_CLASS, Pack
from core.consent.pack_reading import SLUG, Problems

_NEEDED = ("answer", "facts", "if_no")
_NEVER = re.compile(r"\banonymous(?:ly)?\b|\bconfidential(?!\s+service)", re.IGNORECASE)


def check_materials(pack: Pack, problems: Problems) -> None:
    """Adds a sentence to `problems` for each card or part of the leaflet that would leave someone without an answer."""
    materials = pack.materials
    if materials is None:
        return
    if not materials.leaflet:
        problems.add(("materials", "leaflet"), "must have at least one part.")
    classes = {STANDARD_CLASS, SENSITIVE, *pack.sensitive.classes}
    for index, part in enumerate(materials.leaflet):
        key = ("materials", "leaflet", index)
        _check_slug((*key, "slug"), part.slug, [one.slug for one in materials.leaflet[:index]], problems)
        _check_blocks((*key, "lines"), part.lines, classes, problems)
    for index, card in enumerate(materials.cards):
        card_key = ("materials", "card", index)
        _check_slug((*card_key, "slug"), card.slug, [one.slug for one in materials.cards[:index]], problems)
        for name, blocks in card.parts:
            _check_blocks((*card_key, name), blocks, classes, problems)
        _check_is_whole(card_key, card, problems)


def _check_slug(key: tuple[str | int, ...], slug: str, before: list[str], problems: Problems) -> None:
    if not SLUG.fullmatch(slug):
        problems.add(key, f"“{slug}” must be lower-case letters, digits and underscores.")
    if slug in before:
        problems.add(key, f"“{slug}” is used twice.")


def _check_blocks(key: tuple[str | int, ...], blocks: tuple[Block, ...], classes: set[str], problems: Problems) -> None:
    for block in blocks:
        for cls in block.classes:
            if cls not in classes:
                problems.add(key, f"“{cls}” is not among the sensitive classes.")
        if found := _NEVER.search(block.text):
            problems.add(key, f"“{found[0]}” is never said to a client: say who may learn of it.")


def _check_is_whole(key: tuple[str | int, ...], card: Card, problems: Problems) -> None:
    """A card answers, gives facts and says what a no means, whatever is asked and whichever the service."""
    for name in _NEEDED:
        blocks = dict(card.parts)[name]
        empty = [
            f"{asks}, {cls}"
            for asks, cls in product(card.asks or tuple(Asks), (STANDARD_CLASS, SENSITIVE))
            if not meant_for(blocks, asks, cls)
        ]
        if empty:
            problems.add((*key, name), f"says nothing for: {'; '.join(empty)}.")
