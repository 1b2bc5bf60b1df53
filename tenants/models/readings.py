"""A council's numbers: what a job counted inside it, and how its requests went. Counts alone, never who or whom."""

from __future__ import annotations

import uuid

from django.db import models

from tenants.models.registry import Council


class CouncilReading(models.Model):
    """One day's numbers of one council; what counts people is null below 5 before it ever leaves the council."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    council = models.ForeignKey(Council, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()
    numbers = models.JSONField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("council", "on"), name="one_reading_a_council_and_day"),)

    def __str__(self) -> str:
        return f"{self.council_id} {self.on}"


class CouncilFacts(models.Model):
    """What a job last found inside a council and left outside for the console: facts without names, and its template.

    `template` is everything that another council may start from: no people in it.
    """

    council = models.OneToOneField(Council, on_delete=models.CASCADE, primary_key=True, related_name="+")
    facts = models.JSONField(default=dict)
    template = models.JSONField(default=dict)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.council_id)


class RequestTally(models.Model):
    """How one process's requests for one council went in one hour: counts, and how many fell in each band of time."""

    council = models.ForeignKey(Council, on_delete=models.CASCADE, related_name="+")
    hour = models.DateTimeField()
    process = models.CharField(max_length=32)
    requests = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    bands = models.JSONField(default=list)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("council", "hour", "process"), name="one_tally_a_council_hour_and_process"),
        )

    def __str__(self) -> str:
        return f"{self.council_id} {self.hour}"
