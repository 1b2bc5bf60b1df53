"""Notices inside the app, and the outbox of what has to happen outside of it."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from tenants.base_model import TenantModel


class Notice(TenantModel):
    """One person is told that something happened. Ids only; the words and the name are put in when it is shown."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    slug = models.CharField(max_length=80)
    client_id = models.UUIDField(null=True)
    by_user_id = models.UUIDField(null=True)
    by_name = models.CharField(max_length=120, blank=True)
    detail = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes = (
            models.Index(fields=("user", "-at"), name="notice_by_user"),
            models.Index(fields=("user",), condition=models.Q(read_at=None), name="notice_unread"),
        )

    def __str__(self) -> str:
        return self.slug


class OutboxItem(TenantModel):
    """Something that must happen outside (a mail), written with the deed that asks for it; tried until done."""

    kind = models.CharField(max_length=40)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)

    class Meta(TenantModel.Meta):
        indexes = (models.Index(fields=("due_at",), condition=models.Q(done_at=None), name="outbox_waiting"),)

    def __str__(self) -> str:
        return self.kind
