"""What a deployment said of itself, as plain values: its packs, its service types, how far its fleet is.

It was checked where it came in (`ports`); what is missing here is a deployment that has not been heard yet.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy

STANDARD: Final = "standard"

_GROUPS: Final = {
    "universal": gettext_lazy("For everyone"),
    "education": gettext_lazy("Education"),
    "health": gettext_lazy("Health"),
    "family": gettext_lazy("Families"),
    "social": gettext_lazy("Social care"),
    "care": gettext_lazy("Children in care and care leavers"),
    "adoption": gettext_lazy("Adoption"),
    "youth": gettext_lazy("Young people"),
    "justice": gettext_lazy("Justice"),
    "safety": gettext_lazy("Safety"),
    "housing": gettext_lazy("Housing"),
    "community": gettext_lazy("Community"),
    "migration": gettext_lazy("Migration"),
}


@dataclass(frozen=True, slots=True)
class HeldPack:
    """One version of a law pack that a deployment's release holds."""

    id: str
    version: str
    checksum: str
    title: str
    regions: tuple[str, ...]
    is_signed: bool
    periods: tuple[tuple[str, int], ...] = ()

    @property
    def ref(self) -> str:
        """The pack and its version, as in gb-eng@2026.11.0."""
        return f"{self.id}@{self.version}"


@dataclass(frozen=True, slots=True)
class HeldType:
    """A service type of the deployment's catalogue."""

    code: str
    label: str
    sensitivity: str

    @property
    def is_sensitive(self) -> bool:
        """Whether a line of this type tells something by itself."""
        return self.sensitivity != STANDARD

    @property
    def group(self) -> str:
        """The first part of its code: what it is listed under."""
        return self.code.partition(".")[0]


def packs_of(said: Mapping[str, Any]) -> tuple[HeldPack, ...]:
    """The law packs that the deployment said it holds, by title and newest version first."""
    packs = [
        HeldPack(
            id=str(one["id"]), version=str(one["version"]), checksum=str(one["checksum"]),
            title=str(one.get("title") or one["id"]), regions=tuple(one.get("regions") or ()),
            is_signed=bool(one.get("is_signed")),
            periods=tuple((str(name), int(number)) for name, number in (one.get("periods") or {}).items()),
        )
        for one in said.get("packs") or ()
    ]  # fmt: skip
    newest_first = sorted(packs, key=lambda pack: pack.version, reverse=True)
    return tuple(sorted(newest_first, key=lambda pack: pack.title))


def pack_held(said: Mapping[str, Any], checksum: str) -> HeldPack | None:
    """The pack with this checksum, where the deployment holds it."""
    return next((pack for pack in packs_of(said) if pack.checksum == checksum), None)


def types_of(said: Mapping[str, Any], pack_id: str = "") -> tuple[HeldType, ...]:
    """The service types of the deployment's catalogue, as the pack's country knows them, in the catalogue's order."""
    found = []
    for one in said.get("service_types") or ():
        labels = one.get("labels") or {}
        if pack_id and labels and pack_id not in labels:
            continue
        label = labels.get(pack_id) or one.get("label") or one["code"]
        found.append(HeldType(str(one["code"]), str(label), str(one.get("sensitivity") or STANDARD)))
    return tuple(found)


def group_label(slug: str) -> str:
    """What a group of service types is called."""
    return str(_GROUPS.get(slug) or slug.replace("_", " ").capitalize())
