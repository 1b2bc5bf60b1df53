"""All that the actions need to know around one client: the policy, who supports them, which agencies that makes.

It is for rules and actions alone. It holds lines that the viewer may not see, so no page is ever given it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from core import clock
from core.consent.packs_in_use import policy_in_force
from core.consent.policy import Policy
from core.consent.request import ClientFacts
from core.directory.models import Membership, Service
from core.network.choices import Answer, WithdrawalScope
from core.network.facts import client_facts
from core.network.models import Involvement, NetworkInvitation, Publication, Withdrawal
from core.people.models import Client


@dataclass(frozen=True, slots=True)
class Supporter:
    """One open involvement."""

    involvement_id: UUID
    practitioner_id: UUID
    user_id: UUID | None
    service_id: UUID
    agency_id: UUID
    statuses: frozenset[str]
    is_lead: bool


@dataclass(frozen=True, slots=True)
class Around:
    """The client, the policy in force, and everyone around.

    `agencies` maps each agency on the network, or invited to it, to its statuses here; `invited` are those whose
    invitation waits, or who accepted it and have not joined yet; `left_off` are the agencies that the client took off;
    `left_off_line` those they took off one line, by line and agency, and when.
    """

    client: Client
    facts: ClientFacts
    policy: Policy
    on: date
    supporters: tuple[Supporter, ...]
    agencies: Mapping[UUID, frozenset[str]]
    invited: frozenset[UUID]
    left_off: frozenset[UUID] = frozenset()
    left_off_line: Mapping[tuple[UUID, UUID], datetime] = field(default_factory=dict)

    def with_agency(self, agency_id: UUID, statuses: Iterable[str]) -> Mapping[UUID, frozenset[str]]:
        """The agencies, one more among them."""
        return _add({**self.agencies}, agency_id, statuses)

    def supporter(self, practitioner_id: UUID, service_id: UUID) -> Supporter | None:
        """That practitioner's open involvement with that service, or None."""
        return next(
            (one for one in self.supporters if (one.practitioner_id, one.service_id) == (practitioner_id, service_id)),
            None,
        )

    def is_left_off(self, agency_id: UUID, publication: Publication) -> bool:
        """Whether the client took an agency off altogether, or off this line since it was published."""
        at = self.left_off_line.get((publication.involvement_id, agency_id))
        return agency_id in self.left_off or (at is not None and at >= publication.published_at)

    @property
    def lead(self) -> Supporter | None:
        """The line that leads, or None."""
        return next((one for one in self.supporters if one.is_lead), None)


def read_around(client: Client) -> Around:
    """Everything around a client, in four queries."""
    on = clock.today()
    policy = policy_in_force(on)
    supporters = supporters_of(client.id)
    agencies: dict[UUID, frozenset[str]] = {}
    for one in supporters:
        _add(agencies, one.agency_id, one.statuses)
    waiting = NetworkInvitation.objects.filter(client=client, answer__in=(Answer.WAITING, Answer.ACCEPTED))
    invited = set()
    rows = Membership.objects.filter(practitioner_id__in=waiting.values("practitioner_id"))
    for practitioner_id, agency_id, statuses in rows.values_list(
        "practitioner_id", "practitioner__agency_id", "service__statuses"
    ):
        invited.add(practitioner_id)
        _add(agencies, agency_id, statuses)
    facts = client_facts(client, policy, on)
    off, off_line = left_off(client.id, policy)
    return Around(client, facts, policy, on, supporters, agencies, frozenset(invited), off, off_line)


def left_off(client_id: UUID, policy: Policy) -> tuple[frozenset[UUID], dict[tuple[UUID, UUID], datetime]]:
    """The agencies of which the client said that they should see nothing, or not one line: by line, and when.

    A no holds for as long as a yes would.
    """
    since = clock.now() - timedelta(days=policy.rules.standard_consent_days)
    taken = Withdrawal.objects.filter(client_id=client_id, scope=WithdrawalScope.AGENCY, at__gte=since).order_by("at")
    rows = list(taken.values_list("involvement_id", "agency_id", "at"))
    return (
        frozenset(agency for line, agency, _at in rows if agency and not line),
        {(line, agency): at for line, agency, at in rows if agency and line},
    )


def supporters_of(client_id: UUID) -> tuple[Supporter, ...]:
    """Every open involvement of a client, seen or not. One query."""
    rows = (
        Involvement.objects.filter(client_id=client_id, ended_on=None)
        .order_by("created_at", "id")
        .values_list(
            "id",
            "practitioner_id",
            "practitioner__user_id",
            "service_id",
            "service__agency_id",
            "service__statuses",
            "is_lead",
        )
    )
    return tuple(
        Supporter(involvement, practitioner, user, service, agency, frozenset(statuses), is_lead)
        for involvement, practitioner, user, service, agency, statuses, is_lead in rows
    )


def statuses_of(agency_ids: Iterable[UUID]) -> dict[UUID, frozenset[str]]:
    """What agencies' services are in law, all services together: for agencies not on the network yet. One query."""
    found: dict[UUID, frozenset[str]] = {}
    for agency_id, statuses in Service.objects.filter(agency_id__in=list(agency_ids)).values_list(
        "agency_id", "statuses"
    ):
        _add(found, agency_id, statuses)
    return found


def _add(agencies: dict[UUID, frozenset[str]], agency_id: UUID, statuses: Iterable[str]) -> dict[UUID, frozenset[str]]:
    agencies[agency_id] = agencies.get(agency_id, frozenset()) | frozenset(statuses)
    return agencies
