"""A council's own words in place of a pack's: which can be replaced, by their path, and the pack with them replaced.

A path reads as the pack's file does: `conversation.step.why.text`, `wording.route.en.s47`,
`wording.fact.s47_open.help`. What an answer means is law and is not among them.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar

from core.consent.pack import Pack
from core.consent.wording import Conversation, Fact, Field, Wording

Words = TypeVar("Words", Fact, Field)

_MARK_LENGTH = 8


def words_by_path(pack: Pack) -> Mapping[str, str]:
    """Every text of the pack that a council may say in its own words, in the order in which they are met."""
    return MappingProxyType(dict(_paths(pack)))


def with_own_words(pack: Pack, own: Mapping[str, str]) -> Pack:
    """The pack, saying what this council says; what is the same as the pack's counts as the pack's.

    The version of its words then ends in a mark of the council's own, so that what is stored says what was shown.
    """
    theirs = words_by_path(pack)
    own = {path: text for path, text in own.items() if path in theirs and text and text != theirs[path]}
    if not own:
        return pack
    return replace(pack, conversation=_conversation(pack.conversation, own), wording=_wording(pack.wording, own))


def _paths(pack: Pack) -> Iterator[tuple[str, str]]:
    conversation = pack.conversation
    yield "conversation.name", conversation.name
    for step in conversation.steps:
        yield f"conversation.step.{step.slug}.text", step.text
    yield "conversation.if_no", conversation.if_no
    for question in conversation.questions:
        yield f"conversation.question.{question.slug}.text", question.text
        yield f"conversation.question.{question.slug}.hint", question.hint
    for code, text in pack.wording.routes.items():
        yield f"wording.route.{code}", text
    for kind, table in (("fact", pack.wording.facts), ("field", pack.wording.fields)):
        for slug, words in table.items():
            yield f"wording.{kind}.{slug}.label", words.label
            yield f"wording.{kind}.{slug}.help", words.help


def _conversation(conversation: Conversation, own: Mapping[str, str]) -> Conversation:
    return replace(
        conversation,
        name=own.get("conversation.name", conversation.name),
        material_version=f"{conversation.material_version}+{_mark(own)}",
        if_no=own.get("conversation.if_no", conversation.if_no),
        steps=tuple(
            replace(step, text=own.get(f"conversation.step.{step.slug}.text", step.text)) for step in conversation.steps
        ),
        questions=tuple(
            replace(
                question,
                text=own.get(f"conversation.question.{question.slug}.text", question.text),
                hint=own.get(f"conversation.question.{question.slug}.hint", question.hint),
            )
            for question in conversation.questions
        ),
    )


def _wording(wording: Wording, own: Mapping[str, str]) -> Wording:
    return replace(
        wording,
        routes=MappingProxyType(
            {code: own.get(f"wording.route.{code}", text) for code, text in wording.routes.items()}
        ),
        facts=_labelled("fact", wording.facts, own),
        fields=_labelled("field", wording.fields, own),
    )


def _labelled(kind: str, table: Mapping[str, Words], own: Mapping[str, str]) -> Mapping[str, Words]:
    return MappingProxyType(
        {
            slug: replace(
                words,
                label=own.get(f"wording.{kind}.{slug}.label", words.label),
                help=own.get(f"wording.{kind}.{slug}.help", words.help),
            )
            for slug, words in table.items()
        }
    )


def _mark(own: Mapping[str, str]) -> str:
    """The same words, the same mark, in whichever order they were written down."""
    return hashlib.sha256(json.dumps(own, sort_keys=True).encode()).hexdigest()[:_MARK_LENGTH]
