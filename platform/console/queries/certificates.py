"""Reads of certificates: what was deleted of a council, and when its backups expire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from console.errors import NotThere
from console.models import Certificate


@dataclass(frozen=True, slots=True)
class CertificateShown:
    """One certificate. `rows` is its content in words and values, as the deployment wrote it."""

    id: UUID
    council_id: UUID
    council: str
    made_at: datetime
    content: Mapping[str, Any]

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """Everything it says, a line each."""
        return tuple(_rows(self.content))

    @property
    def tables(self) -> tuple[tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]], ...]:
        """Its lists of things with several values each: a title, the headings, and a row a thing."""
        return tuple(_tables(self.content))


def certificate_of(council_id: UUID) -> CertificateShown:
    """The certificate of a deleted council. Raises NotThere."""
    found = Certificate.objects.select_related("council").filter(council_id=council_id).first()
    if found is None:
        raise NotThere("There is no certificate.")
    return CertificateShown(found.id, found.council_id, found.council.name, found.made_at, found.content)


def in_words(name: str) -> str:
    """A key of the certificate as a person reads it."""
    return name.replace("_", " ").strip().capitalize()


def _rows(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in content.items():
        if name in {"progress", "certificate_id"}:
            continue
        if isinstance(value, Mapping):
            yield from ((f"{in_words(name)}: {in_words(str(key)).lower()}", _said(one)) for key, one in value.items())
        elif not _is_table(value):
            yield in_words(name), _said(value)


def _tables(content: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]]]:
    for name, value in content.items():
        if _is_table(value):
            heads = tuple(dict.fromkeys(key for row in value for key in row))
            rows = tuple(tuple(_said(row.get(key, "")) for key in heads) for row in value)
            yield in_words(name), tuple(in_words(str(key)) for key in heads), rows


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _said(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_said(one) for one in value)
    if isinstance(value, Mapping):
        return ", ".join(f"{in_words(str(key)).lower()} {_said(one)}" for key, one in value.items())
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "" if value is None else str(value)
