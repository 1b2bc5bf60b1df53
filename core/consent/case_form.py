"""The form of a case (regimes, section 9.3): a request as plain data, as lawyers write it and as decisions store it."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from core.consent.pack import NOT_SHIELDED, STANDARD_CLASS, Employment
from core.consent.request import Action, Actor, ClientFacts, ConsentFacts, Recipient, Request, ServiceFacts

Choice = TypeVar("Choice", bound=StrEnum)

_PARTS = {"actor": Actor, "client": ClientFacts, "service": ServiceFacts, "consent": ConsentFacts}
_WORDS = ("facts", "factors", "fields")
_TEXTS = ("basis", "approval", "identifier", "by")
_KEYS = {*_PARTS, *_WORDS, *_TEXTS, "id", "pack", "title", "date", "action", "recipients", "search_fields", "expect"}


class CaseMalformed(Exception):
    """This case can't be asked; the message says which key is wrong and how."""


def request_from_case(case: Mapping[str, Any]) -> Request:
    """The request a case describes, with section 9.3's meaning for what it does not say. Raises CaseMalformed."""
    whole = _Table(case, "")
    return Request(
        on=whole.day("date"),
        action=whole.choice("action", Action),
        actor=_actor(whole.table("actor")),
        client=_client(whole.table("client")),
        service=_service(whole.table("service")),
        recipients=tuple(
            Recipient(agency=item.text("agency") or "", status=item.words("status"))
            for item in whole.tables("recipients")
        ),
        basis=whole.text("basis"),
        facts=whole.words("facts"),
        factors=whole.words("factors"),
        fields=whole.words("fields"),
        consent=_consent(whole.table("consent")),
        approval=whole.text("approval"),
        search_fields=tuple(sorted(whole.words("search_fields"))),
        identifier=whole.text("identifier"),
        by=whole.text("by"),
    )


def unread_keys(case: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys that mean nothing here: harmless remarks, or a slip of the pen that the author should see."""
    unread = [key for key in case if key not in _KEYS]
    for name, kind in _PARTS.items():
        part = case.get(name)
        if isinstance(part, Mapping):
            known = {field.name for field in fields(kind)}
            unread += [f"{name}.{key}" for key in part if key not in known]
    return tuple(unread)


def case_from_request(request: Request) -> dict[str, Any]:
    """The same form, ready for JSON; `request_from_case` reads it back. Holds codes and ids, no words about anyone."""
    return {
        "date": request.on.isoformat(),
        "action": request.action.value,
        **{name: _plain(getattr(request, name)) for name in _PARTS},
        "recipients": [_plain(recipient) for recipient in request.recipients],
        **{name: sorted(getattr(request, name)) for name in _WORDS},
        "search_fields": sorted(request.search_fields),
        **{name: getattr(request, name) for name in _TEXTS if getattr(request, name) is not None},
    }


def _actor(part: "_Table") -> Actor:
    return Actor(
        agency=part.text("agency") or "",
        status=part.words("status"),
        role=part.text("role") or "practitioner",
        employment=part.choice("employment", Employment, default=Employment.STAFF),
        checks_ok=part.flag("checks_ok", default=True),
        dsa=part.flag("dsa", default=True),
        related=part.flag("related"),
        involved=part.flag("involved"),
        invited=part.flag("invited"),
        assigned=part.flag("assigned"),
    )


def _client(part: "_Table") -> ClientFacts:
    return ClientFacts(age=part.number("age"), shield=part.text("shield") or NOT_SHIELDED)


def _service(part: "_Table") -> ServiceFacts:
    return ServiceFacts(cls=part.text("cls") or STANDARD_CLASS, named=part.words("named"))


def _consent(part: "_Table") -> ConsentFacts:
    return ConsentFacts(
        by=part.text("by"),
        competent=part.flag("competent") if part.has("competent") else None,
        refused=part.flag("refused"),
        withdrawn=part.flag("withdrawn"),
        age_days=part.number("age_days") or 0,
        disputed=part.flag("disputed"),
    )


def _plain(part: object) -> dict[str, Any]:
    names = [field.name for field in fields(part)]  # type: ignore[arg-type]  # always one of a request's own parts
    values = {name: getattr(part, name) for name in names}
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value in values.items()}


class _Table:
    """One table of a case. What is absent or null has its default; a wrong type raises, naming the key."""

    def __init__(self, data: Mapping[str, Any], name: str) -> None:
        self._data = data
        self._name = name

    def has(self, key: str) -> bool:
        return self._data.get(key) is not None

    def text(self, key: str) -> str | None:
        value = self._data.get(key)
        if value is None or isinstance(value, str):
            return value
        raise self._wrong(key, "a text")

    def number(self, key: str) -> int | None:
        value = self._data.get(key)
        if value is None or (isinstance(value, int) and not isinstance(value, bool)):
            return value
        raise self._wrong(key, "a whole number")

    def flag(self, key: str, *, default: bool = False) -> bool:
        value = self._data.get(key, default)
        if isinstance(value, bool):
            return value
        raise self._wrong(key, "true or false")

    def words(self, key: str) -> frozenset[str]:
        value = self._data.get(key, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value):
            return frozenset(value)
        raise self._wrong(key, "a list of texts")

    def choice(self, key: str, choices: type[Choice], *, default: Choice | None = None) -> Choice:
        try:
            return choices(self._data.get(key, default))
        except ValueError:
            raise self._wrong(key, f"one of {', '.join(choices)}") from None

    def day(self, key: str) -> date:
        value = self._data.get(key)
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            raise self._wrong(key, "a day, like 2026-11-21") from None

    def table(self, key: str) -> "_Table":
        value = self._data.get(key) or {}
        if isinstance(value, Mapping):
            return _Table(value, f"{key}.")
        raise self._wrong(key, "a table")

    def tables(self, key: str) -> "Iterator[_Table]":
        value = self._data.get(key) or []
        if isinstance(value, list) and all(isinstance(item, Mapping) for item in value):
            return (_Table(item, f"{key}.") for item in value)
        raise self._wrong(key, "a list of tables")

    def _wrong(self, key: str, expected: str) -> CaseMalformed:
        return CaseMalformed(f"{self._name}{key} must be {expected}.")
