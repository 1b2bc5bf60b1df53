"""Runs, and what they propose. A draft may change or vanish; issuing it makes an Invoice, which can do neither."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from billing.choices import DocumentKind, Hold, Outcome, PriceKind, RunState
from billing.models.contracts import Charge, Contract, PurchaseOrder
from billing.models.invoices import Invoice, InvoiceLine
from billing.models.parties import Customer, LegalEntity
from billing.models.prices import PriceBook


class InvoiceRun(models.Model):
    """Drafting for every contract of one entity up to and including one month. A dry run drafts nothing.

    Repeating a run is the same run in its next `round`: it goes on where it stopped, and looks again at every contract.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    month = models.DateField()
    is_dry = models.BooleanField(default=False)
    state = models.CharField(max_length=8, choices=RunState.choices, default=RunState.WAITING)
    of = models.PositiveIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=1)
    started_at = models.DateTimeField()
    started_by_id = models.UUIDField(null=True)
    working_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("entity", "month"), condition=Q(is_dry=False), name="one_run_a_month"),
            models.CheckConstraint(condition=Q(month__day=1), name="run_of_a_month"),
        )

    def __str__(self) -> str:
        return f"{self.month}"


class Draft(models.Model):
    """An invoice or credit note as it would be. `basis` is a hash of all it was worked out from.

    `issued` is the invoice that it became. `allowed_reason` says why it is issued although purchase orders are short.
    Since `issue_asked_at` it waits to be issued on `issue_on`; `issue_refused` says why it could not be.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=DocumentKind.choices, default=DocumentKind.INVOICE)
    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+")
    run = models.ForeignKey(InvoiceRun, null=True, on_delete=models.PROTECT, related_name="drafts")
    credits = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT, related_name="+")
    bills_again = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)
    period_first = models.DateField()
    period_last = models.DateField()
    order = models.ForeignKey(PurchaseOrder, null=True, on_delete=models.PROTECT, related_name="+")
    net = models.DecimalField(max_digits=14, decimal_places=2)
    tax = models.DecimalField(max_digits=14, decimal_places=2)
    gross = models.DecimalField(max_digits=14, decimal_places=2)
    taxes = models.JSONField(default=list)
    basis = models.CharField(max_length=64)
    holds = ArrayField(models.CharField(max_length=20, choices=Hold.choices), default=list)
    allowed_reason = models.CharField(max_length=300, blank=True)
    allowed_by_id = models.UUIDField(null=True)
    note = models.CharField(max_length=600, blank=True)
    created_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by_id = models.UUIDField(null=True)
    issue_on = models.DateField(null=True)
    issue_asked_at = models.DateTimeField(null=True)
    issue_asked_by_id = models.UUIDField(null=True)
    issue_refused = models.CharField(max_length=300, blank=True)
    issued = models.OneToOneField(Invoice, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = (
            models.Index(fields=("entity",), condition=Q(issued=None), name="drafts_waiting"),
            models.Index(
                fields=("issue_asked_at",), condition=Q(issued=None, issue_asked_at__isnull=False), name="drafts_asked"
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class DraftLine(models.Model):
    """One line of a draft. `key` says what it bills, such as `2026-10 platform <council>`, and is unique on it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=PriceKind.choices)
    council_id = models.UUIDField(null=True)
    charge = models.ForeignKey(Charge, null=True, on_delete=models.PROTECT, related_name="+")
    credits = models.ForeignKey(InvoiceLine, null=True, on_delete=models.PROTECT, related_name="+")
    month = models.DateField(null=True)
    period_first = models.DateField()
    period_last = models.DateField()
    description = models.CharField(max_length=300)
    quantity = models.DecimalField(max_digits=12, decimal_places=2)
    unit = models.CharField(max_length=20)
    unit_price = models.DecimalField(max_digits=14, decimal_places=4)
    net = models.DecimalField(max_digits=14, decimal_places=2)
    tax_rule = models.CharField(max_length=20)
    tax_category = models.CharField(max_length=2)
    tax_rate = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("draft", "key"), name="one_draft_line_a_key"),)

    def __str__(self) -> str:
        return self.key


class RunItem(models.Model):
    """What a run found for one contract, last in `round`; `detail` holds codes, counts and amounts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(InvoiceRun, on_delete=models.CASCADE, related_name="items")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(default=1)
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    draft = models.ForeignKey(Draft, null=True, on_delete=models.SET_NULL, related_name="+")
    detail = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("run", "contract"), name="one_item_a_contract"),)

    def __str__(self) -> str:
        return self.outcome


class Covered(models.Model):
    """That something of a contract is billed, so that nothing is billed twice.

    `key` is a month (`2026-10`), a charge (`charge <id>`) or an adjustment (`usage <reading id>`). It belongs to a
    draft, then to the invoice that the draft became; a credit note that has it billed again releases it. `book` is
    whose prices a month was billed at: what corrects it later is worked out with the same ones.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=60)
    draft = models.ForeignKey(Draft, null=True, on_delete=models.CASCADE, related_name="covers")
    invoice = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT, related_name="covers")
    book = models.ForeignKey(PriceBook, null=True, on_delete=models.PROTECT, related_name="+")
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("contract", "key"), condition=Q(released_at=None), name="billed_once"),
        )

    def __str__(self) -> str:
        return self.key
