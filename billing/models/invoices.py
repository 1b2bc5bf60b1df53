"""What was issued. The service's role may add to these tables and read them: it can neither change nor delete."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from billing.choices import (
    Currency,
    DeliveryKind,
    DeliveryState,
    DeliveryWay,
    DocumentKind,
    PriceKind,
)
from billing.models.contracts import Charge, Contract, PurchaseOrder
from billing.models.parties import Customer, LegalEntity

ADDED_ONLY = ("SELECT", "INSERT")


class NumberSeries(models.Model):
    """The last number of one entity and year, invoices and credit notes together. Its row is locked to issue."""

    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)
    last_issued_on = models.DateField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("entity", "year"), name="one_series_a_year"),)

    def __str__(self) -> str:
        return f"{self.year}"


class Invoice(models.Model):
    """An issued invoice or credit note, with all it says as it was said. A credit note's amounts are positive.

    `seller`, `buyer` and `taxes` are as of the day. `draft_id` is the draft it came from: a draft is issued once.
    `xml` is its electronic form, empty where the customer takes none; `checksum` is the SHA-256 of what it says.
    """

    shared_privileges: ClassVar[tuple[str, ...]] = ADDED_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=24, unique=True)
    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=DocumentKind.choices)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+")
    credits = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="credit_notes")
    reason = models.CharField(max_length=300, blank=True)
    issued_on = models.DateField()
    due_on = models.DateField()
    tax_point = models.DateField()
    period_first = models.DateField()
    period_last = models.DateField()
    currency = models.CharField(max_length=3, choices=Currency.choices)
    net = models.DecimalField(max_digits=14, decimal_places=2)
    tax = models.DecimalField(max_digits=14, decimal_places=2)
    gross = models.DecimalField(max_digits=14, decimal_places=2)
    taxes = models.JSONField()
    seller = models.JSONField()
    buyer = models.JSONField()
    order = models.ForeignKey(PurchaseOrder, null=True, on_delete=models.PROTECT, related_name="+")
    order_number = models.CharField(max_length=40, blank=True)
    buyer_reference = models.CharField(max_length=60, blank=True)
    terms = models.CharField(max_length=600, blank=True)
    note = models.CharField(max_length=600, blank=True)
    draft_id = models.UUIDField(unique=True)
    run_id = models.UUIDField(null=True)
    issued_at = models.DateTimeField()
    issued_by_id = models.UUIDField(null=True)
    checksum = models.CharField(max_length=64)
    xml = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("entity", "year", "sequence"), name="one_invoice_a_number"),
            models.CheckConstraint(condition=Q(net__gte=0, gross__gte=0), name="issued_amounts_are_positive"),
            models.CheckConstraint(
                condition=Q(kind="invoice", credits=None) | Q(kind="credit_note", credits__isnull=False),
                name="credit_notes_credit_an_invoice",
            ),
        )
        indexes = (
            models.Index(fields=("customer", "-issued_on"), name="invoices_of_customer"),
            models.Index(fields=("entity", "-issued_on"), name="invoices_of_entity"),
        )

    def __str__(self) -> str:
        return self.number


class InvoiceLine(models.Model):
    """One line as issued. Its net is rounded once; a discount is a line of its own with a negative quantity."""

    shared_privileges: ClassVar[tuple[str, ...]] = ADDED_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="lines")
    position = models.PositiveSmallIntegerField()
    key = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=PriceKind.choices)
    council_id = models.UUIDField(null=True)
    charge = models.ForeignKey(Charge, null=True, on_delete=models.PROTECT, related_name="+")
    credits = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="credited_by")
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
        constraints = (models.UniqueConstraint(fields=("invoice", "position"), name="one_line_a_position"),)
        indexes = (models.Index(fields=("council_id", "month"), name="lines_of_council"),)

    def __str__(self) -> str:
        return self.key


class InvoiceDocument(models.Model):
    """The file that was made of an invoice, once: what is sent again is what was sent."""

    shared_privileges: ClassVar[tuple[str, ...]] = ADDED_ONLY

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    invoice = models.OneToOneField(Invoice, on_delete=models.PROTECT, related_name="pdf")
    content = models.BinaryField()
    checksum = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.checksum


class Delivery(models.Model):
    """One sending, and the proof of it: when the mail server took it under which id, or the folder under which name.

    `proof` holds ids and checksums. `about` says what it is, such as a reminder's step or a statement's day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=DeliveryKind.choices)
    way = models.CharField(max_length=6, choices=DeliveryWay.choices)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    invoice = models.ForeignKey(Invoice, null=True, on_delete=models.PROTECT, related_name="deliveries")
    about = models.JSONField(default=dict)
    to = models.CharField(max_length=254)
    state = models.CharField(max_length=8, choices=DeliveryState.choices, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField()
    queued_by_id = models.UUIDField(null=True)
    sent_at = models.DateTimeField(null=True)
    proof = models.JSONField(default=dict)
    error = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = (models.Index(fields=("state",), condition=~Q(state="sent"), name="deliveries_waiting"),)

    def __str__(self) -> str:
        return f"{self.kind} {self.to}"
