"""What a pack says to the practitioner: the conversation, the four questions, and the words for facts and fields.

The law lives in `pack`; these are its words and the way each piece of evidence is obtained. No answer is free text
about a client: every one is picked, ticked, dated, worked out, or a reference number.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from core.consent.record_wording import EventWords


class Talked(StrEnum):
    """Question 1: have you talked to them about this?"""

    YES = "yes"
    NOT_YET = "not_yet"
    CANNOT = "cannot"


class Consenter(StrEnum):
    """Question 2: who did you talk to?"""

    SELF = "self"
    PARENT = "parent"
    ATTORNEY_OR_DEPUTY = "attorney_or_deputy"


class Outcome(StrEnum):
    """Question 3: what did they say? `not_yet` is what stands before anybody asked."""

    AGREED = "agreed"
    AGREED_WITH_EXCEPTIONS = "agreed_with_exceptions"
    REFUSED = "refused"
    NOT_SAFE_TO_RAISE = "not_safe_to_raise"
    NOT_REASONABLY_POSSIBLE = "not_reasonably_possible"
    NOT_YET = "not_yet"


AGREED = frozenset({Outcome.AGREED, Outcome.AGREED_WITH_EXCEPTIONS})


class QuestionSlug(StrEnum):
    TALKED = "talked"
    WITH_WHOM = "with_whom"
    OUTCOME = "outcome"
    WHY_ANYWAY = "why_anyway"


class FieldSource(StrEnum):
    """How a field of evidence is obtained."""

    CONVERSATION = "conversation"  # one of the four answers
    DERIVED = "derived"  # worked out from what is known
    LIST = "list"  # one of the field's options
    TICK = "tick"
    DATE = "date"
    REFERENCE = "reference"  # a number or code in the field's own format


class TakenFrom(StrEnum):
    """Where a `conversation` or `derived` field comes from; the closed set that the code knows how to work out."""

    WITH_WHOM = "with_whom"
    OUTCOME = "outcome"
    MATERIAL_VERSION = "material_version"
    CAPACITY_BASIS = "capacity_basis"
    RECIPIENTS = "recipients"
    FACTORS = "factors"
    WHAT_IS_SHOWN = "what_is_shown"


CONVERSATION_ANSWERS = frozenset({TakenFrom.WITH_WHOM, TakenFrom.OUTCOME})


@dataclass(frozen=True, kw_only=True)
class Answer:
    """One answer to a question; `after` lists the earlier answers after which it is offered (none: always)."""

    value: str
    label: str
    after: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of the form; `asked_after` lists the earlier answers after which it is asked (none: always).

    Question 4 has no answers of its own: they are the routes that can apply.
    """

    slug: QuestionSlug
    text: str
    hint: str
    answers: tuple[Answer, ...]
    asked_after: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step of what to say, in the order of a good conversation."""

    slug: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Records:
    """What is recorded beside the four answers, as fields of the pack's wording, each asked only where it follows.

    `talk`: after every talk, each with a default, so that it costs nobody time. `competence`: where a young person
    whose age asks for a judgement is said to understand. `parental_responsibility`: where a parent answered.
    `best_interests`: where the route rests on a lack of capacity. `review_if`: by field of
    `parental_responsibility`, the answers after which a safeguarding lead looks first.
    """

    talk: tuple[str, ...] = ()
    competence: tuple[str, ...] = ()
    parental_responsibility: tuple[str, ...] = ()
    best_interests: tuple[str, ...] = ()
    review_if: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def all(self) -> tuple[str, ...]:
        """Every field of every record."""
        return (*self.talk, *self.competence, *self.parental_responsibility, *self.best_interests)


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """The conversation as this jurisdiction holds it. `material_version` is stored with every conversation.

    `if_no` is what a no means; `if_no_by` says it otherwise where the conversation asks for an agreement, a consent or
    views.
    """

    name: str
    material_version: str
    default_order: tuple[str, ...]
    off_until_signed: tuple[str, ...]
    reminder_days: int
    if_no: str
    steps: tuple[Step, ...]
    questions: tuple[Question, ...]
    records: Records = Records()
    if_no_by: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def question(self, slug: QuestionSlug) -> Question:
        return next(question for question in self.questions if question.slug is slug)


@dataclass(frozen=True, kw_only=True)
class Option:
    """One option of a field; `only_for` lists the bases that offer it (none: every basis that asks the field)."""

    value: str
    label: str
    only_for: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Fact:
    slug: str
    label: str
    help: str


@dataclass(frozen=True, kw_only=True)
class Field:
    """A field of evidence: its words, and how it is obtained. `default` counts when nothing was picked."""

    slug: str
    label: str
    help: str
    source: FieldSource
    taken_from: TakenFrom | None
    options: tuple[Option, ...]
    default: str | None
    format: str | None


@dataclass(frozen=True, kw_only=True)
class Wording:
    """Words for every route, fact, field and duty to record of the pack, by their codes."""

    routes: Mapping[str, str]
    facts: Mapping[str, Fact]
    fields: Mapping[str, Field]
    records: "Mapping[str, EventWords]" = field(default_factory=dict)
