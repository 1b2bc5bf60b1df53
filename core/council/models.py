"""What a council decides about its operators: who of them it lets in for how long, and which releases it takes."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from tenants.base_model import TenantModel


class SupportGrant(TenantModel):
    """A named operator asks to be let in for some hours; the council grants that, refuses it, or takes it back.

    `reason` is the operator's own sentence about the deployment's work, asked of two operators and never about a
    client. `user` is the account that was opened for them; `until` is when it closes whatever happens.
    """

    class State(models.TextChoices):
        ASKED = "asked", "Waits for your answer"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"
        ENDED = "ended", "Ran out"

    request_id = models.UUIDField(unique=True)
    operator_name = models.CharField(max_length=120)
    operator_email = models.EmailField(max_length=254)
    approved_by_name = models.CharField(max_length=120)
    reason = models.CharField(max_length=300)
    hours = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.ASKED)
    decided_by_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="granted") | Q(until__isnull=False, decided_at__isnull=False),
                name="granted_support_has_an_end",
            ),
        )

    def __str__(self) -> str:
        return self.state


class ReleaseOffer(TenantModel):
    """A release that the operators offer: the council sees what would change, and adopts it or does not."""

    class Kind(models.TextChoices):
        PACK = "pack", "Law pack"
        TEMPLATE = "template", "Template of service types, wording and roles"

    class State(models.TextChoices):
        OFFERED = "offered", "Waits for your answer"
        ADOPTED = "adopted", "Adopted"
        DECLINED = "declined", "Declined"

    release_id = models.UUIDField(unique=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    slug = models.CharField(max_length=40)
    version = models.CharField(max_length=24)
    title = models.CharField(max_length=120)
    notes = models.CharField(max_length=2000, blank=True)
    content = models.JSONField(default=dict)
    checksum = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OFFERED)
    decided_by_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.slug}@{self.version}"
