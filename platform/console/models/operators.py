"""Who operates the platform, what their roles let them do, and what takes two of them."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from console.choices import Permission, ProposalKind


class OperatorRole(models.Model):
    """A role as data: a name and what it permits."""

    slug = models.SlugField(primary_key=True, max_length=40)
    name = models.CharField(max_length=60)
    permissions = ArrayField(models.CharField(max_length=24, choices=Permission.choices), default=list)

    def __str__(self) -> str:
        return self.name


class Operator(models.Model):
    """Someone who operates the platform. Signs in on the console's host alone; has no account in any council.

    Who added them, who gave them their roles last and who invited them again last says whose word they stand on
    (docs/adr/0014-two-operators-are-two-people.md). Whom the server's terminal added, nobody did.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    roles = models.ManyToManyField(OperatorRole, related_name="+", db_table="console_operator_roles")
    added_at = models.DateTimeField()
    added_by_id = models.UUIDField(null=True)
    roles_by_id = models.UUIDField(null=True)
    invited_by_id = models.UUIDField(null=True)

    def __str__(self) -> str:
        return self.name


class Proposal(models.Model):
    """One operator proposes, another decides; what is decided for is carried out at once."""

    class Decision(models.TextChoices):
        OPEN = "open", "Waits for a second operator"
        APPROVED = "approved", "Approved"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn"
        EXPIRED = "expired", "Ran out undecided"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=ProposalKind.choices)
    subject_id = models.UUIDField()
    payload = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    proposed_by = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, default=Decision.OPEN)
    decided_by = models.ForeignKey(Operator, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(decision="approved") | Q(decided_by__isnull=False) & ~Q(decided_by=F("proposed_by")),
                name="approved_by_another_operator",
            ),
            models.UniqueConstraint(
                fields=("kind", "subject_id"), condition=Q(decision="open"), name="one_open_proposal_a_subject"
            ),
        )

    def __str__(self) -> str:
        return self.kind
