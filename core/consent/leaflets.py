"""The words, cards and agencies as they are given out here today, kept as they stood under a code of their own.

A version is made when it is first shown, and never edited: whoever asks later what somebody was told is given exactly
that, also after the agencies, their numbers or the pack's words have changed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.signing import BadSignature, Signer

from core import clock
from core.consent.errors import MaterialNotFound
from core.consent.materials import Asks, Block, Materials, meant_for
from core.consent.models import Material
from core.consent.pack import Pack
from core.consent.policy import Policy
from core.directory.queries import agencies_under_agreement
from tenants.context import require_current, require_scope

_MARK_LENGTH: Final = 10
_LONGEST_VERSION: Final = 50
_PRESENT: Final = "present material"


@dataclass(frozen=True, slots=True)
class PrintedPart:
    """One heading with its lines."""

    slug: str
    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrintedCard:
    """One card as it reads for one kind of conversation; `notes` are for the practitioner."""

    slug: str
    title: str
    answer: tuple[str, ...]
    parts: tuple[PrintedPart, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """An agency with its number, as it stood."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Printed:
    """A version as it reads for one kind of conversation about one class of service."""

    code: str
    council: str
    language: str
    region: str
    title: str
    leaflet: tuple[PrintedPart, ...]
    agencies_title: str
    agencies_text: str
    agencies: tuple[AgencyLine, ...]
    help_title: str
    help_contact: str
    cards: tuple[PrintedCard, ...]


def present_code(policy: Policy) -> str:
    """The code of what is given out today; its version is kept from now on. Two queries, once a unit of work."""
    rules, memo = policy.rules, require_scope().memo
    key = (_PRESENT, rules.checksum, rules.conversation.material_version)
    known = memo.get(key)
    if isinstance(known, str):
        return known
    content = content_of(rules)
    code = code_of(rules.conversation.material_version, content)
    if not Material.objects.filter(code=code).exists():
        made = Material(
            code=code,
            pack=policy.pack.ref,
            pack_checksum=policy.pack.checksum,
            language=rules.locale.language,
            content=content,
            made_at=clock.now(),
        )
        Material.objects.bulk_create([made], ignore_conflicts=True)  # two first readings at once make it once
    memo[key] = code
    return code


def signed(code: str) -> str:
    """A version's code for a form to carry: what comes back is known to have been shown here, without a query."""
    return _signer().sign(code)


def shown_code(carried: str) -> str | None:
    """The code that a form carried; None for what was not shown in this council."""
    try:
        return _signer().unsign(carried)
    except BadSignature:
        return None


def _signer() -> Signer:
    return Signer(salt=f"consent.material.{require_current().schema_name}")


def printed(code: str, *, asks: Asks, cls: str) -> Printed:
    """A version as it was shown. Raises MaterialNotFound. One query."""
    material = Material.objects.filter(code=code).first() if "\0" not in code else None
    if material is None:
        raise MaterialNotFound
    held: Mapping[str, Any] = material.content
    words = held["headings"]
    return Printed(
        code=material.code,
        council=held["council"],
        language=material.language,
        region=held["region"],
        title=held["title"],
        leaflet=tuple(
            PrintedPart(part["slug"], part["title"], _texts(part["lines"], asks, cls)) for part in held["leaflet"]
        ),
        agencies_title=held["agencies_title"],
        agencies_text=held["agencies_text"],
        agencies=tuple(AgencyLine(one["name"], one["phone"]) for one in held["agencies"]),
        help_title=held["help_title"],
        help_contact=held["help_contact"],
        cards=tuple(
            PrintedCard(
                slug=card["slug"],
                title=card["title"],
                answer=_texts(card["answer"], asks, cls),
                parts=tuple(
                    PrintedPart(name, words[name], lines) for name in words if (lines := _texts(card[name], asks, cls))
                ),
                notes=_texts(card["notes"], asks, cls),
            )
            for card in held["cards"]
            if not card["asks"] or asks in card["asks"]
        ),
    )


def content_of(rules: Pack) -> dict[str, Any]:
    """Everything that is given out, as plain values: what is the same has the same content. One query."""
    council, conversation, materials = require_current(), rules.conversation, rules.materials
    return {
        "council": council.name,
        "help_contact": council.help_contact,
        "region": rules.jurisdiction.split("-")[0],
        "name": conversation.name,
        "steps": [step.text for step in conversation.steps],
        "if_no": {asks.value: conversation.if_no_by.get(asks, conversation.if_no) for asks in Asks},
        "agencies": _agencies(),
        "headings": {
            "facts": "What is true here",
            "cannot_promise": "What we can't promise",
            "choose_now": "What you can choose now",
            "if_no": "If you say no",
        },
        **(_words(materials) if materials else _no_words(conversation.name)),
    }


def code_of(version: str, content: Mapping[str, Any]) -> str:
    """The pack's version of the words, and a mark of the whole content."""
    mark = hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=True).encode()).hexdigest()[:_MARK_LENGTH]
    return f"{version.replace('+', '-')[:_LONGEST_VERSION]}-{mark}"


def _words(materials: Materials) -> dict[str, Any]:
    return {
        "title": materials.leaflet_title,
        "agencies_title": materials.agencies_title,
        "agencies_text": materials.agencies_text,
        "help_title": materials.help_title,
        "leaflet": [
            {"slug": part.slug, "title": part.title, "lines": _plain(part.lines)} for part in materials.leaflet
        ],
        "cards": [
            {"slug": card.slug, "title": card.title, "asks": list(card.asks)}
            | {name: _plain(blocks) for name, blocks in card.parts}
            for card in materials.cards
        ],
    }


def _no_words(name: str) -> dict[str, Any]:
    """For a pack without cards: the agencies and the council's contact alone."""
    titles = {"title": name, "agencies_title": "Agencies", "agencies_text": "", "help_title": "Ask us"}
    return {**titles, "leaflet": [], "cards": []}


def _agencies() -> list[dict[str, str]]:
    """The council's own list, which tells of no client."""
    return [{"name": one.name, "phone": one.phone} for one in agencies_under_agreement()]


def _plain(blocks: tuple[Block, ...]) -> list[dict[str, Any]]:
    return [{"text": one.text, "asks": list(one.asks), "classes": list(one.classes)} for one in blocks]


def _texts(held: list[Mapping[str, Any]], asks: Asks, cls: str) -> tuple[str, ...]:
    blocks = (
        Block(text=one["text"], asks=tuple(Asks(kind) for kind in one["asks"]), classes=tuple(one["classes"]))
        for one in held
    )
    return meant_for(blocks, asks, cls)
