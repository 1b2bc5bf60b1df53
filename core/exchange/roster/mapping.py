"""Mappings: what each column of a source file is, as data that another council can write for its own files.

A mapping is a TOML file; `docs/guides/roster-mappings.md` explains every key. A mapping with a mistake is refused when
it is read, with a sentence that names the file and the key.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from core.people.identity import POSTCODE_FORMATS

KINDS = ("agencies", "staff", "involvements")
LINES = ("involvement", "visit")
CONTACT_KINDS = ("phone", "visit", "office", "video", "message")
FORMATS = ("csv", "xlsx")

# Every field a column can fill, by kind of file, with the transform used where the mapping names none.
FIELDS: Mapping[str, Mapping[str, str]] = {
    "agencies": {
        "agency": "text",
        "kind": "text",
        "service_types": "codes",
        "signed_on": "date",
        "expires_on": "date",
        "phone": "phone",
    },
    "staff": {
        "given": "name",
        "family": "name",
        "email": "email",
        "mobile": "phone",
        "phone": "phone",
        "agency": "text",
        "service_type": "service",
        "job_title": "text",
        "role": "text",
        "started_on": "date",
        "leaving_on": "date",
    },
    "involvements": {
        "given": "name",
        "middle": "name",
        "family": "name",
        "former_family": "name",
        "known_as": "name",
        "name": "family_comma_given",
        "birth_date": "birth_date",
        "age": "age",
        "address": "address",
        "postcode": "postcode",
        "area": "area",
        "phone": "phone",
        "identifier": "nhs_number",
        "reference": "reference",
        "agency": "text",
        "service_type": "service",
        "worker": "worker",
        "worker_email": "email",
        "started_on": "date",
        "ended_on": "date",
        "contact": "date",
        "contacts": "dates",
        "next_visit": "visit",
    },
}
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "agencies": ("agency", "service_types"),
    "staff": ("given", "family", "agency"),
    "involvements": ("started_on",),
}
TRANSFORMS = frozenset(transform for fields in FIELDS.values() for transform in fields.values()) | {
    "given_family",
    "worker_comma",
    "optional_name",
}
_FILE_KEYS = frozenset(
    {"file", "source", "title", "kind", "country", "lines", "sensitive", "agency", "format"}
    | {"columns", "services", "ages", "roles", "kinds", "contact_kind"}
)
_FORMAT_KEYS = frozenset(
    {"type", "encodings", "delimiter", "sheet", "header_within", "totals", "dates", "placeholders"}
)
_COLUMN_KEYS = frozenset({"name", "field", "transform", "never_keep", "separator", "first_school_year_age"})


class MappingMistake(ValueError):
    """A mapping can't be used; the text says which file and which key, and what to write instead."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a source file: the field it fills and how, or why it is never kept."""

    name: str
    field: str = ""
    transform: str = ""
    never_keep: str = ""
    separator: str = ","
    first_school_year_age: int = 5


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How a source system writes its file."""

    type: str
    encodings: tuple[str, ...] = ("utf-8-sig",)
    delimiter: str = ","
    sheet: str = ""
    header_within: int = 10
    totals: tuple[str, ...] = ()
    dates: tuple[str, ...] = ("yyyy-mm-dd",)
    placeholders: tuple[date, ...] = (date(1900, 1, 1),)


@dataclass(frozen=True, slots=True)
class RosterMapping:
    """One source file: where its columns go, in whose words."""

    file: str
    source: str
    title: str
    kind: str
    country: str
    format: FileFormat
    columns: tuple[Column, ...]
    services: Mapping[str, str]
    ages: Mapping[str, tuple[int, int]]
    lines: str = "involvement"
    is_sensitive: bool = False
    agency: str = ""
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    contact_kind: str = "visit"

    @property
    def kept(self) -> tuple[Column, ...]:
        """The columns whose content is used."""
        return tuple(column for column in self.columns if not column.never_keep)

    def column_for(self, wanted: str) -> Column | None:
        """The (first) column that fills a field."""
        return next((column for column in self.kept if column.field == wanted), None)


def read_mappings(folder: Path) -> tuple[RosterMapping, ...]:
    """Every mapping in `folder`, by file name. Raises MappingMistake."""
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise MappingMistake(f"{folder} holds no mapping: write one .toml file for each source file.")
    mappings = [parse_mapping(path.read_text(encoding="utf-8"), name=path.name) for path in paths]
    files = [mapping.file for mapping in mappings]
    twice = sorted({file for file in files if files.count(file) > 1})
    if twice:
        raise MappingMistake(f"Two mappings are for the file {twice[0]}: keep one.")
    return tuple(mappings)


def parse_mapping(text: str, *, name: str) -> RosterMapping:
    """The mapping written in `text`; `name` is what mistakes call it. Raises MappingMistake."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise MappingMistake(f"{name}: not valid TOML: {problem}.") from problem
    check = _Checker(name)
    check.keys(data, _FILE_KEYS, "the file")
    kind = check.one_of(data, "kind", KINDS)
    mapping = RosterMapping(
        file=check.text(data, "file"),
        source=check.text(data, "source"),
        title=check.text(data, "title"),
        kind=kind,
        country=check.one_of(data, "country", tuple(POSTCODE_FORMATS)),
        format=_format(data.get("format"), check),
        columns=_columns(data.get("columns"), kind, check),
        services=_services(data.get("services", {}), check),
        ages=_ages(data.get("ages", {}), check),
        lines=check.one_of({"lines": "involvement", **data}, "lines", LINES),
        is_sensitive=bool(data.get("sensitive", False)),
        agency=str(data.get("agency", "")),
        roles=_roles(data.get("roles", {}), check),
        kinds=_kinds(data.get("kinds", {}), check),
        contact_kind=check.one_of({"contact_kind": "visit", **data}, "contact_kind", CONTACT_KINDS),
    )
    _check_whole(mapping, check)
    return mapping


class _Checker:
    """Says what is wrong with a mapping, by name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def fail(self, sentence: str) -> MappingMistake:
        return MappingMistake(f"{self.name}: {sentence}")

    def keys(self, data: Mapping[str, Any], known: frozenset[str], where: str) -> None:
        unknown = sorted(set(data) - known)
        if unknown:
            raise self.fail(f"“{unknown[0]}” is no key of {where}. Known: {', '.join(sorted(known))}.")

    def text(self, data: Mapping[str, Any], key: str) -> str:
        value = data.get(key)
        if not isinstance(value, str) or not value.strip():
            raise self.fail(f"“{key}” is missing: give it as text.")
        return value

    def one_of(self, data: Mapping[str, Any], key: str, allowed: Sequence[str]) -> str:
        value = self.text(data, key)
        if value not in allowed:
            raise self.fail(f"“{key}” is “{value}”: it must be one of {', '.join(allowed)}.")
        return value

    def texts(self, data: Mapping[str, Any], key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        value = data.get(key, list(default))
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fail(f"“{key}” must be a list of texts.")
        return tuple(value)


def _format(data: object, check: _Checker) -> FileFormat:
    if not isinstance(data, dict):
        raise check.fail("the table [format] is missing: say at least its type, csv or xlsx.")
    check.keys(data, _FORMAT_KEYS, "[format]")
    type_ = check.one_of(data, "type", FORMATS)
    encodings = check.texts(data, "encodings", ("utf-8-sig",))
    for encoding in encodings:
        try:
            "".encode(encoding)
        except LookupError as problem:
            raise check.fail(f"“{encoding}” is no encoding known here; try utf-8-sig, cp1252 or utf-16.") from problem
    delimiter = str(data.get("delimiter", ","))
    if len(delimiter) != 1:
        raise check.fail("“delimiter” must be one sign, such as a comma, a semicolon or a tab.")
    return FileFormat(
        type=type_,
        encodings=encodings,
        delimiter=delimiter,
        sheet=str(data.get("sheet", "")),
        header_within=int(data.get("header_within", 10)),
        totals=check.texts(data, "totals", ()),
        dates=check.texts(data, "dates", ("yyyy-mm-dd",)),
        placeholders=tuple(data.get("placeholders", [date(1900, 1, 1)])),
    )


def _columns(data: object, kind: str, check: _Checker) -> tuple[Column, ...]:
    if not isinstance(data, list) or not data:
        raise check.fail("there is no [[columns]] table: describe every column of the file.")
    return tuple(_column(entry, kind, check) for entry in data)


def _column(data: dict[str, Any], kind: str, check: _Checker) -> Column:
    name = check.text(data, "name")
    check.keys(data, _COLUMN_KEYS, f"the column “{name}”")
    if ("field" in data) == ("never_keep" in data):
        raise check.fail(f"the column “{name}” must say either the field it fills or why it is never kept.")
    if "never_keep" in data:
        return Column(name, never_keep=check.text(data, "never_keep"))
    filled = check.one_of(data, "field", tuple(FIELDS[kind]))
    transform = check.one_of({"transform": FIELDS[kind][filled], **data}, "transform", tuple(sorted(TRANSFORMS)))
    return Column(
        name,
        field=filled,
        transform=transform,
        separator=str(data.get("separator", ",")),
        first_school_year_age=int(data.get("first_school_year_age", 5)),
    )


def _services(data: object, check: _Checker) -> Mapping[str, str]:
    if not isinstance(data, dict) or not all(isinstance(code, str) for code in data.values()):
        raise check.fail('[services] must give a service-type code for each label, such as GP = "universal.gp".')
    return {str(label): str(code) for label, code in data.items()}


def _ages(data: object, check: _Checker) -> Mapping[str, tuple[int, int]]:
    """Whom a service sees, in whole years; it can only rule people out."""
    if not isinstance(data, dict):
        raise check.fail('[ages] must give two ages for a service type, such as "universal.child_health" = [0, 5].')
    for code, limits in data.items():
        if not isinstance(limits, list) or len(limits) != 2 or not all(isinstance(age, int) for age in limits):
            raise check.fail(f"“{code}” in [ages] must be two ages, such as [0, 5].")
    return {str(code): (limits[0], limits[1]) for code, limits in data.items()}


def _roles(data: object, check: _Checker) -> Mapping[str, tuple[str, ...]]:
    """Whose account may do what, by the staff file's own words."""
    if not isinstance(data, dict):
        raise check.fail('[roles] must give roles for each of the file\'s words, such as "team lead" = ["manager"].')
    return {str(word).lower(): check.texts(data, word, ()) for word in data}


def _kinds(data: object, check: _Checker) -> Mapping[str, str]:
    """Kinds of agencies, by the agencies file's own words."""
    if not isinstance(data, dict) or not all(isinstance(kind, str) for kind in data.values()):
        raise check.fail(
            '[kinds] must give a kind of agency for each of the file\'s words, such as surgery = "health".'
        )
    return {str(word).lower(): str(kind) for word, kind in data.items()}


def _check_whole(mapping: RosterMapping, check: _Checker) -> None:
    """What only the whole can show: required fields, doubled names, somebody to attach a row to."""
    fields = [column.field for column in mapping.kept]
    for needed in REQUIRED[mapping.kind]:
        if needed not in fields:
            raise check.fail(f"no column fills “{needed}”.")
    column_names = [column.name for column in mapping.columns]
    for column_name in column_names:
        if column_names.count(column_name) > 1:
            raise check.fail(f"the column “{column_name}” is described twice.")
    if mapping.kind != "involvements":
        return
    if not {"name", "family", "given"} & set(fields):
        raise check.fail("no column fills a name: give “name”, or “given” and “family”.")
    if not {"worker", "worker_email"} & set(fields):
        raise check.fail("no column names the worker: give “worker” or “worker_email”.")
    if "agency" not in fields and not mapping.agency:
        raise check.fail('no column fills “agency”: name one, or give the file one agency with agency = "…".')
