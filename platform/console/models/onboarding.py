"""A council being prepared: answers saved task by task until the last click."""

from __future__ import annotations

import uuid

from django.db import models

from console.models.deployments import Council
from console.models.operators import Operator


class Onboarding(models.Model):
    """The task list of one new council. `answers` holds each task's by slug; `council` is set by the last click."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    answers = models.JSONField(default=dict)
    council = models.OneToOneField(Council, null=True, on_delete=models.PROTECT, related_name="+")
    started_by = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    discarded_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
