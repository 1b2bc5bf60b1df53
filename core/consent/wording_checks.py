"""What a pack must say: the four questions as the code knows them, and words for every route, fact and field."""

from collections.abc import Iterable

from core.consent.materials import Asks
from core.consent.pack import Basis, Pack
from core.consent.pack_reading import Problems
from core.consent.record_wording import check_event_words
from core.consent.wording import CONVERSATION_ANSWERS, Consenter, Field, FieldSource, Outcome, QuestionSlug, Talked

_SAID = [outcome.value for outcome in Outcome if outcome is not Outcome.NOT_YET]
_ANSWERS = {
    QuestionSlug.TALKED: [talked.value for talked in Talked],
    QuestionSlug.WITH_WHOM: [consenter.value for consenter in Consenter],
    QuestionSlug.OUTCOME: _SAID,
    QuestionSlug.WHY_ANYWAY: [],
}
_TAKES_FROM = (FieldSource.CONVERSATION, FieldSource.DERIVED)


def check_conversation(pack: Pack, problems: Problems) -> None:
    """Four questions in their order, with the answers whose slugs are stored; default routes that exist."""
    conversation = pack.conversation
    codes = {basis.code for basis in pack.bases}
    for name, values in (
        ("default_order", conversation.default_order),
        ("off_until_signed", conversation.off_until_signed),
    ):
        for code in _not_in(values, codes):
            problems.add(("conversation", name), f"“{code}” is not a basis of this pack.")
    defaults = [basis for basis in pack.bases if basis.code in conversation.default_order]
    if not any(basis.consenter for basis in defaults):
        problems.add(("conversation", "default_order"), "must hold a basis that rests on agreement or consent.")
    if not conversation.steps:
        problems.add(("conversation", "step"), "must say what to say.")
    for name in _not_in(conversation.if_no_by, Asks):
        problems.add(("conversation", "if_no_by", name), f"is not one of {', '.join(Asks)}.")
    check_records(pack, problems)
    slugs = [question.slug for question in conversation.questions]
    if slugs != list(QuestionSlug):
        problems.add(("conversation", "question"), f"the questions must be {', '.join(QuestionSlug)}, in this order.")
        return
    for index, question in enumerate(conversation.questions):
        answers = [answer.value for answer in question.answers]
        if sorted(answers) != sorted(_ANSWERS[question.slug]):
            allowed = ", ".join(_ANSWERS[question.slug]) or "none: they are the routes that can apply"
            problems.add(("conversation", "question", index, "answers"), f"the answers must be {allowed}.")
        asked_after = [*question.asked_after, *(value for answer in question.answers for value in answer.after)]
        earlier = [value for before in slugs[:index] for value in _ANSWERS[before]]
        for value in _not_in(asked_after, earlier):
            problems.add(("conversation", "question", index), f"“{value}” is not an answer to an earlier question.")


def check_records(pack: Pack, problems: Problems) -> None:
    """Each field of a record has its words, can be asked, and costs no time where every talk asks for it."""
    records, fields = pack.conversation.records, pack.wording.fields
    for name in ("talk", "competence", "parental_responsibility", "best_interests"):
        for slug in getattr(records, name):
            key = ("conversation", "records", name)
            found = fields.get(slug)
            if found is None:
                problems.add(key, f"[wording.field.{slug}] is missing: how is it obtained?")
            elif found.source in _TAKES_FROM:
                problems.add(key, f"“{slug}” is worked out, so there is nothing to ask.")
            elif name == "talk" and found.default is None:
                problems.add(key, f"“{slug}” is asked after every talk, so it needs a default.")
    for slug, values in records.review_if.items():
        where = ("conversation", "records", "review_if", slug)
        if slug not in records.parental_responsibility:
            problems.add(where, "is not among the fields of parental_responsibility.")
        elif slug in fields:
            for value in _not_in(values, [option.value for option in fields[slug].options]):
                problems.add(where, f"“{value}” is not one of its options.")


def check_wording(pack: Pack, problems: Problems) -> None:
    """Every route, fact and field that a practitioner may meet has its words, and a way to be answered."""
    wording = pack.wording
    facts, fields = set(wording.facts), set(wording.fields)
    for index, basis in enumerate(pack.bases):
        if basis.code and basis.code not in wording.routes:
            problems.add(("basis", index, "code"), f"[wording.route] has no words for “{basis.code}”.")
        for name in ("facts_all", "facts_none", "factors", "refusal_override_any"):
            for fact in _not_in(getattr(basis, name), facts):
                problems.add(("basis", index, name), f"[wording.fact.{fact}] is missing: a fact needs help text.")
        for slug in _not_in(basis.fields, fields):
            problems.add(("basis", index, "fields"), f"[wording.field.{slug}] is missing: how is it obtained?")
        for slug in basis.fields:
            if slug in wording.fields:
                _check_options_of(index, basis, wording.fields[slug], problems)
    codes = {basis.code for basis in pack.bases}
    used = {fact for basis in pack.bases for fact in basis.facts}
    for code in _not_in(wording.routes, codes):
        problems.add(("wording", "route", code), "is not a basis of this pack.")
    for fact in _not_in(wording.facts, used):
        problems.add(("wording", "fact", fact), "no basis asks for this fact.")
    asked = {*(slug for basis in pack.bases for slug in basis.fields), *pack.conversation.records.all}
    for field in wording.fields.values():
        if field.slug not in asked:
            problems.add(("wording", "field", field.slug), "no basis and no record asks for this field.")
        _check_field(field, codes, problems)
    check_event_words(pack.record, wording.records, problems)


def _check_field(field: Field, codes: set[str], problems: Problems) -> None:
    def problem(name: str, sentence: str) -> None:
        problems.add(("wording", "field", field.slug, name), sentence)

    source, taken_from = field.source, field.taken_from
    if (taken_from is not None) != (source in _TAKES_FROM):
        problem("from", "belongs to a field whose source is “conversation” or “derived”, and to no other.")
    elif taken_from is not None and (taken_from in CONVERSATION_ANSWERS) != (source is FieldSource.CONVERSATION):
        problem("from", f"“{taken_from}” does not fit the source “{source}”.")
    if source is FieldSource.LIST and not field.options:
        problem("options", "a list needs its options.")
    if (field.format is not None) != (source is FieldSource.REFERENCE):
        problem("format", "belongs to a field whose source is “reference”, and to no other.")
    values = [option.value for option in field.options]
    if len(set(values)) != len(values):
        problem("options", "an option is listed twice.")
    if field.default is not None and (source is not FieldSource.LIST or field.default not in values):
        problem("default", "must be one of the options of a list.")
    for option in field.options:
        for code in _not_in(option.only_for, codes):
            problem("options", f"“{code}” is not a basis of this pack.")


def _check_options_of(index: int, basis: Basis, field: Field, problems: Problems) -> None:
    """A closed list in the law needs a label for each of its values."""
    offered = [option.value for option in field.options if not option.only_for or basis.code in option.only_for]
    for value in _not_in(basis.enums.get(field.slug, ()), offered):
        problems.add(("basis", index, f"enum_{field.slug}"), f"[wording.field.{field.slug}] has no option “{value}”.")


def _not_in(values: Iterable[str], allowed: Iterable[str]) -> list[str]:
    known = set(allowed)
    return [value for value in values if value and value not in known]
