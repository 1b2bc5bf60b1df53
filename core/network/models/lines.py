"""Involvements, the publications without which nobody else sees them, and what time and a client's no do to them."""

from __future__ import annotations

from django.db import models

from core.consent.models import Conversation, DecisionRecord
from core.directory.models import Agency, Practitioner, Service
from core.network.choices import Answer, EndReason, PublicationEnd, Source, Visibility, WithdrawalScope
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
