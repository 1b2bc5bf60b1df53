"""A rehearsal in numbers, by role and agency and by service, with a few examples."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import F

from core.consent.pack import STANDARD_CLASS, OtherViewers
from core.consent.policy import Policy
from core.network.rehearsal.audience import Audience, Person, standing_everywhere
from core.network.rehearsal.changes import Change, changes, looked_at
from tenants.context import STATEMENT_TIMEOUT

MOST_EXAMPLES: Final = 10
LONGER: Final = "60s"
"""How long one statement of a rehearsal may take: it looks at a whole council."""


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

    @property
    def counts(self) -> dict[str, int]:
        """The numbers alone, for the record."""
        names = ("shown", "lost", "gained", "asked_anew", "sooner", "masked_lost", "masked_gained")
        return {name: getattr(self, name) for name in names}


@dataclass(slots=True)
class _Tally:
    people: set[UUID] = field(default_factory=set)
    lost: int = 0
    gained: int = 0
    asked_anew: int = 0
    sooner: int = 0

    def add(self, change: Change) -> None:
        self.lost += change.is_lost
        self.gained += change.is_gained
        self.asked_anew += change.is_asked_anew
        self.sooner += change.is_sooner


def rehearse(*, now: Policy, then: Policy, on: date) -> Rehearsal:
    """What would change if `then` took the place of `now` on a day. A few queries for each thousand lines touched."""
    reach: defaultdict[tuple[str, str], _Tally] = defaultdict(_Tally)
    services: defaultdict[str, _Tally] = defaultdict(_Tally)
    whole, examples = _Tally(), dict[UUID, Example]()
    with _taking_longer():
        everywhere = standing_everywhere()
        for lot in changes(now, then, on):
            audience = Audience(lot, everywhere)
            for change in lot:
                seen_by = tuple(audience.of(change))
                _count(change, seen_by, reach, services, whole)
                is_seen = change.is_lost or change.is_gained or change.is_asked_anew
                if is_seen and len(examples) < MOST_EXAMPLES and change.line.client_id not in examples:
                    examples[change.line.client_id] = _example(change, seen_by)
        return Rehearsal(
            on=on,
            shown=looked_at(on).filter(basis__in=sorted(now.in_force(on))).count(),
            lost=whole.lost,
            gained=whole.gained,
            asked_anew=whole.asked_anew,
            sooner=whole.sooner,
            masked_lost=_masked(now, then, on),
            masked_gained=_masked(then, now, on),
            reach=tuple(
                Reach(agency, role, len(tally.people), tally.lost, tally.gained)
                for (agency, role), tally in sorted(reach.items())
            ),
            services=tuple(
                ServiceCount(service, tally.lost, tally.gained, tally.asked_anew)
                for service, tally in sorted(services.items())
            ),
            examples=tuple(examples.values()),
        )


def _count(
    change: Change,
    seen_by: tuple[Person, ...],
    reach: defaultdict[tuple[str, str], _Tally],
    services: defaultdict[str, _Tally],
    whole: _Tally,
) -> None:
    for agency_id, agency, role in {(person.agency_id, person.agency, person.role) for person in seen_by}:
        reach[agency, role].lost += agency_id in change.lost_to
        reach[agency, role].gained += agency_id in change.gained_by
    for person in seen_by:
        reach[person.agency, person.role].people.add(person.id)
    whole.add(change)
    if change.is_lost or change.is_gained or change.is_asked_anew:
        services[change.line.service.service_type.label].add(change)


def _example(change: Change, seen_by: tuple[Person, ...]) -> Example:
    line = change.line
    return Example(
        client_id=line.client_id,
        service=line.service.service_type.label,
        agency=line.practitioner.agency.name,
        is_lost=change.is_lost,
        is_gained=change.is_gained,
        is_asked_anew=change.is_asked_anew,
        seen_by=tuple(sorted({(person.role, person.agency) for person in seen_by})),
    )


def _masked(shows: Policy, hides: Policy, on: date) -> int:
    """Lines of which others learn under the first policy that a service is there, and not under the second."""
    if shows.rules.sensitive.other_viewers is not OtherViewers.MASKED:
        return 0
    count = 0
    rows: Any = looked_at(on).filter(basis__in=sorted(shows.in_force(on)))
    kinds = rows.order_by().values_list(
        F("involvement__service__service_type__code"), F("involvement__service__service_type__sensitivity")
    )
    for code, own in kinds.distinct():
        if _is_masked(shows, code, own) and not _is_masked(hides, code, own):
            count += rows.filter(involvement__service__service_type__code=code).count()
    return count


def _is_masked(policy: Policy, code: str, own: str) -> bool:
    sensitive = policy.rules.sensitive
    cls = policy.class_of(code, own)
    masks = sensitive.other_viewers is OtherViewers.MASKED
    return masks and cls != STANDARD_CLASS and cls not in sensitive.hidden_always


@contextlib.contextmanager
def _taking_longer() -> Iterator[None]:
    """Let the statements inside take longer than a page's may."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [LONGER])
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [STATEMENT_TIMEOUT])
