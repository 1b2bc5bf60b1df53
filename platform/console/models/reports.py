"""What deployments reported: counts by day and council, and certificates of what was deleted. Never a person's name."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from console.models.deployments import Council


class Reading(models.Model):
    """A council's numbers of one day, as its deployment counted them; a count under 5 is null: hidden."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    numbers = models.JSONField()
    counted_at = models.DateTimeField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("council", "on"), name="one_reading_a_day"),)

    def __str__(self) -> str:
        return f"{self.council_id} {self.on}"


class Certificate(models.Model):
    """What was deleted of a council and when its backups expire. Kept for ever, never edited."""

    shared_privileges: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    council = models.OneToOneField(Council, on_delete=models.PROTECT, related_name="+")
    content = models.JSONField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.council_id)
