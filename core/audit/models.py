"""The one table of events. The council's role may insert and select; only the owner of the table could do more."""

from __future__ import annotations

from django.db import models

from core.audit.choices import Outcome
from tenants.base_model import APPEND_ONLY, TenantModel


class Event(TenantModel):
    """One action, one sight or one refusal. Ids and codes only: a name here would outlive its purpose."""

    council_privileges = APPEND_ONLY

    at = models.DateTimeField()
    slug = models.CharField(max_length=80)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    actor_id = models.UUIDField(null=True)
    actor = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=40, blank=True)
    subject_id = models.UUIDField(null=True)
    client_id = models.UUIDField(null=True)
    reason = models.CharField(max_length=60, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta(TenantModel.Meta):
        indexes = (
            models.Index(fields=("client_id", "-at"), name="event_by_client"),
            models.Index(fields=("actor_id", "-at"), name="event_by_actor"),
        )

    def __str__(self) -> str:
        return self.slug
