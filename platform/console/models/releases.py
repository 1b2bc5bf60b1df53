"""Releases of packs and templates, who was offered which, the legal sign-off of packs, and support asked for."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from console.choices import ReleaseKind
from console.models.deployments import Council
from console.models.operators import Operator


class Release(models.Model):
    """A version of a pack, or a template, that councils may adopt. Its content never changes once it was offered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=ReleaseKind.choices)
    slug = models.SlugField(max_length=40)
    version = models.CharField(max_length=24)
    title = models.CharField(max_length=120)
    notes = models.TextField(blank=True)
    content = models.JSONField(default=dict)
    checksum = models.CharField(max_length=64)
    made_by = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("kind", "slug", "version"), name="one_release_a_version"),)

    def __str__(self) -> str:
        return f"{self.slug}@{self.version}"


class Offer(models.Model):
    """A release offered to one council, and what its deployment last said the council did with it."""

    class State(models.TextChoices):
        SENDING = "sending", "On its way"
        OFFERED = "offered", "Offered"
        ADOPTED = "adopted", "Adopted"
        DECLINED = "declined", "Declined"
        FAILED = "failed", "Could not be offered"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="+")
    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=8, choices=State.choices, default=State.SENDING)
    offered_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("release", "council"), name="one_offer_a_council"),)

    def __str__(self) -> str:
        return self.state


class PackReview(models.Model):
    """Someone answerable for the law signed off one file of a pack, by its checksum. Sent to every deployment."""

    shared_privileges: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pack_id = models.CharField(max_length=40)
    pack_version = models.CharField(max_length=24)
    pack_checksum = models.CharField(max_length=64, unique=True)
    signed_by = models.CharField(max_length=120)
    recorded_by = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.pack_id}@{self.pack_version}"


class SupportRequest(models.Model):
    """A named operator asks a council for access for some hours: a second operator approves, the council grants."""

    class State(models.TextChoices):
        PROPOSED = "proposed", "Waits for a second operator"
        ASKED = "asked", "Waits for the council"
        GRANTED = "granted", "Granted"
        REFUSED = "refused", "Refused"
        WITHDRAWN = "withdrawn", "Withdrawn by the council"
        ENDED = "ended", "Ran out"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    council = models.ForeignKey(Council, on_delete=models.PROTECT, related_name="+")
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    hours = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.PROPOSED)
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.state
