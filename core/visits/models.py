"""Planned visits and contacts made, each under the involvement it belongs to: who and when, never what."""

from __future__ import annotations

from django.db import models

from core.network.models import Involvement
from core.people.models import Client
from core.visits.choices import ContactKind
from tenants.base_model import TenantModel


class Visit(TenantModel):
    """A planned meeting: a day and, where known, a window. Seen by whoever sees its involvement."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    involvement = models.ForeignKey(Involvement, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()
    starts_at = models.TimeField(null=True, blank=True)
    ends_at = models.TimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(starts_at__isnull=False, ends_at__gt=models.F("starts_at")),
                name="a_visit_ends_after_it_starts",
            ),
        )
        indexes = (
            models.Index(fields=("client", "on"), condition=models.Q(cancelled_at=None), name="visit_by_client"),
            models.Index(
                fields=("involvement", "on"), condition=models.Q(cancelled_at=None), name="visit_by_involvement"
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class Contact(TenantModel):
    """A meeting or call that happened. Seen by whoever sees its involvement."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    involvement = models.ForeignKey(Involvement, on_delete=models.CASCADE, related_name="+")
    on = models.DateField()
    kind = models.CharField(max_length=8, choices=ContactKind.choices)
    created_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        indexes = (
            models.Index(
                fields=("involvement", "-on"), condition=models.Q(removed_at=None), name="contact_by_involvement"
            ),
            models.Index(fields=("client", "-on"), condition=models.Q(removed_at=None), name="contact_by_client"),
        )

    def __str__(self) -> str:
        return str(self.id)
