"""What forms about money offer: our companies, and who pays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from billing.models import Contract, Customer, LegalEntity
from billing.queries.balances import local_day
from core import clock


@dataclass(frozen=True, slots=True)
class EntityChoice:
    """One of our companies, with its currency and the time zone of its days."""

    id: UUID
    name: str
    currency: str
    time_zone: str

    @property
    def label(self) -> str:
        """How it stands in a list."""
        return f"{self.name} ({self.currency})"

    @property
    def today(self) -> date:
        """Today where it is."""
        return local_day(clock.now(), self.time_zone)


def today_of(entity_id: UUID) -> date:
    """Today where one of our companies is; the console's own today for one that is not there. One statement."""
    return next((one.today for one in entities() if one.id == entity_id), clock.today())


def newest_today(currency: str = "") -> date:
    """The newest day that has begun with one of our companies, of a currency or at all. One statement.

    In the evening of the console's operators it is tomorrow in Melbourne, where people work already.
    """
    days = [one.today for one in entities() if currency in {"", one.currency}]
    return max(days) if days and currency else max([clock.today(), *days])


def entities() -> tuple[EntityChoice, ...]:
    """Every company of ours that bills. One statement."""
    rows = LegalEntity.objects.order_by("name").values_list("id", "name", "currency", "time_zone")
    return tuple(EntityChoice(*row) for row in rows)


def entity_choices() -> tuple[tuple[str, str], ...]:
    """The same, for a field. One statement."""
    return tuple((str(one.id), one.label) for one in entities())


def customer_choices() -> tuple[tuple[str, str], ...]:
    """Who can pay, by name. One statement."""
    rows = Customer.objects.order_by("name", "id").values_list("id", "name")
    return tuple((str(one), name) for one, name in rows)


def entity_of(customer_id: UUID) -> UUID | None:
    """Which of our companies a customer has its newest contract with. One statement."""
    contracts = Contract.objects.filter(customer_id=customer_id).order_by("-starts_on", "reference")
    return contracts.values_list("entity_id", flat=True).first()
