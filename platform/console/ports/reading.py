"""From what a deployment said to the values of `ports.base`: every field is looked at; one that is wrong spoils all.

A deployment elsewhere may be broken or broken into. What it says is shown to operators and kept, so each text has a
length, each list an end, each number a size, and no text holds signs that a page or a terminal would obey.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, NoReturn, TypeVar
from uuid import UUID

from console.choices import OrderState
from console.ports.base import CouncilHere, Health, OrderHere, PackHere, ReadingHere
from console.ports.errors import BadReply
from core import clock

T = TypeVar("T")

MOST_COUNCILS: Final = 5_000
MOST_READINGS: Final = 500_000
MOST_WANTED: Final = 500
MOST_DEPTH: Final = 12
_STATES: Final = frozenset({"preparing", "training", "live", "suspended"})
LONGEST_TEXT: Final = 20_000
GREATEST_NUMBER: Final = 2**53 - 1
"""The greatest whole number that every reader of JSON keeps as it was written; more bytes than any council has."""
_YEARS: Final = range(2000, 2201)
_HIDDEN: Final = r"\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\U000e0000-\U000e007f"
"""Signs that are not seen, or turn the writing round, and halves of signs that no database keeps."""
_UNSEEMLY: Final = re.compile(rf"[\x00-\x1f{_HIDDEN}<>]")
"""Signs that no name of ours holds: controls, what is not seen, and the signs of markup."""
_UNSEEMLY_IN_TEXT: Final = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f{_HIDDEN}]|\r(?!\n)")
"""The same for longer texts, which may have lines and tabs; what looks like markup may stand, for pages escape it."""
_HOST: Final = re.compile(r"[a-z0-9.-]{1,253}")


def health(said: Any) -> Health:
    """How a deployment says it is. Raises BadReply."""
    one = _Fields(said)
    return Health(
        name=one.text("name", 100), region=one.text("region", 12), kind=one.one_of("kind", {"shared", "dedicated"}),
        version=one.text("version", 80), clock=one.moment("clock"), is_ready=one.flag("is_ready"),
        packs=one.all("packs", 50, _pack), service_types=one.all("service_types", 1_000, _service_type),
        fleet=one.plain("fleet"),
    )  # fmt: skip


def councils(said: Any) -> tuple[CouncilHere, ...]:
    """Every council that a deployment says it has, each once. Raises BadReply."""
    found = _Fields(said).all("councils", MOST_COUNCILS, _council)
    if len({one.id for one in found}) != len(found):
        raise BadReply("The deployment named a council twice.")
    return found


def order(said: Any, *, order_id: UUID, council_id: UUID | None = None) -> OrderHere:
    """The order that was asked for, and no other. Raises BadReply."""
    one = _Fields(said)
    found = OrderHere(
        id=one.id("id"), council_id=one.id("council_id"), kind=one.text("kind", 12),
        state=one.one_of("state", set(OrderState.values)), steps=one.all("steps", 50, _step),
        result=one.plain("result"), error=one.text("error", 300, may_be_empty=True),
    )  # fmt: skip
    if found.id != order_id or (council_id is not None and found.council_id != council_id):
        raise BadReply("The deployment answered with another council's order.")
    return found


def readings(said: Any) -> tuple[ReadingHere, ...]:
    """Councils' numbers by day. Raises BadReply, also for what is no count: a name does not come in as a number."""
    return _Fields(said).all("readings", MOST_READINGS, _reading)


def template(said: Any) -> Mapping[str, Any]:
    """A council without its people. Raises BadReply."""
    return _plain("template", said)


def wanted(said: Any, account: Mapping[str, Any]) -> tuple[str, ...]:
    """The checksums of the files that a deployment lacks, of those that the account names. Raises BadReply."""
    found = _Fields(said).all("wanted", MOST_WANTED, _text_of(64))
    if not set(found) <= {one["pdf"] for one in account["invoices"]}:
        raise BadReply("The deployment asks for a file that was not offered to it.")
    return tuple(dict.fromkeys(found))


def fleet(said: Any) -> Mapping[str, Any]:
    """How far a deployment's councils have come. Raises BadReply."""
    return _plain("fleet", said)


def parsed(body: bytes) -> Any:
    """The reply as JSON, not deeper than anything of ours. Raises BadReply."""
    try:
        said = json.loads(body, parse_constant=_no_constant)
    except (ValueError, RecursionError) as broken:
        raise BadReply("The deployment's reply is not JSON.") from broken
    _require_shallow(said, MOST_DEPTH)
    return said


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON's.")


def _require_shallow(said: Any, left: int) -> None:
    if left < 0:
        raise BadReply("The deployment's reply is deeper than any of ours.")
    if isinstance(said, dict | list):
        for one in said.values() if isinstance(said, dict) else said:
            _require_shallow(one, left - 1)


def _pack(said: Any) -> PackHere:
    one = _Fields(said)
    return PackHere(
        id=one.text("id", 40), version=one.text("version", 24), checksum=one.text("checksum", 64),
        title=one.text("title", 200), regions=one.all("regions", 20, _text_of(12)), is_signed=one.flag("is_signed"),
        periods=_periods(said.get("periods", {})),
    )  # fmt: skip


def _periods(said: Any) -> Mapping[str, int]:
    found = {_text_of(60)(name): number for name, number in _plain("periods", said).items()}
    if not all(isinstance(number, int) and not isinstance(number, bool) and number >= 0 for number in found.values()):
        raise BadReply("The deployment named a period that is none.")
    return found


def _service_type(said: Any) -> Mapping[str, Any]:
    one = _Fields(said)
    labels = {_text_of(40)(pack): _text_of(120)(label) for pack, label in one.plain("labels").items()}
    return {"code": one.text("code", 40), "sensitivity": one.text("sensitivity", 24), "labels": labels}


def _council(said: Any) -> CouncilHere:
    one = _Fields(said)
    hosts = one.all("hosts", 20, _text_of(253))
    if not all(_HOST.fullmatch(host) for host in hosts):
        raise BadReply("The deployment named a host that is none.")
    return CouncilHere(
        id=one.id("id"), name=one.text("name", 100), hosts=hosts, state=one.one_of("state", _STATES),
        pack_id=one.text("pack_id", 40), is_current=one.flag("is_current"), facts=one.plain("facts"),
    )  # fmt: skip


def _step(said: Any) -> tuple[str, str, bool]:
    if not isinstance(said, list | tuple) or len(said) != 3 or not isinstance(said[2], bool):
        raise BadReply("The deployment named a step that is none.")
    return _text_of(40)(said[0]), _text_of(120)(said[1]), said[2]


def _reading(said: Any) -> ReadingHere:
    one = _Fields(said)
    numbers = one.plain("numbers")
    _require_counts(numbers)
    return ReadingHere(
        council_id=one.id("council_id"), on=_past_day(one), numbers=numbers, counted_at=one.moment("counted_at")
    )


def _past_day(one: _Fields) -> date:
    """The day that was counted: none to come, but for where it is tomorrow already."""
    found = one.day("on")
    if found > clock.now().date() + timedelta(days=1):
        raise BadReply("The deployment counted a day that is still to come.")
    return found


def _require_counts(numbers: Any) -> None:
    """Numbers, nothing, yes or no, and short codes: at any depth."""
    if isinstance(numbers, dict):
        for name, value in numbers.items():
            _text_of(60)(name)
            _require_counts(value)
    elif isinstance(numbers, list):
        for value in numbers:
            _require_counts(value)
    elif isinstance(numbers, str):
        _text_of(80)(numbers)
    elif numbers is not None and not isinstance(numbers, bool | int | float):
        raise BadReply("The deployment's numbers hold something else.")


def _text_of(most: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        return _text("an entry", value, most)

    return read


def _text(name: str, value: Any, most: int, *, may_be_empty: bool = False) -> str:
    if not isinstance(value, str) or len(value) > most or not (value or may_be_empty) or _UNSEEMLY.search(value):
        raise BadReply(f"The deployment's reply has no proper “{name}”.")
    return value


def _plain(name: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadReply(f"The deployment's reply has no proper “{name}”.")
    _require_seemly(value)
    return value


def _require_seemly(value: Any) -> None:
    """At any depth: texts of a length and without signs that are not seen, numbers of a size, and nothing else."""
    if isinstance(value, dict):
        for name, inner in value.items():
            _text_of(200)(name)
            _require_seemly(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _require_seemly(inner)
    elif isinstance(value, str):
        if len(value) > LONGEST_TEXT or _UNSEEMLY_IN_TEXT.search(value):
            raise BadReply("The deployment's reply holds a text that is none of ours.")
    elif isinstance(value, int | float):
        if not math.isfinite(value) if isinstance(value, float) else abs(value) > GREATEST_NUMBER:
            raise BadReply("The deployment's reply holds a number that is none of ours.")
    elif value is not None:
        raise BadReply("The deployment's reply holds something that is none of ours.")


class _Fields:
    """The fields of one object of a reply, each read as what it has to be. Raises BadReply."""

    def __init__(self, said: Any) -> None:
        if not isinstance(said, dict):
            raise BadReply("The deployment's reply is not what the interface promises.")
        self._said = said

    def text(self, name: str, most: int, *, may_be_empty: bool = False) -> str:
        return _text(name, self._said.get(name), most, may_be_empty=may_be_empty)

    def one_of(self, name: str, values: set[str] | frozenset[str]) -> str:
        value = self._said.get(name)
        if not isinstance(value, str) or value not in values:
            raise BadReply(f"The deployment's reply has no proper “{name}”.")
        return value

    def flag(self, name: str) -> bool:
        value = self._said.get(name)
        if not isinstance(value, bool):
            raise BadReply(f"The deployment's reply has no proper “{name}”.")
        return value

    def id(self, name: str) -> UUID:
        return self._read(name, UUID)

    def day(self, name: str) -> date:
        return self._read(name, date.fromisoformat)

    def moment(self, name: str) -> datetime:
        found = self._read(name, datetime.fromisoformat)
        if found.tzinfo is None or found.year not in _YEARS:
            raise BadReply(f"The deployment's reply has no proper “{name}”.")
        return found

    def plain(self, name: str) -> Mapping[str, Any]:
        return _plain(name, self._said.get(name))

    def all(self, name: str, most: int, read: Callable[[Any], T]) -> tuple[T, ...]:
        value = self._said.get(name)
        if not isinstance(value, list) or len(value) > most:
            raise BadReply(f"The deployment's reply has no proper “{name}”.")
        return tuple(read(one) for one in value)

    def _read(self, name: str, as_: Callable[[str], T]) -> T:
        value = self._said.get(name)
        try:
            return as_(_text(name, value, 64))
        except ValueError:
            raise BadReply(f"The deployment's reply has no proper “{name}”.") from None
