"""Live publications as plain rows: a rehearsal reads hundreds of thousands, and an instance of each costs too much.

A row has what the asking again and the keeping of time read of a publication, under the same names.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from core.directory.models import Agency, Practitioner, Service
from core.network.models import Publication
from tenants.base_model import TenantQuerySet

_ROW: Final = ("id", "basis", "visibility", "review_by", "warned_days", "reached", "is_conflicted")
_LINE: Final = ("id", "client_id", "practitioner_id", "service_id")
_CLIENT: Final = ("birth_date", "age_from", "age_to", "age_noted_on", "shield")
_CARD: Final = ("id", "agency_id", "employment", "cleared_until")


@dataclass(frozen=True, slots=True)
class Person:
    """A client: what their age is known by, and their shield."""

    birth_date: date | None
    age_from: int | None
    age_to: int | None
    age_noted_on: date | None
    shield: str


@dataclass(frozen=True, slots=True)
class Card:
    """A line's practitioner, by what the law asks of them."""

    id: UUID
    agency_id: UUID
    employment: str
    cleared_until: date | None
    agency: Agency


@dataclass(frozen=True, slots=True)
class Line:
    """An involvement."""

    id: UUID
    client_id: UUID
    practitioner_id: UUID
    service_id: UUID
    client: Person
    practitioner: Card
    service: Service


@dataclass(frozen=True, slots=True)
class Asked:
    """The decision of then: its question."""

    request: dict[str, Any]


@dataclass(slots=True)
class Row:
    """A live publication."""

    id: UUID
    basis: str
    visibility: str
    review_by: date
    warned_days: int | None
    reached: list[UUID]
    is_conflicted: bool
    decision: Asked
    involvement: Line


def read_rows(publications: TenantQuerySet[Publication]) -> list[Row]:
    """The publications of a query made by `publications_to_ask`. Four queries."""
    names = (
        "decision__request",
        *(f"involvement__{name}" for name in _LINE),
        *(f"involvement__client__{name}" for name in _CLIENT),
    )
    found: list[tuple[Any, ...]] = list(publications.values_list(*_ROW, *names))
    if not found:
        return []
    at = len(_ROW)
    cards = _cards({row[at + 3] for row in found})
    services = Service.objects.select_related("service_type").in_bulk({row[at + 4] for row in found})
    return [_row(row[:at], *row[at : at + 5], Person(*row[at + 5 :]), cards, services) for row in found]


def _row(
    own: tuple[Any, ...],
    request: dict[str, Any],
    line_id: UUID,
    client_id: UUID,
    practitioner_id: UUID,
    service_id: UUID,
    *around: Any,
) -> Row:
    client, cards, services = around
    line = Line(line_id, client_id, practitioner_id, service_id, client, cards[practitioner_id], services[service_id])
    publication_id, basis, visibility, review_by, warned_days, reached, is_conflicted = own
    return Row(publication_id, basis, visibility, review_by, warned_days, reached, is_conflicted, Asked(request), line)


def _cards(practitioner_ids: Iterable[UUID]) -> dict[UUID, Card]:
    rows: Any = Practitioner.objects.filter(id__in=practitioner_ids).values_list(*_CARD)
    cards = list(rows)
    agencies = Agency.objects.in_bulk({agency_id for _id, agency_id, *_rest in cards})
    return {
        card: Card(card, agency_id, employment, cleared_until, agencies[agency_id])
        for card, agency_id, employment, cleared_until in cards
    }
