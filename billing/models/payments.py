"""Money that came in, what it was for, and what is asked for again. Payments and what they pay are only ever added."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from billing.choices import LineState, PaymentMethod
from billing.models.invoices import ADDED_ONLY, Delivery, Invoice
from billing.models.parties import Customer, LegalEntity


class BankImport(models.Model):
    """One file of a bank, taken in once: the same bytes again are refused."""

    shared_privileges: ClassVar[tuple[str, ...]] = ADDED_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    checksum = models.CharField(max_length=64)
    encoding = models.CharField(max_length=20)
    rows = models.PositiveIntegerField()
    repeated = models.PositiveIntegerField(default=0)
    outgoing = models.PositiveIntegerField(default=0)
    total = models.DecimalField(max_digits=14, decimal_places=2)
    imported_at = models.DateTimeField()
    imported_by_id = models.UUIDField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("entity", "checksum"), name="one_import_a_file"),)

    def __str__(self) -> str:
        return self.name


class BankLine(models.Model):
    """Money in, as the bank wrote it. `fingerprint` knows it again in a file that overlaps with another.

    `suggestions` are the invoices it may be for: ids, amounts and why.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bank_import = models.ForeignKey(BankImport, on_delete=models.PROTECT, related_name="lines")
    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    booked_on = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    reference = models.CharField(max_length=200, blank=True)
    payer = models.CharField(max_length=120, blank=True)
    fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=LineState.choices, default=LineState.DOUBTFUL)
    suggestions = models.JSONField(default=list)
    settled_at = models.DateTimeField(null=True)
    settled_by_id = models.UUIDField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("entity", "fingerprint"), name="one_bank_line_of_a_kind"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="bank_lines_are_money_in"),
        )
        indexes = (models.Index(fields=("entity",), condition=Q(state="doubtful"), name="doubtful_lines"),)

    def __str__(self) -> str:
        return f"{self.booked_on} {self.amount}"


class Payment(models.Model):
    """Money from a customer. A refund or a payment entered by mistake is another one, negative, that `reverses` it."""

    shared_privileges: ClassVar[tuple[str, ...]] = ADDED_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    received_on = models.DateField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    reference = models.CharField(max_length=200, blank=True)
    method = models.CharField(max_length=8, choices=PaymentMethod.choices)
    bank_line = models.OneToOneField(BankLine, null=True, on_delete=models.PROTECT, related_name="payment")
    reverses = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="reversals")
    note = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by_id = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(amount__gt=0, reverses=None) | Q(amount__lt=0, reverses__isnull=False),
                name="payments_are_positive_and_reversals_negative",
            ),
        )
        indexes = (models.Index(fields=("customer", "-received_on"), name="payments_of_customer"),)

    def __str__(self) -> str:
        return f"{self.received_on} {self.amount}"


class WriteOff(models.Model):
    """What will not be paid, by two people. `proposal_id` is the console's proposal that another one approved."""

    shared_privileges: ClassVar[tuple[str, ...]] = ADDED_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="write_offs")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    reason = models.CharField(max_length=300)
    proposal_id = models.UUIDField(unique=True)
    proposed_by_id = models.UUIDField()
    approved_by_id = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(amount__gt=0), name="write_off_of_something"),
            models.CheckConstraint(condition=~Q(proposed_by_id=models.F("approved_by_id")), name="two_write_off"),
        )

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.amount}"


class Allocation(models.Model):
    """That so much of a payment, a credit note or a write-off settles so much of an invoice.

    What is left of an invoice is its gross less the sum of these. Taking one back is another, negative, that `undoes`
    it.
    """

    shared_privileges: ClassVar[tuple[str, ...]] = ADDED_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="allocations")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="allocations")
    credit_note = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT, related_name="+")
    write_off = models.ForeignKey(WriteOff, null=True, on_delete=models.PROTECT, related_name="allocations")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    undoes = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="undone_by")
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(payment__isnull=False, credit_note=None, write_off=None)
                | Q(payment=None, credit_note__isnull=False, write_off=None)
                | Q(payment=None, credit_note=None, write_off__isnull=False),
                name="allocation_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, undoes=None) | Q(amount__lt=0, undoes__isnull=False),
                name="allocations_are_positive_and_undoing_negative",
            ),
        )

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.amount}"


class Reminder(models.Model):
    """That an overdue invoice was asked for again: each step once. The last step asks finance to ring."""

    shared_privileges: ClassVar[tuple[str, ...]] = ADDED_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="reminders")
    step = models.PositiveSmallIntegerField()
    on = models.DateField()
    delivery = models.OneToOneField(Delivery, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("invoice", "step"), name="each_step_once"),)

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.step}"


class CallMade(models.Model):
    """That a customer was rung about what is overdue, and from which day on they are to be rung again. No words."""

    shared_privileges: ClassVar[tuple[str, ...]] = ADDED_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    on = models.DateField()
    again_on = models.DateField()
    at = models.DateTimeField()
    by_id = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(again_on__gt=models.F("on")), name="rung_again_on_a_later_day"),
        )

    def __str__(self) -> str:
        return f"{self.customer_id} {self.on}"
