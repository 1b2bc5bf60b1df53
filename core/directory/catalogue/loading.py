"""Reads and checks `service_types.toml`; all problems are reported at once."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

CATALOGUE_FILE = Path(__file__).with_name("service_types.toml")
STANDARD_CLASS = "standard"

_CODE = re.compile(r"[a-z]+\.[a-z_]+")
_SLUG = re.compile(r"[a-z][a-z0-9_]*")
_PACK_ID = re.compile(r"[a-z]+(?:-[a-z]+)*")
_ENTRY_KEYS = {"code", "class", "dfe_codes", "freshness_days", "offered"}
_OFFER_KEYS = {"label", "roles", "statuses", "to_be_confirmed"}


class CatalogueInvalid(Exception):
    """The catalogue can't be used; `problems` holds a sentence for each mistake."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, kw_only=True)
class Offer:
    """A service type as one jurisdiction knows it.

    `statuses` are codes of that jurisdiction's pack and only a suggestion. Where `to_be_confirmed` is true they are
    the first candidate of several, or empty.
    """

    label: str
    roles: tuple[str, ...]
    statuses: tuple[str, ...]
    to_be_confirmed: bool = False


@dataclass(frozen=True, kw_only=True)
class ServiceTypeEntry:
    """One row of the catalogue. `offered` maps a pack's id to the type as that jurisdiction knows it."""

    code: str
    sensitivity_class: str
    dfe_codes: tuple[str, ...]
    freshness_days: int | None
    offered: Mapping[str, Offer]

    @property
    def is_sensitive(self) -> bool:
        return self.sensitivity_class != STANDARD_CLASS


def load_catalogue(path: Path = CATALOGUE_FILE) -> tuple[ServiceTypeEntry, ...]:
    """All service types, in the file's order. Raises CatalogueInvalid."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise CatalogueInvalid([f"{path.name} can't be read: {problem}"]) from problem
    rows = data.get("service_type")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise CatalogueInvalid([f"{path.name} holds no [[service_type]]."])
    problems: list[str] = []
    for number, row in enumerate(rows, start=1):
        problems += [f"{path.name}, entry {number} ({row.get('code', 'no code')}): {p}" for p in _problems_in(row)]
    codes = [row["code"] for row in rows if isinstance(row.get("code"), str)]
    problems += [f"{path.name}: {code} is listed twice." for code in sorted({c for c in codes if codes.count(c) > 1})]
    if problems:
        raise CatalogueInvalid(problems)
    return tuple(_entry(row) for row in rows)


def _problems_in(row: Mapping[str, Any]) -> list[str]:
    problems = [f"{key} is not a key of a service type." for key in sorted(set(row) - _ENTRY_KEYS)]
    if not (isinstance(row.get("code"), str) and _CODE.fullmatch(row["code"])):
        problems.append("code must look like area.type, in lower case.")
    if not (isinstance(row.get("class"), str) and _SLUG.fullmatch(row["class"])):
        problems.append("class must be a word in lower case.")
    if not _is_texts(row.get("dfe_codes", [])):
        problems.append("dfe_codes must be a list of texts.")
    freshness = row.get("freshness_days")
    if freshness is not None and (not isinstance(freshness, int) or isinstance(freshness, bool) or freshness < 1):
        problems.append("freshness_days must be a whole number of days.")
    offered = row.get("offered")
    if not isinstance(offered, dict) or not offered:
        return [*problems, "offered must name at least one pack."]
    for pack_id, offer in offered.items():
        problems += [f"offered.{pack_id}: {problem}" for problem in _problems_in_offer(pack_id, offer)]
    return problems


def _problems_in_offer(pack_id: str, offer: object) -> list[str]:
    if not isinstance(offer, dict):
        return ["must be a table."]
    problems = [f"{key} is not a key of an offer." for key in sorted(set(offer) - _OFFER_KEYS)]
    if not _PACK_ID.fullmatch(pack_id):
        problems.append("is not the id of a pack.")
    if not (isinstance(offer.get("label"), str) and offer["label"].strip()):
        problems.append("label must be a text.")
    problems += [f"{key} must be a list of texts." for key in ("roles", "statuses") if not _is_texts(offer.get(key))]
    to_be_confirmed = offer.get("to_be_confirmed", False)
    if not isinstance(to_be_confirmed, bool):
        problems.append("to_be_confirmed must be true or false.")
    if offer.get("statuses") == [] and to_be_confirmed is not True:
        problems.append("statuses may be empty only where to_be_confirmed is true.")
    return problems


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) and item for item in value)


def _entry(row: Mapping[str, Any]) -> ServiceTypeEntry:
    return ServiceTypeEntry(
        code=row["code"],
        sensitivity_class=row["class"],
        dfe_codes=tuple(row.get("dfe_codes", ())),
        freshness_days=row.get("freshness_days"),
        offered=MappingProxyType(
            {
                pack_id: Offer(
                    label=offer["label"],
                    roles=tuple(offer["roles"]),
                    statuses=tuple(offer["statuses"]),
                    to_be_confirmed=offer.get("to_be_confirmed", False),
                )
                for pack_id, offer in row["offered"].items()
            }
        ),
    )
