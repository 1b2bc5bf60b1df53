"""From records to the facts that the decision procedure asks for: actor, client, service, agencies.

Agencies are named by their id as text. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from core.consent.pack import Age, Employment
from core.consent.policy import Policy
from core.consent.request import Actor, ClientFacts, Recipient, ServiceFacts
from core.directory.viewers import Viewer, ViewerService
from core.people.identity import whole_years
from core.people.models import Client


def actor_facts(viewer: Viewer, service: ViewerService) -> Actor:
    """The viewer, acting for one of their services."""
    return Actor(
        agency=str(viewer.agency_id),
        status=frozenset(service.statuses),
        employment=Employment(viewer.employment),
        checks_ok=viewer.is_cleared,
        dsa=viewer.has_agreement,
        involved=True,
    )


def client_facts(client: Client, policy: Policy, on: date) -> ClientFacts:
    """Age in whole years and shield. A guessed age counts only where every age it may be is treated alike."""
    return ClientFacts(age=age_on(client, policy, on), shield=client.shield)


def age_on(client: Client, policy: Policy, on: date) -> int | None:
    """The age in whole years, or None where it is not known well enough for the pack's ages."""
    if client.birth_date is not None:
        return max(0, whole_years(client.birth_date, on))
    if client.age_from is None or client.age_to is None or client.age_noted_on is None:
        return None
    passed = whole_years(client.age_noted_on, on)
    is_anniversary = (client.age_noted_on.month, client.age_noted_on.day) == (on.month, on.day)
    youngest, oldest = client.age_from + passed, client.age_to + passed + (0 if is_anniversary else 1)
    return youngest if _band(policy.rules.age, youngest) == _band(policy.rules.age, oldest) else None


def _band(ages: Age, age: int) -> int:
    return sum(age >= limit for limit in (ages.assess_from, ages.presumed_capacity_from, ages.adult_from))


def service_facts(service: ViewerService, policy: Policy) -> ServiceFacts:
    """The class of a service under this policy; who is named is part of the answers, not of the service."""
    return ServiceFacts(cls=policy.class_of(service.type_code, service.sensitivity))


def recipients_from(agencies: Mapping[UUID, frozenset[str]]) -> tuple[Recipient, ...]:
    """Agencies with their statuses, in a steady order."""
    return tuple(
        Recipient(agency=str(agency_id), status=status)
        for agency_id, status in sorted(agencies.items(), key=lambda item: str(item[0]))
    )
