"""Reads of usage: a month's readings over all councils under contract, with what was corrected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from billing.choices import Metric
from billing.errors import NotThere
from billing.models import ContractCouncil, UsageReading
from billing.periods import add_months
from console.models import Council, Operator


@dataclass(frozen=True, slots=True)
class EarlierReading:
    """A number that another one corrects, and why."""

    count: int
    how: str
    reason: str


@dataclass(frozen=True, slots=True)
class UsageLine:
    """One council and month. `count` is None where it was not counted yet; `earlier` is what was corrected."""

    council_id: UUID
    council: str
    contract_id: UUID | None
    contract: str
    reading_id: UUID | None
    count: int | None
    how: str
    source_label: str
    counted_on: date | None
    taken_at: datetime | None
    taken_by: str
    earlier: tuple[EarlierReading, ...]


@dataclass(frozen=True, slots=True)
class UsagePage:
    """A month's readings, councils under contract by name."""

    month: date
    lines: tuple[UsageLine, ...]

    @property
    def missing(self) -> int:
        """How many were not counted yet."""
        return sum(one.count is None for one in self.lines)

    @property
    def total(self) -> int:
        """What was counted over all."""
        return sum(one.count or 0 for one in self.lines)


@dataclass(frozen=True, slots=True)
class ReadingRef:
    """One reading that can be corrected."""

    id: UUID
    council_id: UUID
    council: str
    month: date
    count: int
    how: str


def usage_page(month: date) -> UsagePage:
    """A month's readings. Three statements, however many councils there are."""
    under: dict[UUID, ContractCouncil] = {}
    for one in _under_contract(month).select_related("contract").order_by("name", "-starts_on"):
        under.setdefault(one.council_id, one)
    readings = list(
        UsageReading.objects.filter(month=month, metric=Metric.ACTIVE_PRACTITIONERS).order_by("taken_at", "id")
    )
    in_force = _in_force(readings)
    who: dict[UUID, str] = dict(
        Operator.objects.filter(id__in={one.taken_by_id for one in readings if one.taken_by_id}).values_list(
            "id", "name"
        )
    )
    names = {council_id: one.name for council_id, one in under.items()}
    others = set(in_force) - set(names)
    if others:
        names |= dict(Council.objects.filter(id__in=others).values_list("id", "name"))
    by_id = {one.id: one for one in readings}
    lines = [
        _line(council_id, name, under.get(council_id), in_force.get(council_id), by_id, who)
        for council_id, name in names.items()
    ]
    return UsagePage(month, tuple(sorted(lines, key=lambda one: (one.council.casefold(), str(one.council_id)))))


def reading_of(reading_id: UUID) -> ReadingRef:
    """A reading that is in force. Three statements. Raises NotThere, also for one that was corrected already."""
    found = UsageReading.objects.filter(id=reading_id, corrected_by=None).first()
    if found is None:
        raise NotThere("There is no such reading.")
    name = ContractCouncil.objects.filter(council_id=found.council_id).values_list("name", flat=True).first()
    name = name or Council.objects.filter(id=found.council_id).values_list("name", flat=True).first() or ""
    return ReadingRef(found.id, found.council_id, name, found.month, found.count, found.how)


def contracted_councils() -> tuple[tuple[str, str], ...]:
    """Every council that is or was on a contract, by name, for a field. One statement."""
    rows = ContractCouncil.objects.order_by("council_id", "-starts_on").distinct("council_id")
    found = [(str(council_id), name) for council_id, name in rows.values_list("council_id", "name")]
    return tuple(sorted(found, key=lambda one: one[1].casefold()))


def council_choices() -> tuple[tuple[str, str], ...]:
    """Every council that the console knows and that is not deleted, by name, for a field. One statement."""
    rows = Council.objects.exclude(state="deleted").order_by("name", "id").values_list("id", "name")
    return tuple((str(one), name) for one, name in rows)


def _under_contract(month: date) -> QuerySet[ContractCouncil]:
    after = add_months(month, 1)
    return ContractCouncil.objects.filter(starts_on__lt=after, contract__ends_on__gte=month).filter(
        Q(ends_on=None) | Q(ends_on__gte=month)
    )


def _in_force(readings: list[UsageReading]) -> dict[UUID, UsageReading]:
    corrected = {one.corrects_id for one in readings}
    return {one.council_id: one for one in readings if one.id not in corrected}


def _line(
    council_id: UUID, name: str, on: ContractCouncil | None, reading: UsageReading | None,
    by_id: dict[UUID, UsageReading], who: dict[UUID, str],
) -> UsageLine:  # fmt: skip
    earlier, one = [], reading
    while one is not None and one.corrects_id:
        before = by_id[one.corrects_id]
        earlier.append(EarlierReading(before.count, before.how, one.reason))
        one = before
    return UsageLine(
        council_id=council_id, council=name, contract_id=on.contract_id if on else None,
        contract=on.contract.reference if on else "", reading_id=reading.id if reading else None,
        count=reading.count if reading else None, how=reading.how if reading else "",
        source_label=reading.get_source_display() if reading else "",
        counted_on=reading.counted_on if reading else None, taken_at=reading.taken_at if reading else None,
        taken_by=who.get(reading.taken_by_id, "") if reading and reading.taken_by_id else "", earlier=tuple(earlier),
    )  # fmt: skip
