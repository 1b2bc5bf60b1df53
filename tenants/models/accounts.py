"""What a council's people are shown of what is billed and counted, as the console last said it."""

from __future__ import annotations

import uuid

from django.db import models

from tenants.models.registry import Council


class CouncilAccount(models.Model):
    """A council's account as of a day, as `tenants.account` read and checked it. Deleted with the council."""

    council = models.OneToOneField(Council, on_delete=models.CASCADE, primary_key=True, related_name="+")
    as_of = models.DateField()
    content = models.JSONField()
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.council_id} {self.as_of}"


class CouncilDocument(models.Model):
    """An invoice or credit note of a council's account, as a PDF. `name` is its number. Deleted with the council."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    council = models.ForeignKey(Council, on_delete=models.CASCADE, related_name="+")
    checksum = models.CharField(max_length=64)
    name = models.CharField(max_length=24)
    content = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("council", "checksum"), name="one_document_a_council_and_checksum"),
        )

    def __str__(self) -> str:
        return self.name
