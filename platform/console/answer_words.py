"""What was answered, in a few words a task: for the check before the last click, and where two operators met."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.answers import Place

_Value = Mapping[str, Any]


def words_of(slug: str, value: _Value, place: Place | None) -> tuple[str, ...]:
    """The answer to a task in sentences; empty where there is none."""
    return tuple(_SAY[slug](value, place)) if value else ()


def _identity(value: _Value, _place: Place | None) -> list[str]:
    return [str(value.get("name", "")), *map(str, value.get("hosts", ()))]


def _where(_value: _Value, place: Place | None) -> list[str]:
    return [_("%(name)s, in the region %(region)s") % {"name": place.name, "region": place.region}] if place else []


def _pack(value: _Value, _place: Place | None) -> list[str]:
    return [f"{value.get('title', '')} ({value.get('pack_id')}@{value.get('version')})"]


def _services(value: _Value, _place: Place | None) -> list[str]:
    count = len(value.get("codes", ()))
    return [ngettext("%(count)d service type", "%(count)d service types", count) % {"count": count}]


def _agencies(value: _Value, _place: Place | None) -> list[str]:
    agencies = value.get("agencies", ())
    count = len(agencies)
    said = [ngettext("%(count)d agency", "%(count)d agencies", count) % {"count": count}]
    if agencies:
        shown = ", ".join(str(one["name"]) for one in agencies[:5])
        said.append(shown + (_(" and more") if count > 5 else ""))
    return said


def _roles(value: _Value, _place: Place | None) -> list[str]:
    count = len(value.get("roles", {}))
    if not count:
        return [_("Job titles as in the catalogue")]
    return [
        ngettext("Own job titles for %(count)d service type", "Own job titles for %(count)d service types", count)
        % {"count": count}
    ]


def _words(value: _Value, _place: Place | None) -> list[str]:
    own = value.get("words", {})
    said = [_("Help: %(contact)s") % {"contact": value["help_contact"]}] if value.get("help_contact") else []
    if name := own.get("conversation.name"):
        said.append(_("The conversation is called “%(name)s”") % {"name": name})
    if others := len([path for path in own if path != "conversation.name"]):
        said.append(ngettext("%(count)d text in own words", "%(count)d texts in own words", others) % {"count": others})
    return said


def _look(value: _Value, _place: Place | None) -> list[str]:
    theme = value.get("theme", {})
    return [f"{part}: {colour}" for part, colour in theme.items()] or [_("Patchwork's own colours")]


def _retention(value: _Value, _place: Place | None) -> list[str]:
    said = [_("The law pack's periods hold")] if value.get("seen") else []
    if value.get("tightening"):
        said.append(_("What the copied council tightened is tightened here too"))
    return said


def _administrator(value: _Value, _place: Place | None) -> list[str]:
    return [str(value.get("email", ""))]


def _training(value: _Value, _place: Place | None) -> list[str]:
    if not value.get("wanted"):
        return [_("None")]
    return [_("With made-up people, at %(host)s") % {"host": value.get("host", "")}]


_SAY: Final[Mapping[str, Callable[[_Value, Place | None], list[str]]]] = {
    "identity": _identity,
    "place": _where,
    "pack": _pack,
    "services": _services,
    "agencies": _agencies,
    "roles": _roles,
    "words": _words,
    "look": _look,
    "retention": _retention,
    "administrator": _administrator,
    "training": _training,
}
