"""A rehearsal in numbers: added up lot by lot as plain codes, counts and ids, so that it can be kept on the way."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django.db.models import F

from core.consent.pack import STANDARD_CLASS, OtherViewers
from core.consent.policy import Policy
from core.network.rehearsal.audience import Audience, Person
from core.network.rehearsal.changes import Change, looked_at

MOST_EXAMPLES: Final = 10

CHANGED: Final = ("lost", "gained", "asked_anew", "sooner")
_OF_A_SERVICE: Final = ("lost", "gained", "asked_anew")


class Sum:
    """What the lots so far add up to. `so_far` and `examples` are ready for JSON: no name of anybody is in them.

    People who share a role and an agency are one group, under a hash; one of them stands for it, so that its role and
    agency can be told from their card. It grows with the practitioners of a council, not with its clients.
    """

    def __init__(self, so_far: dict[str, Any] | None = None, examples: list[dict[str, Any]] | None = None) -> None:
        stored = so_far or {}
        self._whole: dict[str, int] = stored.get("whole") or dict.fromkeys(CHANGED, 0)
        self._services: dict[str, dict[str, int]] = stored.get("services") or {}
        self._reach: dict[str, dict[str, Any]] = stored.get("reach") or {}
        self._people = {key: set(group["people"]) for key, group in self._reach.items()}
        self.examples = examples or []
        self._shown_clients = {one["client"] for one in self.examples}

    @property
    def so_far(self) -> dict[str, Any]:
        """All that it takes to go on."""
        reach = {key: {**group, "people": sorted(self._people[key])} for key, group in self._reach.items()}
        return {"whole": self._whole, "services": self._services, "reach": reach}

    def add(self, changed: list[Change], everywhere: Iterable[Person]) -> None:
        """Count one lot. Four queries, or none where nothing in it changes for anybody."""
        told = [change for change in changed if change.is_lost or change.is_gained or change.is_asked_anew]
        for change in changed:
            _count(self._whole, change, CHANGED)
        if not told:
            return
        audience = Audience(told, everywhere)
        for change in told:
            code = change.line.service.service_type.code
            _count(self._services.setdefault(code, dict.fromkeys(_OF_A_SERVICE, 0)), change, _OF_A_SERVICE)
            groups = self._groups(change, audience)
            if len(self.examples) < MOST_EXAMPLES and str(change.line.client_id) not in self._shown_clients:
                self._shown_clients.add(str(change.line.client_id))
                self.examples.append(_example(change, groups))

    def _groups(self, change: Change, audience: Audience) -> list[Person]:
        """Count a change for each role and agency that it reaches. Returns one person of each."""
        groups: dict[str, Person] = {}
        for person in audience.of(change):
            key = _group(person)
            if key not in groups:
                groups[key] = person
                group = self._reach.setdefault(key, {"who": str(person.id), "lost": 0, "gained": 0})
                group["lost"] += person.agency_id in change.lost_to
                group["gained"] += person.agency_id in change.gained_by
            self._people.setdefault(key, set()).add(str(person.id))
        return sorted(groups.values(), key=lambda person: (person.role, person.agency))

    def result(self, now: Policy, then: Policy, on: date) -> dict[str, Any]:
        """The numbers as they are kept, with those that are counted of the whole council at once."""
        return {
            "shown": looked_at(on).filter(basis__in=sorted(now.in_force(on))).count(),
            **self._whole,
            "masked_lost": _masked(now, then, on),
            "masked_gained": _masked(then, now, on),
            "reach": [{**group, "people": len(self._people[key])} for key, group in self._reach.items()],
            "services": self._services,
        }


def _count(into: dict[str, int], change: Change, names: Iterable[str]) -> None:
    for name in names:
        into[name] += getattr(change, f"is_{name}")


def _group(person: Person) -> str:
    role = hashlib.blake2b(person.role.encode(), digest_size=8).hexdigest()
    return f"{person.agency_id} {role}"


def _example(change: Change, seen_by: Iterable[Person]) -> dict[str, Any]:
    line = change.line
    return {
        "client": str(line.client_id),
        "service": line.service.service_type.code,
        "agency": str(line.practitioner.agency_id),
        "is_lost": change.is_lost,
        "is_gained": change.is_gained,
        "is_asked_anew": change.is_asked_anew,
        "seen_by": [str(person.id) for person in seen_by],
    }


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
