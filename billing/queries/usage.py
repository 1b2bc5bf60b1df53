"""What was counted: which councils still wait for a month, and all that was ever counted of one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Q

from billing.choices import Metric
from billing.models import ContractCouncil, UsageReading
from billing.periods import month_of


@dataclass(frozen=True, slots=True)
class ReadingLine:
    """One reading of a council. `is_in_force` until another corrects it; `reason` is why it corrects an earlier one."""

    id: UUID
    month: date
    count: int
    how: str
    source_label: str
    counted_on: date | None
    taken_at: datetime
    corrects_id: UUID | None
    reason: str
    is_in_force: bool


def uncounted_councils(month: date) -> tuple[UUID, ...]:
    """The councils under contract on a day of a month of which no reading was taken yet. One query."""
    days = month_of(month)
    counted = UsageReading.objects.filter(month=days.first, metric=Metric.ACTIVE_PRACTITIONERS)
    places = (
        ContractCouncil.objects.filter(starts_on__lte=days.last)
        .filter(starts_on__lte=F("contract__ends_on"))
        .filter(contract__starts_on__lte=days.last, contract__ends_on__gte=days.first)
        .filter(Q(ends_on=None) | Q(ends_on__gte=days.first))
        .exclude(council_id__in=counted.values("council_id"))
    )
    return tuple(places.order_by("council_id").values_list("council_id", flat=True).distinct())


def readings_of_council(council_id: UUID) -> tuple[ReadingLine, ...]:
    """Everything that was ever counted of a council, newest month first, corrected ones after what corrects them."""
    rows = UsageReading.objects.filter(council_id=council_id, metric=Metric.ACTIVE_PRACTITIONERS)
    newest_first = rows.annotate(newer=F("corrected_by")).order_by(
        "-month", F("newer").asc(nulls_first=True), "-taken_at", "-id"
    )
    return tuple(
        ReadingLine(
            one.id, one.month, one.count, one.how, str(one.get_source_display()), one.counted_on, one.taken_at,
            one.corrects_id, one.reason, one.newer is None,
        )
        for one in newest_first
    )  # fmt: skip
