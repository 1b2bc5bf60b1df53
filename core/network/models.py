"""Involvements, and the publications without which nobody else sees them."""

from __future__ import annotations

from django.db import models

from core.accounts.models import OpenSession
from core.consent.models import Conversation, DecisionRecord
from core.directory.models import Agency, Practitioner, Service
from core.network.choices import (
    Answer,
    ApprovalKind,
    ApprovalState,
    BrokerAsk,
    EndReason,
    PublicationEnd,
    ShieldReason,
    SightFinding,
    SightReason,
    Source,
    Visibility,
    Voice,
    VoiceReason,
    WithdrawalScope,
)
from core.people.models import Client
from tenants.base_model import APPEND_ONLY, TenantModel


class Involvement(TenantModel):
    """A practitioner's service supports a client, from a date until it ends. It says that, never why."""

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.PROTECT, related_name="+")
    started_on = models.DateField()
    ended_on = models.DateField(null=True, blank=True)
    end_reason = models.CharField(max_length=24, choices=EndReason.choices, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    is_lead = models.BooleanField(default=False)
    confirmed_on = models.DateField()
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.PAGE)
    created_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=("client", "service", "practitioner"),
                condition=models.Q(ended_on=None),
                name="one_open_involvement_a_practitioner",
            ),
            models.UniqueConstraint(
                fields=("client",), condition=models.Q(ended_on=None, is_lead=True), name="one_lead_a_client"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on=None, end_reason="")
                | (models.Q(ended_on__isnull=False) & ~models.Q(end_reason="")),
                name="an_end_has_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_on=None) | models.Q(ended_on__gte=models.F("started_on")),
                name="an_end_is_not_before_its_start",
            ),
        )
        indexes = (
            models.Index(fields=("client",), condition=models.Q(ended_on=None), name="open_by_client"),
            models.Index(fields=("practitioner",), condition=models.Q(ended_on=None), name="open_by_practitioner"),
            models.Index(fields=("service",), condition=models.Q(ended_on=None), name="open_by_service"),
        )

    def __str__(self) -> str:
        return str(self.id)


class Publication(TenantModel):
    """The decision that lets an involvement be shown. Sight is computed from the live ones; nothing is copied.

    `review_by` is the last day on which it shows anything; `warned_days` how many days ahead its practitioner was last
    warned of that.
    """

    involvement = models.ForeignKey(Involvement, on_delete=models.CASCADE, related_name="publications")
    decision = models.ForeignKey(DecisionRecord, on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(Conversation, null=True, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=48)
    visibility = models.CharField(max_length=12, choices=Visibility.choices)
    published_at = models.DateTimeField()
    published_by_id = models.UUIDField()
    review_by = models.DateField()
    warned_days = models.PositiveSmallIntegerField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=24, choices=PublicationEnd.choices, blank=True)

    class Meta(TenantModel.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=("involvement",), condition=models.Q(ended_at=None), name="one_live_publication"
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None, end_reason="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(end_reason="")),
                name="a_publications_end_has_a_reason",
            ),
        )

    def __str__(self) -> str:
        return self.basis


class PublicationRecipient(TenantModel):
    """An agency that a publication reaches: decided for it by itself, also when it joins later."""

    publication = models.ForeignKey(Publication, on_delete=models.CASCADE, related_name="recipients")
    agency = models.ForeignKey(Agency, on_delete=models.CASCADE, related_name="+")
    decision = models.ForeignKey(DecisionRecord, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = (models.UniqueConstraint(fields=("publication", "agency"), name="one_line_a_recipient"),)

    def __str__(self) -> str:
        return str(self.id)


class NetworkInvitation(TenantModel):
    """Someone on the network asks a colleague to join it."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="+")
    invited_by = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField()
    answer = models.CharField(max_length=12, choices=Answer.choices, default=Answer.WAITING)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=("client", "practitioner"), condition=models.Q(answer="waiting"), name="one_waiting_invitation"
            ),
        )

    def __str__(self) -> str:
        return self.answer


class LeadOffer(TenantModel):
    """The lead practitioner asks another member to take the lead on: it passes only when they accept."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    to_involvement = models.ForeignKey(Involvement, on_delete=models.CASCADE, related_name="+")
    offered_by = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField()
    answer = models.CharField(max_length=12, choices=Answer.choices, default=Answer.WAITING)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=("client",), condition=models.Q(answer="waiting"), name="one_waiting_lead_offer"
            ),
        )

    def __str__(self) -> str:
        return self.answer


class Reminder(TenantModel):
    """An involvement waits, unpublished, for its conversation: its practitioner is reminded until it is had."""

    involvement = models.OneToOneField(Involvement, on_delete=models.CASCADE, related_name="reminder")
    due_on = models.DateField()
    last_sent_on = models.DateField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        indexes = (models.Index(fields=("due_on",), condition=models.Q(done_at=None), name="reminder_waiting"),)

    def __str__(self) -> str:
        return str(self.due_on)


class DayKept(TenantModel):
    """How far the keeping of time has come on one of the council's days: begun, interrupted, taken up again, finished.

    `policy` marks the policy that was decided by; `reached` is the last publication that was looked at.
    """

    day = models.DateField(unique=True)
    policy = models.CharField(max_length=140)
    reached = models.UUIDField(null=True)
    finished_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.day)


class Withdrawal(TenantModel):
    """A yes that was taken back, kept for good: who said so, to whom, when, and of what."""

    council_privileges = APPEND_ONLY

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    scope = models.CharField(max_length=12, choices=WithdrawalScope.choices)
    involvement = models.ForeignKey(Involvement, null=True, on_delete=models.CASCADE, related_name="+")
    agency = models.ForeignKey(Agency, null=True, on_delete=models.CASCADE, related_name="+")
    said_by = models.CharField(max_length=24)
    told_to_id = models.UUIDField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.scope


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
