"""What a council is furnished with before anybody works there: service types, agencies, roles, own words, tightening.

A furnishing is plain data that crosses between deployments: it comes with a new council or as a template's release,
and `collect` makes one of a council. It is everything of a council but people: no practitioner, no account, no client.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final

from core.consent.own_words import words_by_path
from core.consent.pack import Pack
from core.consent.policy import Tightening, tightening_from
from core.consent.policy_checks import check_tightening
from core.council.furnishing_reading import collect
from core.directory.catalogue import ServiceTypeEntry, load_catalogue
from core.directory.choices import AgencyKind
from core.people.identity import parse_phone
from ui.theme import InvalidColour, theme_from

__all__ = ["AgencyToMake", "Furnishing", "FurnishingInvalid", "collect", "entries_offered", "parse_furnishing"]

MOST_AGENCIES: Final = 500
MOST_ROLES: Final = 20
LONGEST_NAME: Final = 120
LONGEST_ROLE: Final = 80
LONGEST_CONTACT: Final = 200
KEYS: Final = ("service_types", "agencies", "roles", "words", "tightening", "help_contact", "theme")


class FurnishingInvalid(Exception):
    """A council can't be furnished with this; `problems` holds a sentence for each mistake."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class AgencyToMake:
    """An agency with its switchboard's number (E.164, or empty) and the codes of the services it offers."""

    name: str
    kind: str
    phone: str
    services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Furnishing:
    """A furnishing that holds together and only tightens its pack. `roles` are job titles by service type.

    The council's own words are in `tightening.wording`.
    """

    service_types: tuple[str, ...]
    agencies: tuple[AgencyToMake, ...] = ()
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    tightening: Tightening = field(default_factory=Tightening)
    help_contact: str = ""
    theme: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def entries_offered(pack: Pack) -> dict[str, ServiceTypeEntry]:
    """What the catalogue offers in a pack's jurisdiction, by code."""
    return {entry.code: entry for entry in load_catalogue() if pack.id in entry.offered}


def parse_furnishing(data: object, pack: Pack) -> Furnishing:
    """A furnishing for a council on `pack`. Raises FurnishingInvalid with a sentence for each mistake.

    Without service types it offers all of the catalogue's; a route that the law keeps off until the council's own
    officer signs it stays off, whatever the furnishing says of it.
    """
    if not isinstance(data, Mapping):
        raise FurnishingInvalid(["A furnishing is a table, and this is something else."])
    reading = _Reading(pack)
    for key in sorted(str(key) for key in data.keys() - set(KEYS)):
        reading.problems.append(f"A furnishing has no “{key[:40]}”.")
    codes = reading.service_types(data.get("service_types"))
    found = Furnishing(
        service_types=codes,
        agencies=tuple(reading.agencies(data.get("agencies", []), codes)),
        roles=reading.roles(data.get("roles", {}), codes),
        tightening=reading.tightening(data.get("tightening", {}), data.get("words", {}), codes),
        help_contact=reading.text(data.get("help_contact", ""), "The help contact", LONGEST_CONTACT),
        theme=reading.theme(data.get("theme", {})),
    )
    if reading.problems:
        raise FurnishingInvalid(reading.problems)
    return found


class _Reading:
    """One furnishing being read: what is wrong with it gathers in `problems`."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.offered = entries_offered(pack)
        self.problems: list[str] = []

    def service_types(self, value: object) -> tuple[str, ...]:
        """The codes to offer; all of the catalogue's where nothing is said."""
        if value is None:
            return tuple(self.offered)
        codes = self._texts(value, "The service types")
        for code in codes:
            if code not in self.offered:
                self.problems.append(f"The catalogue for {self.pack.title} has no service type “{code[:60]}”.")
        if not codes:
            self.problems.append("A council offers at least one type of service.")
        return tuple(dict.fromkeys(code for code in codes if code in self.offered))

    def agencies(self, value: object, codes: tuple[str, ...]) -> Iterator[AgencyToMake]:
        """The agencies, each name once."""
        if not isinstance(value, list) or len(value) > MOST_AGENCIES:
            self.problems.append(f"The agencies are a list of at most {MOST_AGENCIES}.")
            return
        names: set[str] = set()
        for number, one in enumerate(value, start=1):
            if not isinstance(one, Mapping) or one.keys() - {"name", "kind", "phone", "services"}:
                self.problems.append(f"Agency {number} needs a name, a kind, a phone number and services, no more.")
                continue
            name = self.text(one.get("name", ""), f"The name of agency {number}", LONGEST_NAME)
            if not name or "@" in name:
                self.problems.append(f"Agency {number} needs the name of an organisation.")
            elif name.casefold() in names:
                self.problems.append(f"“{name}” is in the list of agencies twice.")
            names.add(name.casefold())
            kind = str(one.get("kind", AgencyKind.OTHER))
            if kind not in AgencyKind.values:
                self.problems.append(f"“{kind[:40]}” is no kind of agency, and {name or number} has it.")
            phone = self._phone(one.get("phone", ""), name)
            services = self._texts(one.get("services", []), f"The services of {name or number}")
            for code in services:
                if code not in codes:
                    self.problems.append(f"{name or number} offers “{code[:60]}”, which this council does not.")
            yield AgencyToMake(name, kind, phone, tuple(dict.fromkeys(services)))

    def roles(self, value: object, codes: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
        """Job titles by service type."""
        if not isinstance(value, Mapping):
            self.problems.append("The roles are job titles by service type, and these are something else.")
            return MappingProxyType({})
        found: dict[str, tuple[str, ...]] = {}
        for code, titles in value.items():
            if code not in codes:
                self.problems.append(f"There are roles for “{str(code)[:60]}”, which this council does not offer.")
                continue
            given = [
                self.text(one, f"A role of “{code}”", LONGEST_ROLE)
                for one in self._texts(titles, f"The roles of “{code}”")
            ]
            if len(given) > MOST_ROLES:
                self.problems.append(f"“{code}” has more than {MOST_ROLES} roles.")
            found[str(code)] = tuple(dict.fromkeys(one for one in given if one))
        return MappingProxyType(found)

    def tightening(self, value: object, words: object, codes: tuple[str, ...]) -> Tightening:
        """The tightening with the council's own words. It only ever tightens, and signs nothing."""
        if not isinstance(value, Mapping) or not isinstance(words, Mapping):
            self.problems.append("The tightening and the council's own words are tables, and these are something else.")
            return Tightening()
        if "wording" in value:
            self.problems.append("The council's own words stand under “words”, not in the tightening.")
        own = {str(path): str(text) for path, text in words.items()}
        try:
            tighter = tightening_from({**{str(key): one for key, one in value.items()}, "wording": own})
        except (ValueError, TypeError):
            self.problems.append("The tightening can't be read: it holds what this release does not know.")
            return Tightening()
        if tighter.bases_signed:
            self.problems.append("A route is signed by the council's own officer, never by a furnishing.")
        kept_off = frozenset(self.pack.conversation.off_until_signed)
        tighter = replace(tighter, bases_signed=frozenset(), bases_off=tighter.bases_off | kept_off)
        types = {code: self.offered[code].sensitivity_class for code in codes}
        self.problems += check_tightening(self.pack, tighter, types=types)
        theirs = words_by_path(self.pack)
        same = {path for path, text in tighter.wording.items() if theirs.get(path) == text}
        return replace(tighter, wording={path: text for path, text in tighter.wording.items() if path not in same})

    def theme(self, value: object) -> Mapping[str, str]:
        """Colours by the names of a theme's parts."""
        if not isinstance(value, Mapping):
            self.problems.append("The look is a table of colours, and this is something else.")
            return MappingProxyType({})
        given = {str(name): str(colour) for name, colour in value.items()}
        try:
            theme_from(given)
        except InvalidColour as wrong:
            self.problems.append(str(wrong))
        return MappingProxyType(given)

    def text(self, value: object, what: str, longest: int) -> str:
        """One line of text."""
        text = " ".join(value.split()) if isinstance(value, str) else ""
        if not isinstance(value, str) or any(not sign.isprintable() for sign in text):
            self.problems.append(f"{what} has to be one line of text.")
        elif len(text) > longest:
            self.problems.append(f"{what} is longer than {longest} characters.")
        return text[:longest]

    def _texts(self, value: object, what: str) -> list[str]:
        if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
            self.problems.append(f"{what} have to be a list of texts.")
            return []
        return list(value)

    def _phone(self, value: Any, name: str) -> str:
        text = self.text(value, f"The number of {name or 'an agency'}", LONGEST_NAME)
        number = parse_phone(text, self.pack.jurisdiction.split("-")[0])
        if text and not number:
            self.problems.append(f"“{text[:40]}”, given for {name or 'an agency'}, is not a phone number.")
        return number
