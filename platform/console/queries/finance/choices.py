"""What forms about money offer: our companies, and who pays."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from billing.models import Contract, Customer, LegalEntity


@dataclass(frozen=True, slots=True)
class EntityChoice:
    """One of our companies, with its currency and the time zone of its days."""

    id: UUID
    name: str
    currency: str
    time_zone: str


def entities() -> tuple[EntityChoice, ...]:
    """Every company of ours that bills. One statement."""
    rows = LegalEntity.objects.order_by("name").values_list("id", "name", "currency", "time_zone")
    return tuple(EntityChoice(*row) for row in rows)


def entity_choices() -> tuple[tuple[str, str], ...]:
    """The same, for a field. One statement."""
    return tuple((str(one.id), f"{one.name} ({one.currency})") for one in entities())


def customer_choices() -> tuple[tuple[str, str], ...]:
    """Who can pay, by name. One statement."""
    rows = Customer.objects.order_by("name", "id").values_list("id", "name")
    return tuple((str(one), name) for one, name in rows)


def entity_of(customer_id: UUID) -> UUID | None:
    """Which of our companies a customer has its newest contract with. One statement."""
    contracts = Contract.objects.filter(customer_id=customer_id).order_by("-starts_on", "reference")
    return contracts.values_list("entity_id", flat=True).first()
