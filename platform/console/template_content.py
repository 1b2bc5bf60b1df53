"""What a template's release holds: service types, own words and job titles, checked strictly. It asks no database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _

KEYS: Final = ("service_types", "words", "roles")
MOST_LETTERS: Final = 200_000
LONGEST_TEXT: Final = 4_000


class ContentRefused(ValueError):
    """This can't be a template's content; `sentences` says why."""

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = tuple(sentences)
        super().__init__(" ".join(self.sentences))


def read_content(typed: str) -> dict[str, Any]:
    """The content typed as JSON. Raises ContentRefused."""
    if len(typed) > MOST_LETTERS:
        raise ContentRefused([_("This is longer than any template")])
    try:
        said = json.loads(typed)
    except (ValueError, RecursionError):
        raise ContentRefused([_("This is not JSON: check brackets, commas and quotation marks")]) from None
    return checked(said)


def checked(said: Any) -> dict[str, Any]:
    """The content, holding what a template may and no more. Raises ContentRefused."""
    if not isinstance(said, Mapping):
        raise ContentRefused([_("A template is a table of service types, words and roles")])
    problems = [_("A template has no “%(key)s”") % {"key": str(key)[:40]} for key in said if key not in KEYS]
    if "service_types" in said and not _is_texts(said["service_types"]):
        problems.append(_("“service_types” has to be a list of codes"))
    words, roles = said.get("words", {}), said.get("roles", {})
    if not isinstance(words, Mapping) or not all(_is_text(path) and _is_text(text) for path, text in words.items()):
        problems.append(_("“words” has to be texts by their path"))
    if not isinstance(roles, Mapping) or not all(_is_texts(titles) for titles in roles.values()):
        problems.append(_("“roles” has to be lists of job titles by service type"))
    if not problems and not any(said.get(key) for key in KEYS):
        problems.append(_("A template has to hold something: service types, words or roles"))
    if problems:
        raise ContentRefused(problems)
    return {key: said[key] for key in KEYS if said.get(key)}


def require_furnishing(said: Any) -> None:
    """See that everything a council said it is furnished with has the shape it should have. Raises ContentRefused."""
    if not isinstance(said, Mapping):
        raise ContentRefused([_("What the council says of itself is not what a template is made of")])
    shapes: dict[str, Callable[[Any], bool]] = {
        "service_types": _is_texts, "agencies": lambda value: isinstance(value, list) and all(map(_is_agency, value)),
        "roles": lambda value: isinstance(value, Mapping) and all(map(_is_texts, value.values())),
        "words": _is_texts_by_name, "theme": _is_texts_by_name, "tightening": lambda value: isinstance(value, Mapping),
    }  # fmt: skip
    wrong = [key for key, has_shape in shapes.items() if said.get(key) and not has_shape(said[key])]
    if wrong:
        raise ContentRefused(
            _("The council's “%(key)s” is not what a template is made of") % {"key": key} for key in wrong
        )


def of_a_council(template: Mapping[str, Any]) -> dict[str, Any]:
    """A template's content out of everything that a council said it is furnished with. Raises ContentRefused."""
    require_furnishing(template)
    return checked({key: template[key] for key in KEYS if template.get(key)})


def checksum_of(content: Mapping[str, Any]) -> str:
    """The same content has the same checksum, however it was typed."""
    whole = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_TEXT and "\0" not in value


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(_is_text(one) for one in value)


def _is_texts_by_name(value: Any) -> bool:
    return isinstance(value, Mapping) and all(isinstance(text, str) and "\0" not in text for text in value.values())


def _is_agency(value: Any) -> bool:
    if not isinstance(value, Mapping):
        return False
    is_said = all(isinstance(value.get(name, ""), str) for name in ("name", "kind", "phone"))
    return is_said and _is_texts(value.get("services") or [])
