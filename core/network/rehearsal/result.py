"""A rehearsal as a page tells it: the kept codes and ids, with the names of services, roles and agencies put in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from core.consent.pack import NOT_SHIELDED
from core.directory.models import Agency, Practitioner, ServiceType
from core.people.models import Client


@dataclass(frozen=True, slots=True)
class Reach:
    """People of one role in one agency, and how many lines they would no longer see, or see again."""

    agency: str
    role: str
    people: int
    lost: int
    gained: int


@dataclass(frozen=True, slots=True)
class ServiceCount:
    """Lines of one service type."""

    service: str
    lost: int
    gained: int
    asked_anew: int


@dataclass(frozen=True, slots=True)
class Example:
    """One client's line that would change; no name of the client. `seen_by` are roles and agencies."""

    client_id: UUID
    service: str
    agency: str
    is_lost: bool
    is_gained: bool
    is_asked_anew: bool
    seen_by: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a draft would change on a day.

    `shown` lines are shown to somebody today. `lost` and `gained` lines would change for at least one agency's people.
    `sooner` would come up for review earlier than they do now. `masked_lost` are lines of which others would no longer
    be told that a service is there.
    """

    on: date
    shown: int
    lost: int
    gained: int
    asked_anew: int
    sooner: int
    masked_lost: int
    masked_gained: int
    reach: tuple[Reach, ...]
    services: tuple[ServiceCount, ...]
    examples: tuple[Example, ...]

    @property
    def changes_nothing(self) -> bool:
        """Whether nobody would notice it in what they see."""
        counts = (self.lost, self.gained, self.asked_anew, self.sooner, self.masked_lost, self.masked_gained)
        return not any(counts)


TOTALS = ("shown", "lost", "gained", "asked_anew", "sooner", "masked_lost", "masked_gained")
"""The counts that stand for the whole."""


def told(
    on: date, counts: Mapping[str, Any], examples: Sequence[Mapping[str, Any]], *,
    without: frozenset[UUID] = frozenset(),
) -> Rehearsal:  # fmt: skip
    """The kept result with its names. Four queries.

    A client who has been shielded or has gone since is no example, and neither is anybody of `without`.
    """
    labels = dict(ServiceType.objects.values_list("code", "label"))
    standing_for = {group["who"] for group in counts["reach"]}.union(*(one["seen_by"] for one in examples))
    cards: Any = Practitioner.objects.filter(id__in=standing_for)
    groups = {str(card): (role, agency) for card, role, agency in cards.values_list("id", "job_title", "agency__name")}
    shown = _still_shown(one["client"] for one in examples)
    agencies = {
        str(agency_id): name
        for agency_id, name in Agency.objects.filter(id__in=[one["agency"] for one in examples]).values_list(
            "id", "name"
        )
    }
    return Rehearsal(
        on=on,
        **{name: counts[name] for name in TOTALS},
        reach=_reach(counts["reach"], groups),
        services=tuple(
            ServiceCount(service=labels.get(code, code), **numbers)
            for code, numbers in sorted(counts["services"].items(), key=lambda item: labels.get(item[0], item[0]))
        ),
        examples=tuple(
            Example(
                client_id=UUID(one["client"]),
                service=labels.get(one["service"], one["service"]),
                agency=agencies.get(one["agency"], ""),
                is_lost=one["is_lost"],
                is_gained=one["is_gained"],
                is_asked_anew=one["is_asked_anew"],
                seen_by=tuple(groups[who] for who in one["seen_by"] if who in groups),
            )
            for one in examples
            if one["client"] in shown and UUID(one["client"]) not in without
        ),
    )


def _reach(kept: Sequence[Mapping[str, Any]], groups: Mapping[str, tuple[str, str]]) -> tuple[Reach, ...]:
    """By agency and role; groups that have come to be called the same stay beside one another."""
    rows = [
        Reach(agency=groups[one["who"]][1], role=groups[one["who"]][0], people=one["people"], lost=one["lost"],
              gained=one["gained"])
        for one in kept
        if one["who"] in groups
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (row.agency, row.role)))


def _still_shown(client_ids: Any) -> set[str]:
    rows = Client.objects.filter(id__in=list(client_ids), removed_at=None, closed_on=None, shield=NOT_SHIELDED)
    return {str(client_id) for client_id in rows.values_list("id", flat=True)}
