"""Deployments and councils as they should be, what each deployment last said of itself, and what was asked of it."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from console.choices import CouncilState, OrderState
from console.models.operators import Operator


class Deployment(models.Model):
    """An installation that the console knows. `said` is its last word of itself, `seen_at` when it was heard.

    `tested` is the last test of the connection that an operator asked for, and what came of it. Until `syncing_until`
    and `following_until` a worker asks it just now.
    """

    class Port(models.TextChoices):
        LOCAL = "local", "In this very installation"
        REMOTE = "remote", "Over its operator API"

    class Kind(models.TextChoices):
        SHARED = "shared", "Shared by several councils"
        DEDICATED = "dedicated", "For one council"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.SHARED)
    region = models.CharField(max_length=12)
    port = models.CharField(max_length=8, choices=Port.choices, default=Port.REMOTE)
    address = models.URLField(max_length=200, blank=True)
    certificate_authority = models.TextField(blank=True)
    is_open = models.BooleanField(default=True)
    said = models.JSONField(default=dict)
    seen_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    failure = models.CharField(max_length=40, blank=True)
    tested = models.JSONField(default=dict)
    syncing_until = models.DateTimeField(null=True, editable=False)
    following_until = models.DateTimeField(null=True, editable=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("port",), condition=Q(port="local"), name="one_local_deployment"),
            models.CheckConstraint(
                condition=Q(port="local") | Q(address__startswith="https://"), name="remote_deployments_over_https"
            ),
        )

    def __str__(self) -> str:
        return self.name


class Council(models.Model):
    """A council as it should be. `said` is what its deployment last said of it, `said_at` when."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="+")
    hosts = ArrayField(models.CharField(max_length=253), default=list)
    pack_id = models.CharField(max_length=40)
    state = models.CharField(max_length=12, choices=CouncilState.choices, default=CouncilState.PREPARING)
    is_template = models.BooleanField(default=False)
    delete_after = models.DateTimeField(null=True)
    said = models.JSONField(default=dict)
    said_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Order(models.Model):
    """What the console asked of a deployment for a council, and how far it said it is. Its id is the same there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=OrderState.choices, default=OrderState.WAITING)
    steps = models.JSONField(default=list)
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=300, blank=True)
    is_sent = models.BooleanField(default=False)
    placed_by = models.ForeignKey(Operator, null=True, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    heard_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("council",), condition=Q(state__in=("waiting", "running")), name="one_open_order_a_council"
            ),
        )

    def __str__(self) -> str:
        return self.kind
