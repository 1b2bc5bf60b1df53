"""Prices in dated versions. A version is published whole and never changed: another takes its place from a day on."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from billing.choices import Currency, PriceKind


class PriceBook(models.Model):
    """All prices in one currency, from a day on. Of two for the same day, the one published later is in force."""

    shared_privileges: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    currency = models.CharField(max_length=3, choices=Currency.choices)
    name = models.CharField(max_length=80)
    valid_from = models.DateField()
    note = models.CharField(max_length=300, blank=True)
    published_at = models.DateTimeField()
    published_by_id = models.UUIDField(null=True)

    class Meta:
        indexes = (models.Index(fields=("currency", "-valid_from", "-published_at"), name="price_book_in_force"),)

    def __str__(self) -> str:
        return self.name


class Price(models.Model):
    """One price, from a quantity on: inhabitants for the platform fee, practitioners for practitioners, else 0.

    The platform fee is that of the one band in which a council's population lies. Practitioners are graduated: each
    is charged at the price of the band in which they stand, so that one more never makes the whole cheaper.
    """

    shared_privileges: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.ForeignKey(PriceBook, on_delete=models.PROTECT, related_name="prices")
    kind = models.CharField(max_length=12, choices=PriceKind.choices)
    from_quantity = models.PositiveIntegerField(default=0)
    amount = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("book", "kind", "from_quantity"), name="one_price_a_band"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="no_negative_price"),
        )

    def __str__(self) -> str:
        return f"{self.kind} from {self.from_quantity}"


class GroupDiscount(models.Model):
    """What a contract with this many councils or more is spared on its platform fees, in per cent."""

    shared_privileges: ClassVar[tuple[str, ...]] = ("SELECT", "INSERT")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    book = models.ForeignKey(PriceBook, on_delete=models.PROTECT, related_name="group_discounts")
    from_councils = models.PositiveSmallIntegerField()
    percent = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("book", "from_councils"), name="one_group_discount_a_size"),
            models.CheckConstraint(condition=Q(percent__gt=0, percent__lte=100), name="group_discount_is_a_share"),
        )

    def __str__(self) -> str:
        return f"from {self.from_councils}"
