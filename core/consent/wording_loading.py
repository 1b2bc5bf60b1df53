"""Reads the words of a pack: `[conversation]` and `[wording]`."""

from types import MappingProxyType

from core.consent import wording as w
from core.consent.pack_reading import TableReader
from core.consent.record_wording import read_event_words


def read_conversation(table: TableReader) -> w.Conversation:
    conversation = w.Conversation(
        name=table.text("name"),
        material_version=table.text("material_version"),
        default_order=table.texts("default_order"),
        off_until_signed=table.texts("off_until_signed", required=False),
        reminder_days=table.number("reminder_days", least=1),
        if_no=table.text("if_no"),
        steps=tuple(_read_step(step) for step in table.tables("step")),
        questions=tuple(_read_question(question) for question in table.tables("question")),
        records=_read_records(table.table("records", required=False)),
        if_no_by=table.table("if_no_by", required=False).text_map(),
    )
    table.finish()
    return conversation


def read_wording(table: TableReader) -> w.Wording:
    facts, fields = table.table("fact"), table.table("field")
    records = table.table("record", required=False)
    wording = w.Wording(
        routes=table.table("route").text_map(),
        facts=MappingProxyType({slug: _read_fact(slug, facts.table(slug)) for slug in facts.names()}),
        fields=MappingProxyType({slug: _read_field(slug, fields.table(slug)) for slug in fields.names()}),
        records=MappingProxyType({slug: read_event_words(slug, records.table(slug)) for slug in records.names()}),
    )
    table.finish()
    return wording


def _read_records(table: TableReader) -> w.Records:
    records = w.Records(
        talk=table.slugs("talk", required=False),
        competence=table.slugs("competence", required=False),
        parental_responsibility=table.slugs("parental_responsibility", required=False),
        best_interests=table.slugs("best_interests", required=False),
        review_if=table.table("review_if", required=False).texts_map(),
    )
    table.finish()
    return records


def _read_step(table: TableReader) -> w.Step:
    step = w.Step(slug=table.text("slug"), text=table.text("text"))
    table.finish()
    return step


def _read_question(table: TableReader) -> w.Question:
    question = w.Question(
        slug=table.choice("slug", w.QuestionSlug),
        text=table.text("text"),
        hint=table.optional_text("hint") or "",
        answers=tuple(_read_answer(answer) for answer in table.tables("answers", required=False)),
        asked_after=table.texts("asked_after", required=False),
    )
    table.finish()
    return question


def _read_answer(table: TableReader) -> w.Answer:
    answer = w.Answer(value=table.text("value"), label=table.text("label"), after=table.texts("after", required=False))
    table.finish()
    return answer


def _read_fact(slug: str, table: TableReader) -> w.Fact:
    fact = w.Fact(slug=slug, label=table.text("label"), help=table.text("help"))
    table.finish()
    return fact


def _read_field(slug: str, table: TableReader) -> w.Field:
    field = w.Field(
        slug=slug,
        label=table.text("label"),
        help=table.text("help"),
        source=table.choice("source", w.FieldSource),
        taken_from=table.optional_choice("from", w.TakenFrom),
        options=tuple(_read_option(option) for option in table.tables("options", required=False)),
        default=table.optional_text("default"),
        format=table.optional_regex("format"),
    )
    table.finish()
    return field


def _read_option(table: TableReader) -> w.Option:
    option = w.Option(
        value=table.text("value"), label=table.text("label"), only_for=table.texts("only_for", required=False)
    )
    table.finish()
    return option
