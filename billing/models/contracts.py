"""What was agreed with a customer: which councils, from when to when, on which terms, and on which purchase orders."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from billing.choices import PriceKind
from billing.models.parties import Customer, LegalEntity
from billing.models.prices import PriceBook


class Contract(models.Model):
    """One agreement, for one council or a group. `ends_on` is its last day; `notice_given_on` stops its renewal.

    It renews by `renews_months` unless notice is given `notice_days` before the end; 0 months: it ends. It is billed
    every `billed_every` months, in arrears. With `held_book` its prices stay those of that book, whatever is published.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=20, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    renews_months = models.PositiveSmallIntegerField(default=12)
    notice_days = models.PositiveSmallIntegerField(default=90)
    notice_given_on = models.DateField(null=True)
    billed_every = models.PositiveSmallIntegerField(default=1)
    payment_days = models.PositiveSmallIntegerField(null=True)
    held_book = models.ForeignKey(PriceBook, null=True, on_delete=models.PROTECT, related_name="+")
    terms = models.CharField(max_length=600, blank=True)
    created_at = models.DateTimeField()
    created_by_id = models.UUIDField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="contract_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(billed_every__in=(1, 3, 12)), name="billed_monthly_quarterly_yearly"),
        )

    def __str__(self) -> str:
        return self.reference


class ContractCouncil(models.Model):
    """A council on a contract. `council_id` is the console's; `name` is how it stands on invoices.

    `ends_on` is its last day where it leaves before the contract ends.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="councils")
    council_id = models.UUIDField()
    name = models.CharField(max_length=100)
    population = models.PositiveIntegerField()
    is_dedicated = models.BooleanField(default=False)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("contract", "council_id", "starts_on"), name="one_council_a_contract"),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="council_leaves_after_it_joins"
            ),
        )
        indexes = (models.Index(fields=("council_id",), name="contract_of_council"),)

    def __str__(self) -> str:
        return self.name


class Discount(models.Model):
    """Per cent off, on one kind of price or on all (`kind` empty), from a day to a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="discounts")
    kind = models.CharField(max_length=12, choices=PriceKind.choices, blank=True)
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    from_on = models.DateField()
    until_on = models.DateField(null=True)
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(percent__gt=0, percent__lte=100), name="discount_is_a_share"),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("from_on")), name="discount_ends_after_it_starts"
            ),
        )

    def __str__(self) -> str:
        return self.reason


class Charge(models.Model):
    """Something billed once: setting up, training, what was agreed. Without `agreed_price` the book's price holds."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="charges")
    council = models.ForeignKey(ContractCouncil, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=PriceKind.choices)
    description = models.CharField(max_length=200)
    on = models.DateField()
    quantity = models.DecimalField(max_digits=9, decimal_places=2)
    agreed_price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    cancelled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(quantity__gt=0), name="charge_of_something"),
            models.CheckConstraint(
                condition=Q(agreed_price=None) | Q(agreed_price__gte=0), name="no_negative_agreed_price"
            ),
        )

    def __str__(self) -> str:
        return self.description


class PurchaseOrder(models.Model):
    """A customer's purchase order. `value` is before tax; None has no limit. What is left is counted, never stored."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="orders")
    number = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("contract", "number"), name="one_order_of_a_number"),
            models.CheckConstraint(condition=Q(value=None) | Q(value__gt=0), name="order_of_something"),
        )

    def __str__(self) -> str:
        return self.number


class ContractNotice(models.Model):
    """That finance was told something about a contract, once: notice is due, it ends, it renewed, an order is low."""

    shared_privileges: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    about = models.CharField(max_length=60)
    on = models.DateField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("contract", "kind", "about"), name="told_once_about_a_contract"),
        )

    def __str__(self) -> str:
        return self.kind
