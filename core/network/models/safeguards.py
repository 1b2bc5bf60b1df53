"""What keeps people safe: approvals and stand-ins, shields, conflicts, limited sight, messages to hidden services."""

from __future__ import annotations

from django.db import models

from core.accounts.models import OpenSession
from core.consent.models import Conversation, DecisionRecord
from core.directory.models import Practitioner
from core.network.choices import (
    ApprovalKind,
    ApprovalState,
    BrokerAsk,
    ShieldReason,
    SightFinding,
    SightReason,
    Voice,
    VoiceReason,
)
from core.network.models.lines import Involvement
from core.people.models import Client
from tenants.base_model import APPEND_ONLY, TenantModel


class Approval(TenantModel):
    """Something waits for a named approver: a REVIEW of the decision procedure, or a change of a shield.

    `answers` is what the conversation's form collected, so that the question can be asked again with the approval.
    `ground` is the basis or the reason asked for. Which person has said what is in the voices. Without `asked_by` an
    officer began it, and theirs is the first voice.
    """

    kind = models.CharField(max_length=12, choices=ApprovalKind.choices)
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    involvement = models.ForeignKey(Involvement, null=True, on_delete=models.CASCADE, related_name="+")
    decision = models.ForeignKey(DecisionRecord, null=True, on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict)
    ground = models.CharField(max_length=48)
    level = models.CharField(max_length=12, blank=True)
    approver_role = models.CharField(max_length=24)
    people_needed = models.PositiveSmallIntegerField(default=1)
    asked_by = models.ForeignKey(Practitioner, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    state = models.CharField(max_length=12, choices=ApprovalState.choices, default=ApprovalState.WAITING)
    closed_at = models.DateTimeField(null=True, blank=True)
    last_reminded_on = models.DateField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=("involvement",), condition=models.Q(state="waiting"), name="one_waiting_approval_a_line"
            ),
            models.UniqueConstraint(
                fields=("client", "kind"),
                condition=models.Q(state="waiting", involvement=None),
                name="one_waiting_shield_approval",
            ),
        )
        indexes = (
            models.Index(
                fields=("approver_role", "asked_at"), condition=models.Q(state="waiting"), name="approval_waiting"
            ),
        )

    def __str__(self) -> str:
        return self.state


class ApprovalVoice(TenantModel):
    """What one approver said, once. Never edited."""

    council_privileges = APPEND_ONLY

    approval = models.ForeignKey(Approval, on_delete=models.CASCADE, related_name="voices")
    by_id = models.UUIDField()
    answer = models.CharField(max_length=12, choices=Voice.choices)
    reason = models.CharField(max_length=24, choices=VoiceReason.choices, blank=True)
    at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = (models.UniqueConstraint(fields=("approval", "by_id"), name="one_voice_a_person"),)

    def __str__(self) -> str:
        return self.answer


class StandIn(TenantModel):
    """For these days, someone decides in a role's place: a safeguarding lead on leave has a stand-in."""

    role = models.CharField(max_length=24)
    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    named_by_id = models.UUIDField()
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = (
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="a_stand_in_ends_after_it_starts"
            ),
        )

    def __str__(self) -> str:
        return self.role


class ShieldPeriod(TenantModel):
    """A client is shielded, from a moment until it is lifted: at which level, why, and decided by whom."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    level = models.CharField(max_length=12)
    reason = models.CharField(max_length=24, choices=ShieldReason.choices)
    approval = models.ForeignKey(Approval, null=True, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    placed_by_id = models.UUIDField()
    review_by = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_id = models.UUIDField(null=True)

    class Meta(TenantModel.Meta):
        constraints = (
            models.UniqueConstraint(fields=("client",), condition=models.Q(ended_at=None), name="one_shield_a_client"),
        )

    def __str__(self) -> str:
        return self.level


class ShieldAssignment(TenantModel):
    """A practitioner is named for a shielded client: without this the client is not there for them."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="+")
    assigned_at = models.DateTimeField()
    assigned_by_id = models.UUIDField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=("client", "practitioner"), condition=models.Q(ended_at=None), name="one_assignment_a_person"
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class Conflict(TenantModel):
    """A practitioner is a relative or friend of a client, and so sees nothing of them here."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="+")
    declared_at = models.DateTimeField()
    declared_by_id = models.UUIDField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=("client", "practitioner"), condition=models.Q(ended_at=None), name="one_conflict_a_person"
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class LimitedSight(TenantModel):
    """Someone opened a closed or shielded record for a stated reason (`break_glass` in packs); always reviewed.

    It lasts until `expires_at`, or until the browser session in which it was opened is gone: the session's row ends
    with its sign-out, and sight with the row.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    session = models.ForeignKey(OpenSession, null=True, on_delete=models.SET_NULL, related_name="+")
    decision = models.ForeignKey(DecisionRecord, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=24, choices=SightReason.choices)
    reason_text = models.CharField(max_length=200)
    was_shielded = models.BooleanField()
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    review_due_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by_id = models.UUIDField(null=True)
    finding = models.CharField(max_length=16, choices=SightFinding.choices, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        indexes = (
            models.Index(
                fields=("review_due_at",), condition=models.Q(reviewed_at=None), name="limited_sight_unreviewed"
            ),
            models.Index(fields=("practitioner", "client"), name="limited_sight_by_person"),
        )

    def __str__(self) -> str:
        return self.reason


class BrokerMessage(TenantModel):
    """“Please ask any confidential service to get in touch”: what the sender is told never depends on the answer."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    asked_by = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    ask = models.CharField(max_length=12, choices=BrokerAsk.choices)
    asked_at = models.DateTimeField()
    handled_at = models.DateTimeField(null=True, blank=True)
    handled_by_id = models.UUIDField(null=True)

    class Meta(TenantModel.Meta):
        indexes = (
            models.Index(fields=("asked_at",), condition=models.Q(handled_at=None), name="broker_message_waiting"),
        )

    def __str__(self) -> str:
        return self.ask


class BrokeredPass(TenantModel):
    """A broker passed a message on to one hidden line, whose practitioner decides what to do."""

    message = models.ForeignKey(BrokerMessage, on_delete=models.CASCADE, related_name="passes")
    involvement = models.ForeignKey(Involvement, on_delete=models.CASCADE, related_name="+")
    passed_at = models.DateTimeField()
    passed_by_id = models.UUIDField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = (models.UniqueConstraint(fields=("message", "involvement"), name="one_pass_a_line"),)

    def __str__(self) -> str:
        return str(self.id)
