"""What a pack says of the duties to record (`[record]`): the words of each event, and how its fields are asked.

`[record]` says what the law makes a council write down; `[wording.record.<event>]` says it to the practitioner. No
field is free text: each is picked from a list, ticked, dated, a reference in its own format, or an agency.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from core.consent.pack import Pack
from core.consent.pack_reading import Problems, TableReader
from core.consent.wording import Field, FieldSource, Option

ALWAYS = "always"  # what every record holds of itself: nobody is asked for it
REFERENCE = r"^[A-Za-z0-9/_.-]{1,40}$"


class AskedAs(StrEnum):
    """How a field of a record is obtained."""

    LIST = "list"
    SEVERAL = "several"
    TICK = "tick"
    DATE = "date"
    REFERENCE = "reference"
    AGENCY = "agency"


@dataclass(frozen=True, kw_only=True)
class RecordField:
    """One field of a record, with its words. `default` stands until something else is picked."""

    slug: str
    label: str
    help: str = ""
    asked_as: AskedAs
    options: tuple[Option, ...] = ()
    default: tuple[str, ...] = ()
    format: str = REFERENCE
    is_optional: bool = False


@dataclass(frozen=True, kw_only=True)
class RecordEvent:
    """One thing that has to be written down. `fields` are those a record of it needs, in their order."""

    slug: str
    label: str
    help: str = ""
    fields: tuple[RecordField, ...]


@dataclass(frozen=True, kw_only=True)
class EventWords:
    """What a pack says of one event. `adds` are fields that `[record]` does not list and the form asks all the same."""

    slug: str
    label: str
    help: str
    adds: tuple[str, ...]
    fields: Mapping[str, RecordField]


def events_of(pack: Pack) -> Mapping[str, RecordEvent]:
    """Every event that a pack has recorded, by its slug: those it has words for, in their order, then the law's others.

    A field's words are the event's own, or else those of the same field of evidence. One without words is asked for as
    a reference, under its own name: what the law demands is never left out, and never becomes free text.
    """
    slugs = [slug for slug in dict.fromkeys((*pack.wording.records, *pack.record)) if slug != ALWAYS]
    return MappingProxyType({slug: _event(slug, pack) for slug in slugs})


def _event(slug: str, pack: Pack) -> RecordEvent:
    words = pack.wording.records.get(slug)
    own = words.fields if words else {}
    names = dict.fromkeys((*pack.record.get(slug, ()), *(words.adds if words else ())))
    return RecordEvent(
        slug=slug,
        label=words.label if words else _spelled(slug),
        help=words.help if words else "",
        fields=tuple(own.get(name) or _from_evidence(name, pack.wording.fields.get(name)) for name in names),
    )


def read_event_words(slug: str, table: TableReader) -> EventWords:
    """`[wording.record.<event>]`."""
    fields = table.table("field", required=False)
    words = EventWords(
        slug=slug,
        label=table.text("label"),
        help=table.optional_text("help") or "",
        adds=table.slugs("adds", required=False),
        fields=MappingProxyType({name: _read_field(name, fields.table(name)) for name in fields.names()}),
    )
    table.finish()
    return words


def check_event_words(
    record: Mapping[str, tuple[str, ...]], words: Mapping[str, EventWords], problems: Problems
) -> None:
    """What is said of an event agrees with what the law lists, and each field can be asked as it says."""
    for event in words.values():
        asked = {*record.get(event.slug, ()), *event.adds}
        for field in event.fields.values():
            key = ("wording", "record", event.slug, "field", field.slug)
            values = [option.value for option in field.options]
            if field.slug not in asked:
                problems.add(key, f"is neither in record.{event.slug} nor among the fields that are added.")
            if bool(values) != (field.asked_as in (AskedAs.LIST, AskedAs.SEVERAL)):
                problems.add((*key, "options"), "belong to a field that is picked from a list, and to no other.")
            if len(set(values)) != len(values):
                problems.add((*key, "options"), "an option is listed twice.")
            for value in field.default:
                if value not in values:
                    problems.add((*key, "default"), f"“{value}” is not one of the options.")


def _read_field(slug: str, table: TableReader) -> RecordField:
    field = RecordField(
        slug=slug,
        label=table.text("label"),
        help=table.optional_text("help") or "",
        asked_as=table.choice("asked_as", AskedAs),
        options=tuple(_read_option(option) for option in table.tables("options", required=False)),
        default=table.texts("default", required=False),
        format=table.optional_regex("format") or REFERENCE,
        is_optional=table.flag("optional", default=False),
    )
    table.finish()
    return field


def _read_option(table: TableReader) -> Option:
    option = Option(value=table.text("value"), label=table.text("label"))
    table.finish()
    return option


def _from_evidence(slug: str, field: Field | None) -> RecordField:
    """The field of evidence of that name, where it can be asked outside of a conversation; else a bare reference."""
    asked_as = {
        FieldSource.LIST: AskedAs.LIST,
        FieldSource.TICK: AskedAs.TICK,
        FieldSource.DATE: AskedAs.DATE,
        FieldSource.REFERENCE: AskedAs.REFERENCE,
    }.get(field.source) if field else None  # fmt: skip
    if field is None or asked_as is None:
        return RecordField(slug=slug, label=field.label if field else _spelled(slug), asked_as=AskedAs.REFERENCE)
    return RecordField(
        slug=slug,
        label=field.label,
        help=field.help,
        asked_as=asked_as,
        options=tuple(Option(value=one.value, label=one.label) for one in field.options if not one.only_for),
        default=(field.default,) if field.default else (),
        format=field.format or REFERENCE,
    )


def _spelled(slug: str) -> str:
    return slug.replace("_", " ").capitalize()
