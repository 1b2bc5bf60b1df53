"""Which councils live in this deployment, at which hosts, in which state."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django_tenants.models import DomainMixin, TenantMixin

from tenants.names import require_council_schema


class Deployment(models.Model):
    """One installation: a PostgreSQL cluster with its processes, in one region."""

    class Kind(models.TextChoices):
        SHARED = "shared", "Shared by several councils"
        DEDICATED = "dedicated", "For one council"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.SHARED)
    region = models.CharField(max_length=12)

    def __str__(self) -> str:
        return self.name


class Council(TenantMixin):  # type: ignore[misc]  # django-tenants ships no types
    """A tenant: one council or region. The row is the registry's; everything of the council's own is in its schema.

    It answers at its hosts only once it is open. What it was before it was suspended is `suspended_from`.
    A suspended council's notice says whom to ring, `suspended_contact`; one that leaves, from which day it is gone.
    """

    class State(models.TextChoices):
        LIVE = "live", "Live"
        TRAINING = "training", "Training or demonstration"
        SUSPENDED = "suspended", "Suspended: read only"

    auto_create_schema: ClassVar[bool] = False
    auto_drop_schema: ClassVar[bool] = False

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100)
    state = models.CharField(max_length=12, choices=State.choices, default=State.TRAINING)
    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="+")
    pack_id = models.CharField(max_length=40)
    theme = models.JSONField(default=dict, blank=True)
    help_contact = models.CharField(max_length=200, blank=True)
    is_open = models.BooleanField(default=True, db_default=True)
    suspended_from = models.CharField(max_length=12, choices=State.choices, blank=True, default="", db_default="")
    suspended_contact = models.CharField(max_length=200, blank=True, default="", db_default="")
    leaves_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(schema_name__regex=r"^t_[0-9a-f]{8,32}$"), name="council_schema_name_is_opaque"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse a schema name that was not made by `names.new_schema_name`."""
        require_council_schema(self.schema_name)


class Domain(DomainMixin):  # type: ignore[misc]  # django-tenants ships no types
    """A host name at which a council answers, in lower case, without a port."""

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("tenant",), condition=models.Q(is_primary=True), name="one_primary_host_a_council"
            ),
        )


class PackSignOff(models.Model):
    """Someone answerable for the law signed off one version of one pack, as its file stood. Never edited, never undone.

    An edited file has another checksum, and waits for a signature of its own.
    """

    shared_privileges: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pack_id = models.CharField(max_length=40)
    pack_version = models.CharField(max_length=24)
    pack_checksum = models.CharField(max_length=64)
    signed_by = models.CharField(max_length=120)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("pack_checksum",), name="one_sign_off_a_pack_file"),)

    def __str__(self) -> str:
        return f"{self.pack_id}@{self.pack_version}"


class SchemaStatus(models.Model):
    """How far a council's schema has come: what the fleet asks before it touches anything."""

    council = models.OneToOneField(Council, on_delete=models.CASCADE, primary_key=True, related_name="+")
    fingerprint = models.CharField(max_length=64)
    migrated_at = models.DateTimeField()
    error = models.TextField(blank=True)
    is_canary = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.fingerprint


class SchemaRecipe(models.Model):
    """The statements that build a council's schema at one state of the migrations, recorded once and replayed."""

    fingerprint = models.CharField(max_length=64, primary_key=True)
    statements = models.JSONField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.fingerprint
