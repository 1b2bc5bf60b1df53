"""What a pack says that brings law alone: plain words made of its own labels and slugs.

A pack as lawyers write it may hold no `[conversation]` and no `[wording]`. It can be read, checked and decided by all
the same; before a council talks to anybody with it, somebody writes its words.
"""

from collections.abc import Iterable
from types import MappingProxyType

from core.consent import wording as w
from core.consent.pack import Basis, BasisKind

_QUESTIONS = {
    w.QuestionSlug.TALKED: (
        "Have you talked to them about this?",
        (("yes", "Yes", ()), ("not_yet", "Not yet", ()), ("cannot", "No, it is not safe or not possible to ask", ())),
        (),
    ),
    w.QuestionSlug.WITH_WHOM: (
        "Who did you talk to?",
        (
            ("self", "The person themselves", ()),
            ("parent", "A parent or carer", ()),
            ("attorney_or_deputy", "Someone appointed to decide for them", ()),
        ),
        ("yes",),
    ),
    w.QuestionSlug.OUTCOME: (
        "What did they say?",
        (
            ("agreed", "They agreed", ("yes",)),
            ("agreed_with_exceptions", "They agreed, but want something left off", ("yes",)),
            ("refused", "They said no", ("yes",)),
            ("not_safe_to_raise", "It is not safe to ask", ("cannot",)),
            ("not_reasonably_possible", "It is not possible to ask", ("cannot",)),
        ),
        ("yes", "cannot"),
    ),
    w.QuestionSlug.WHY_ANYWAY: (
        "Why are you sharing anyway?",
        (),
        ("refused", "not_safe_to_raise", "not_reasonably_possible"),
    ),
}
_STEPS = {
    "why": "This is so that the people helping you can find each other.",
    "what": "It shows names, jobs and phone numbers, the next visit and the last contact.",
    "what_not": "It holds no notes.",
    "limits": "If someone could be seriously hurt, or a court tells us to, we may have to share.",
}


def plain_conversation(*, pack_id: str, version: str, name: str, bases: Iterable[Basis]) -> w.Conversation:
    """The four questions in plain words; the default routes are those that rest on a yes, in the pack's order."""
    on_a_yes = [basis for basis in bases if basis.consenter]
    return w.Conversation(
        name=name[:1].upper() + name[1:],
        material_version=f"{pack_id}-{version}",
        default_order=tuple(basis.code for basis in sorted(on_a_yes, key=lambda one: one.kind is BasisKind.CONSENT)),
        off_until_signed=(),
        reminder_days=7,
        if_no="That is fine. If someone could be seriously hurt, the law may still let us share.",
        steps=tuple(w.Step(slug=slug, text=text) for slug, text in _STEPS.items()),
        questions=tuple(
            w.Question(
                slug=slug,
                text=text,
                hint="",
                answers=tuple(w.Answer(value=value, label=label, after=after) for value, label, after in answers),
                asked_after=asked_after,
            )
            for slug, (text, answers, asked_after) in _QUESTIONS.items()
        ),
    )


def plain_wording(bases: Iterable[Basis]) -> w.Wording:
    """Labels for every route, fact and field: a field with a closed list is picked from it, any other is ticked."""
    every = tuple(bases)
    facts = dict.fromkeys(fact for basis in every for fact in basis.facts)
    fields = dict.fromkeys(slug for basis in every for slug in basis.fields)
    return w.Wording(
        routes=MappingProxyType({basis.code: basis.label for basis in every if basis.code}),
        facts=MappingProxyType({slug: w.Fact(slug=slug, label=_spelled(slug), help="") for slug in facts}),
        fields=MappingProxyType({slug: _plain_field(slug, every) for slug in fields}),
    )


def _plain_field(slug: str, bases: tuple[Basis, ...]) -> w.Field:
    values = dict.fromkeys(value for basis in bases for value in basis.enums.get(slug, ()))
    return w.Field(
        slug=slug,
        label=_spelled(slug),
        help="",
        source=w.FieldSource.LIST if values else w.FieldSource.TICK,
        taken_from=None,
        options=tuple(w.Option(value=value, label=_spelled(value)) for value in values),
        default=None,
        format=None,
    )


def _spelled(slug: str) -> str:
    return slug.replace("_", " ").capitalize()
