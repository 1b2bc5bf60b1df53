"""What was asked of us and answered, what had to be written down, and what was deleted when its time was over."""

from __future__ import annotations

from datetime import date

from django.db import models

from core.directory.models import Agency
from core.people.models import Client
from core.rights.choices import (
    Answer,
    AnswerReason,
    AskedBy,
    DeletionRule,
    ExtensionReason,
    FreezeReason,
    PersonsView,
    RequestState,
    Wish,
)
from tenants.base_model import APPEND_ONLY, TenantModel


class DutyRecord(TenantModel):
    """One thing the law makes us write down: a disclosure by phone, a request refused, why something was not shared.

    `kind` is the event of the pack's `[record]`, and `fields` its answers: codes, days, references and ids. The line is
    the one it was about: for a disclosure, of whom was told. Never edited; what was wrong is followed by a new one.
    """

    council_privileges = APPEND_ONLY

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=32)
    involvement_id = models.UUIDField(null=True)
    agency = models.ForeignKey(Agency, null=True, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    fields = models.JSONField(default=dict)
    pack = models.CharField(max_length=64)
    pack_checksum = models.CharField(max_length=64)
    by_id = models.UUIDField()
    recorded_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        indexes = (
            models.Index(fields=("client", "-on"), name="duty_by_client"),
            models.Index(fields=("-recorded_at",), name="duty_by_day"),
        )

    def __str__(self) -> str:
        return self.kind


class RightsRequest(TenantModel):
    """Somebody asks to see, put right or stop what is held about a client; with its law's clock.

    `right_code` is the pack's, empty where the pack has no clock for it. `starts_on` and `due_on` are empty while the
    clock waits for proof of identity or a clear request. `extended_to` is the last day after an extension.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    wish = models.CharField(max_length=12, choices=Wish.choices)
    right_code = models.CharField(max_length=60, blank=True)
    asked_by = models.CharField(max_length=24, choices=AskedBy.choices)
    received_on = models.DateField()
    identity_proved_on = models.DateField(null=True, blank=True)
    clarification_asked_on = models.DateField(null=True, blank=True)
    clarified_on = models.DateField(null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    extended_to = models.DateField(null=True, blank=True)
    extensions = models.JSONField(default=list, blank=True)
    extension_reason = models.CharField(max_length=16, choices=ExtensionReason.choices, blank=True)
    acknowledged_on = models.DateField(null=True, blank=True)
    persons_view = models.CharField(max_length=16, choices=PersonsView.choices, default=PersonsView.NOT_ASKED)
    persons_view_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=RequestState.choices, default=RequestState.OPEN)
    answer = models.CharField(max_length=16, choices=Answer.choices, blank=True)
    answer_reason = models.CharField(max_length=16, choices=AnswerReason.choices, blank=True)
    answered_on = models.DateField(null=True, blank=True)
    answered_by_id = models.UUIDField(null=True)
    taken_in_by_id = models.UUIDField()
    taken_in_at = models.DateTimeField()
    decision_id = models.UUIDField(null=True)
    pack = models.CharField(max_length=64)
    pack_checksum = models.CharField(max_length=64)
    warned_of = models.DateField(null=True, blank=True)
    told_overdue_of = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = (
            models.CheckConstraint(
                condition=models.Q(due_on=None) | models.Q(starts_on__isnull=False), name="what_is_due_has_started"
            ),
            models.CheckConstraint(
                condition=models.Q(extended_to=None)
                | models.Q(due_on__isnull=False, extended_to__gte=models.F("due_on")),
                name="an_extension_is_later",
            ),
            models.CheckConstraint(
                condition=models.Q(state="answered", answered_on__isnull=False) & ~models.Q(answer="")
                | (~models.Q(state="answered") & models.Q(answer="")),
                name="an_answered_request_has_its_answer",
            ),
        )
        indexes = (models.Index(fields=("due_on",), condition=models.Q(state="open"), name="rights_request_open"),)

    def __str__(self) -> str:
        return self.wish

    @property
    def answer_by(self) -> date | None:
        """The last day to answer; None while the clock waits, or where the law gives none."""
        return self.extended_to or self.due_on

    @property
    def is_by_another(self) -> bool:
        """Whether somebody else asks than the person."""
        return self.asked_by != AskedBy.SELF


class RetentionHold(TenantModel):
    """Nothing about this client is deleted until it ends; about nobody, where no client is named."""

    client = models.ForeignKey(Client, null=True, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=16, choices=FreezeReason.choices)
    placed_at = models.DateTimeField()
    placed_by_id = models.UUIDField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_id = models.UUIDField(null=True)

    class Meta(TenantModel.Meta):
        constraints = (
            models.UniqueConstraint(
                fields=("client", "reason"),
                condition=models.Q(ended_at=None),
                nulls_distinct=False,
                name="one_hold_a_reason",
            ),
        )

    def __str__(self) -> str:
        return self.reason


class DeletionReceipt(TenantModel):
    """What was deleted: by which rule, how many rows of which table, when it was due. It names nobody.

    `subject_hash` is the SHA-256 of the client's id. The rows of append-only tables go only by the database's own
    function, and only in the transaction that wrote the receipt: `transaction_id` is PostgreSQL's own number for it.
    """

    council_privileges = APPEND_ONLY

    rule = models.CharField(max_length=12, choices=DeletionRule.choices)
    subject_hash = models.CharField(max_length=64)
    counts = models.JSONField()
    due_on = models.DateField()
    deleted_at = models.DateTimeField()
    pack = models.CharField(max_length=64)
    pack_checksum = models.CharField(max_length=64)
    transaction_id = models.BigIntegerField(
        db_default=models.Func(function="txid_current", output_field=models.BigIntegerField()), editable=False
    )

    class Meta(TenantModel.Meta):
        indexes = (models.Index(fields=("-deleted_at",), name="deletion_by_day"),)

    def __str__(self) -> str:
        return self.rule
