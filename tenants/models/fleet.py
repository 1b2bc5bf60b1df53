"""The fleet's ledger: one run over every council, one line a council."""

from __future__ import annotations

import uuid

from django.db import models


class FleetRun(models.Model):
    """One migration of the fleet, or one job over all councils, in waves. A killed run is gone on with."""

    class State(models.TextChoices):
        RUNNING = "running", "Under way"
        STOPPED = "stopped", "Stopped after failures"
        DONE = "done", "Done"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    work = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    note = models.CharField(max_length=300, blank=True)
    started_by = models.CharField(max_length=120, blank=True)
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.work


class FleetStep(models.Model):
    """One council's line in a run. Written in the same transaction as the work itself, so the two never differ."""

    class State(models.TextChoices):
        PENDING = "pending", "To do"
        RUNNING = "running", "Under way"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        SKIPPED = "skipped", "Not needed"

    run = models.ForeignKey(FleetRun, on_delete=models.CASCADE, related_name="steps")
    council_id = models.UUIDField()
    schema_name = models.CharField(max_length=63)
    wave = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    milliseconds = models.PositiveIntegerField(null=True)
    error = models.CharField(max_length=300, blank=True)
    fingerprint_before = models.CharField(max_length=64, blank=True)
    fingerprint_after = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "council_id"), name="one_step_a_council_and_run"),)

    def __str__(self) -> str:
        return f"{self.schema_name} {self.state}"
