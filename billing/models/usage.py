"""What was counted, month by month, and how: kept for ever, and put right only by another reading."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from billing.choices import Metric, Source


class UsageReading(models.Model):
    """One council's number for one month (`month` is its first day). In force is the one that no other corrects.

    `how` says in a sentence how it was counted; `counted_on` is the day whose count it is.
    """

    shared_privileges: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    council_id = models.UUIDField()
    month = models.DateField()
    metric = models.CharField(max_length=24, choices=Metric.choices, default=Metric.ACTIVE_PRACTITIONERS)
    count = models.PositiveIntegerField()
    how = models.CharField(max_length=300)
    source = models.CharField(max_length=8, choices=Source.choices)
    counted_on = models.DateField(null=True)
    taken_at = models.DateTimeField()
    taken_by_id = models.UUIDField(null=True)
    corrects = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="corrected_by")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("council_id", "month", "metric"), condition=Q(corrects=None), name="one_first_reading_a_month"
            ),
            models.CheckConstraint(condition=Q(month__day=1), name="reading_of_a_month"),
        )
        indexes = (models.Index(fields=("month", "council_id"), name="readings_of_a_month"),)

    def __str__(self) -> str:
        return f"{self.council_id} {self.month}"
