"""Agencies as lines pasted from a table: name, kind, phone, services. Read strictly; it asks no database."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import phonenumbers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

KINDS: Final = {
    "council": gettext_lazy("Council"),
    "health": gettext_lazy("Health"),
    "education": gettext_lazy("Education"),
    "police": gettext_lazy("Police"),
    "fire": gettext_lazy("Fire and rescue"),
    "housing": gettext_lazy("Housing"),
    "voluntary": gettext_lazy("Charity or voluntary"),
    "government": gettext_lazy("Government"),
    "other": gettext_lazy("Other"),
}
"""The kinds of agencies that a council knows, by the slugs that are stored there."""

LONGEST_NAME: Final = 120
LONGEST_PHONE: Final = 20
MOST_AGENCIES: Final = 500
MOST_LETTERS: Final = 100_000
MOST_PROBLEMS: Final = 20

_HEADINGS: Final = {"name", "agency"}


class LinesRefused(Exception):
    """Some of the lines can't be read; `sentences` says which and why, by their number."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__(" ".join(self.sentences))


def read_lines(text: str, codes: Collection[str], country: str) -> list[dict[str, Any]]:
    """The agencies of the lines, all or none. Raises LinesRefused.

    `codes`: the service types that may stand there; `country`: the council's, as two letters, for phone numbers.
    """
    if len(text) > MOST_LETTERS:
        raise LinesRefused([_("This is more than can be pasted at once: paste at most 500 agencies")])
    if "\0" in text:
        raise LinesRefused([_("These lines hold something that is no text")])
    found: list[dict[str, Any]] = []
    problems: list[str] = []
    try:
        for number, row in enumerate(csv.reader(text.splitlines(), strict=True, skipinitialspace=True), start=1):
            cells = [cell.strip() for cell in row]
            if not any(cells) or (number == 1 and cells[0].lower() in _HEADINGS):
                continue
            agency, wrong = _read_cells(cells, codes, country)
            problems.extend(_("Line %(number)d: %(what)s") % {"number": number, "what": what} for what in wrong)
            found.append(agency)
    except csv.Error:
        problems.append(_("A quotation mark is opened and not closed, or stands in the middle of a cell"))
    names = [one["name"].casefold() for one in found]
    problems.extend(
        _("“%(name)s” is there twice") % {"name": one["name"]}
        for at, one in enumerate(found)
        if one["name"] and one["name"].casefold() in names[:at]
    )
    if len(found) > MOST_AGENCIES:
        problems.append(_("A council begins with at most 500 agencies"))
    if problems:
        raise LinesRefused(problems[:MOST_PROBLEMS])
    return found


def merged(agencies: Iterable[Mapping[str, Any]], more: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The agencies with `more` added; one of the same name is replaced where it stands."""
    by_name = {str(one["name"]).casefold(): dict(one) for one in agencies}
    by_name.update({str(one["name"]).casefold(): dict(one) for one in more})
    return list(by_name.values())


def kind_label(slug: str) -> str:
    """What a kind of agency is called."""
    return str(KINDS.get(slug, slug))


def phone_problem(phone: str, country: str) -> str:
    """Why this is no phone number of that country; empty where it may be one, or is left out."""
    if not phone:
        return ""
    try:
        if len(phone) <= LONGEST_PHONE and phonenumbers.is_possible_number(phonenumbers.parse(phone, country)):
            return ""
    except phonenumbers.NumberParseException:
        pass
    return _("“%(phone)s” is not a phone number") % {"phone": phone[:40]}


def _read_cells(cells: list[str], codes: Collection[str], country: str) -> tuple[dict[str, Any], list[str]]:
    name, kind, phone, services = [*cells, "", "", "", ""][:4]
    wrong = []
    if not name:
        wrong.append(_("the name is missing"))
    if len(name) > LONGEST_NAME:
        wrong.append(_("the name is longer than 120 letters"))
    if len(cells) > 4:
        wrong.append(_("there are more than four columns: put services into one, with spaces between them"))
    kind = kind.lower() or "other"
    by_label = {str(label).lower(): slug for slug, label in KINDS.items()}
    slug = kind if kind in KINDS else by_label.get(kind, "")
    if not slug:
        wrong.append(_("“%(kind)s” is no kind of agency") % {"kind": kind[:40]})
    if problem := phone_problem(phone, country):
        wrong.append(problem)
    given = list(dict.fromkeys(re.split(r"[\s;|]+", services))) if services else []
    wrong.extend(
        _("“%(code)s” is no service type of this council") % {"code": code[:60]} for code in given if code not in codes
    )
    return {"name": name, "kind": slug, "phone": phone, "services": given}, wrong
