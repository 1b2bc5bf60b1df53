"""Imports: one line for each row of each file, so that no row vanishes and a second run changes nothing."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.network.models import Involvement
from core.people.models import Client
from tenants.base_model import TenantModel


class RowOutcome(models.TextChoices):
    """What became of a row. Slugs are stored for ever and written in result files."""

    CREATED = "created", "Created"
    MATCHED = "matched", "Matched"
    QUESTION = "question", "Needs a decision"
    ERROR = "error", "Error"


class ImportRun(TenantModel):
    """One import of a folder of files."""

    source = models.CharField(max_length=80)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.source


class ImportedRow(TenantModel):
    """A row as it was last dealt with. `fingerprint` is a hash of its content: the same row again is the same line."""

    run = models.ForeignKey(ImportRun, on_delete=models.CASCADE, related_name="+")
    file = models.CharField(max_length=120)
    row_number = models.PositiveIntegerField()
    fingerprint = models.CharField(max_length=64)
    outcome = models.CharField(max_length=8, choices=RowOutcome.choices)
    problem = models.CharField(max_length=40, blank=True)
    sentence = models.CharField(max_length=300, blank=True)
    client = models.ForeignKey(Client, null=True, on_delete=models.SET_NULL, related_name="+")
    involvement = models.ForeignKey(Involvement, null=True, on_delete=models.SET_NULL, related_name="+")
    candidates = ArrayField(models.UUIDField(), default=list, blank=True)

    class Meta(TenantModel.Meta):
        constraints = (models.UniqueConstraint(fields=("file", "row_number", "fingerprint"), name="one_line_a_row"),)

    def __str__(self) -> str:
        return f"{self.file} {self.row_number}"


class ExitCopy(TenantModel):
    """A copy of everything this council has, asked for by its own people or by an operator. The file is in storage.

    `asked_by_id` is empty where an operator asked. A copy that is being made is held by `leased_until`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Being made"
        READY = "ready", "Ready"
        FAILED = "failed", "Could not be made"
        GONE = "gone", "Deleted"

    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    asked_by_id = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    rows = models.PositiveBigIntegerField(default=0)
    ready_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(state="ready") | models.Q(ready_at__isnull=False, expires_at__isnull=False),
                name="a_ready_copy_has_its_days",
            ),
        )

    def __str__(self) -> str:
        return self.state
