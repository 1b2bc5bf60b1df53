"""What was agreed and decided: policy versions, conversations, and every decision with the pack it was taken under."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from core.people.models import Client
from tenants.base_model import APPEND_ONLY, TenantModel


class PolicyVersion(TenantModel):
    """From a day on, this council decides by this version of this pack, tightened so. Never edited, only followed."""

    council_privileges = APPEND_ONLY

    pack_id = models.CharField(max_length=40)
    pack_version = models.CharField(max_length=24)
    pack_checksum = models.CharField(max_length=64)
    tightening = models.JSONField(default=dict, blank=True)
    effective_from = models.DateField()
    created_at = models.DateTimeField()
    created_by_id = models.UUIDField(null=True)

    class Meta(TenantModel.Meta):
        indexes = (models.Index(fields=("effective_from",), name="policy_by_day"),)

    def __str__(self) -> str:
        return f"{self.pack_id}@{self.pack_version}"


class PolicyCancellation(TenantModel):
    """A version that was taken back before its day: it never comes into force. Neither is ever edited."""

    council_privileges = APPEND_ONLY

    policy_version = models.OneToOneField(PolicyVersion, on_delete=models.PROTECT, related_name="cancellation")
    at = models.DateTimeField()
    by_id = models.UUIDField()

    def __str__(self) -> str:
        return str(self.policy_version_id)


class PolicyDraft(TenantModel):
    """A policy being prepared: rehearsed and changed until it is published, or thrown away.

    It is made for one version of the council's pack; without one, for the newest that the release holds.
    """

    pack_version = models.CharField(max_length=24, blank=True, default="", db_default="")
    pack_checksum = models.CharField(max_length=64, blank=True, default="", db_default="")
    tightening = models.JSONField(default=dict, blank=True)
    effective_from = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    updated_by_id = models.UUIDField()
    rehearsed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return str(self.id)


class PolicyRehearsal(TenantModel):
    """What a draft would change, worked out in lots: how far it came, then the result. Codes, counts and ids, no names.

    It goes with its draft, and so do the clients' ids among its examples. `against_id` is the version that the draft
    was compared with (none: the pack as it stands). `so_far` is what the lots before added up to, and is empty
    afterwards; `lines` is how many have to be looked at, `lines_done` how many were.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        WORKING = "working"
        DONE = "done"
        FAILED = "failed"
        STALE = "stale"

    draft = models.OneToOneField(PolicyDraft, on_delete=models.CASCADE, related_name="+")
    draft_version = models.PositiveIntegerField()
    on = models.DateField()
    against_id = models.UUIDField(null=True)
    asked_by_id = models.UUIDField()
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    lines = models.PositiveIntegerField(default=0)
    lines_done = models.PositiveIntegerField(default=0)
    so_far = models.JSONField(default=dict, blank=True)
    counts = models.JSONField(default=dict, blank=True)
    examples = models.JSONField(default=list, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.state


class Material(TenantModel):
    """The words and cards shown in conversations, as they stood: a conversation names the code of the ones it used."""

    council_privileges = APPEND_ONLY

    code = models.CharField(max_length=64, unique=True)
    pack = models.CharField(max_length=64)
    pack_checksum = models.CharField(max_length=64)
    language = models.CharField(max_length=12)
    content = models.JSONField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code


class Conversation(TenantModel):
    """The talk with the client: with whom, when, how, in which wording, with what outcome. No words of theirs."""

    council_privileges = APPEND_ONLY

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    by_id = models.UUIDField()
    held_on = models.DateField()
    with_whom = models.CharField(max_length=24, blank=True)
    outcome = models.CharField(max_length=32)
    material_version = models.CharField(max_length=64)
    answers = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.outcome


class DecisionRecord(TenantModel):
    """One answer of the decision procedure with the question it was given: codes and ids, no names."""

    council_privileges = APPEND_ONLY

    at = models.DateTimeField()
    action = models.CharField(max_length=24)
    actor_id = models.UUIDField(null=True)
    client_id = models.UUIDField()
    involvement_id = models.UUIDField(null=True)
    request = models.JSONField()
    outcome = models.CharField(max_length=8)
    reason = models.CharField(max_length=48)
    visibility = models.CharField(max_length=24)
    obligations = ArrayField(models.CharField(max_length=80), default=list)
    pack = models.CharField(max_length=64)
    pack_checksum = models.CharField(max_length=64)

    class Meta(TenantModel.Meta):
        indexes = (models.Index(fields=("client_id", "-at"), name="decision_by_client"),)

    def __str__(self) -> str:
        return f"{self.outcome} {self.reason}"
