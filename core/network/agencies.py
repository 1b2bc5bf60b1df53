"""The agencies that can be named in a conversation: the council's own list, the same for every client."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from core import clock
from core.directory.models import Agency


@dataclass(frozen=True, slots=True)
class AgencyToName:
    """One agency with a current sharing agreement."""

    id: UUID
    name: str


def agencies_to_name() -> tuple[AgencyToName, ...]:
    """Every agency whose agreement is current, by name. It says nothing about anyone's network. One query."""
    today = clock.today()
    current = Agency.objects.filter(agreement_signed_on__lte=today).filter(
        Q(agreement_expires_on=None) | Q(agreement_expires_on__gte=today)
    )
    return tuple(AgencyToName(row[0], row[1]) for row in current.order_by("name").values_list("id", "name"))
