"""Who, by name of role and agency, stands before a line: the people on a client's network whom it reaches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from core import clock
from core.accounts.choices import Role
from core.consent.decision import RELATIONSHIP_ROLES
from core.directory.models import Membership, Practitioner
from core.network.choices import Answer
from core.network.models import Conflict, Involvement, NetworkInvitation
from core.network.rehearsal.changes import Change

_CARD = ("id", "agency_id", "agency__name", "job_title")


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """One practitioner, by what they are: in an audience each is there once, so that sets of them are quick."""

    id: UUID
    agency_id: UUID
    agency: str
    role: str


class Audience:
    """The people around the clients of one lot: four queries, and one more for a whole rehearsal."""

    def __init__(self, changed: Collection[Change], standing_everywhere: Iterable[Person]) -> None:
        clients = {change.line.client_id for change in changed}
        self._everywhere = tuple(standing_everywhere)
        people = {person.id: person for person in self._everywhere}
        self._around: dict[UUID, set[Person]] = defaultdict(set)
        for rows in (
            Involvement.objects.filter(client_id__in=clients, ended_on=None),
            NetworkInvitation.objects.filter(client_id__in=clients, answer=Answer.ACCEPTED),
        ):
            able = rows.filter(_able("practitioner__"))
            for client_id, *card in able.values_list("client_id", *(f"practitioner__{name}" for name in _CARD)):
                self._around[client_id].add(people.get(card[0]) or people.setdefault(card[0], Person(*card)))
        self._kin = set(
            Conflict.objects.filter(client_id__in=clients, ended_at=None).values_list("client_id", "practitioner_id")
        )
        services = {change.line.service_id for change in changed}
        self._managers = set(
            Membership.objects.filter(
                service_id__in=services, is_manager=True, practitioner__user__roles__contains=[Role.MANAGER.value]
            ).values_list("service_id", "practitioner_id")
        )

    def around(self, client_id: UUID) -> set[Person]:
        """Everyone on a client's network, and whoever stands everywhere."""
        return self._around[client_id].union(self._everywhere)

    def of(self, change: Change) -> Iterator[Person]:
        """Whoever would lose or gain this line: it was published to their agency, and is not theirs."""
        line, reached = change.line, change.lost_to | change.gained_by
        for person in self.around(line.client_id):
            is_theirs = person.id == line.practitioner_id or (line.service_id, person.id) in self._managers
            if person.agency_id in reached and not is_theirs and (line.client_id, person.id) not in self._kin:
                yield person


def standing_everywhere() -> tuple[Person, ...]:
    """The few whose function in law stands for a relationship with every client. One query."""
    by_function = Q(functions__overlap=sorted(RELATIONSHIP_ROLES)) | Q(user__roles__overlap=sorted(RELATIONSHIP_ROLES))
    rows: Any = Practitioner.objects.filter(by_function, _able("")).values_list(*_CARD)
    return tuple(Person(*card) for card in rows)


def _able(card: str) -> Q:
    """As SQL: with an account, cleared, not gone, of an agency whose agreement holds. `card` leads to the card."""
    today = clock.today()
    return (
        Q(**{f"{card}user__isnull": False, f"{card}left_on": None})
        & (Q(**{f"{card}cleared_until": None}) | Q(**{f"{card}cleared_until__gte": today}))
        & Q(**{f"{card}agency__agreement_signed_on__lte": today})
        & (
            Q(**{f"{card}agency__agreement_expires_on": None})
            | Q(**{f"{card}agency__agreement_expires_on__gte": today})
        )
    )
