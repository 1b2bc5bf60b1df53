"""What the console asked of this deployment, done step by step and once; and the tokens it has spent."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class CouncilOrder(models.Model):
    """One thing asked for one council. The id is the asker's: asking twice is asking once.

    `steps_done` are the slugs of the steps that are behind it; a worker that dies leaves a lease that runs out, and
    the next goes on after the last step done. A lease without a holder is a pause before the next attempt.
    `council_id` outlives the council.
    """

    class Kind(models.TextChoices):
        CREATE = "create", "Create a council"
        RENAME = "rename", "Change its hosts"
        SUSPEND = "suspend", "Suspend"
        RESUME = "resume", "Resume"
        GO_LIVE = "go_live", "Go live"
        SIGN_PACK = "sign_pack", "Record a pack's legal sign-off"
        OFFER = "offer", "Offer a release"
        SUPPORT = "support", "Ask for support access"
        EXPORT = "export", "Make the exit copy"
        DELETE = "delete", "Delete"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Under way"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        UNDONE = "undone", "Failed and undone"

    id = models.UUIDField(primary_key=True, editable=False)
    council_id = models.UUIDField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    payload = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    steps_done = ArrayField(models.CharField(max_length=40), default=list)
    result = models.JSONField(default=dict)
    error = models.CharField(max_length=300, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    leased_by = models.CharField(max_length=32, blank=True, default="", db_default="")
    asked_by = models.CharField(max_length=120, blank=True)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("council_id",), condition=Q(state__in=("waiting", "running")),
                name="one_open_order_a_council_here",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return self.kind


class SpentToken(models.Model):
    """A token of the console's that was used: it opens nothing twice. Forgotten once it has run out anyway."""

    token_id = models.CharField(primary_key=True, max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.token_id


class CouncilDeletion(models.Model):
    """All that stays of a council that was deleted: what was counted before, which is its certificate. It names nobody.

    `deleted_at` is null while the deletion is under way.
    """

    council_id = models.UUIDField(primary_key=True, editable=False)
    counted = models.JSONField()
    deleted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.council_id)
