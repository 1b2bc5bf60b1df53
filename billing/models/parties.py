"""Who bills, who is billed, and whom to write to there."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from billing.choices import Country, Currency


def reminder_days() -> list[int]:
    """After how many days overdue the steps of reminding are."""
    return [7, 21, 45]


class Party(models.Model):
    """What an invoice must say of a seller or a buyer.

    `tax_id` is a VAT number with its country's letters (GB…) or an ABN of eleven digits. `endpoint_scheme` and
    `endpoint_id` are its address in the Peppol network, where it has one: 9932 is a British VAT number, 0088 a GLN,
    0151 an ABN.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    legal_name = models.CharField(max_length=200)
    street = models.CharField(max_length=120)
    street_2 = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=80)
    region = models.CharField(max_length=40, blank=True)
    postcode = models.CharField(max_length=12)
    country = models.CharField(max_length=2, choices=Country.choices)
    tax_id = models.CharField(max_length=20, blank=True)
    registration = models.CharField(max_length=20, blank=True)
    endpoint_scheme = models.CharField(max_length=4, blank=True)
    endpoint_id = models.CharField(max_length=60, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class LegalEntity(Party):
    """A company of ours that bills, in one currency. `code` begins its invoice numbers and never changes.

    `sort_code` is the British sort code or the Australian BSB. `accounts` are the ledger's account codes for the
    journal, by name. Days are those of `time_zone`.
    """

    code = models.SlugField(max_length=8, unique=True)
    currency = models.CharField(max_length=3, choices=Currency.choices)
    time_zone = models.CharField(max_length=40)
    email = models.EmailField()
    phone = models.CharField(max_length=32)
    account_name = models.CharField(max_length=70)
    sort_code = models.CharField(max_length=8)
    account_number = models.CharField(max_length=20)
    iban = models.CharField(max_length=34, blank=True)
    payment_days = models.PositiveSmallIntegerField(default=30)
    reminder_days = ArrayField(models.PositiveSmallIntegerField(), default=reminder_days)
    accounts = models.JSONField(default=dict)


class Customer(Party):
    """Who pays: a council, a county for itself and its districts, or a region.

    `buyer_reference` is what the customer wants on every invoice (its cost centre or contact). With `needs_order` no
    invoice is issued without a purchase order. `takes_einvoices` says that it wants them over Peppol.
    """

    buyer_reference = models.CharField(max_length=60, blank=True)
    needs_order = models.BooleanField(default=False)
    takes_einvoices = models.BooleanField(default=False)
    created_at = models.DateTimeField()


class Contact(models.Model):
    """Someone at a customer's to write to or to ring about money."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=120)
    email = models.EmailField()
    phone = models.CharField(max_length=32, blank=True)
    gets_invoices = models.BooleanField(default=True)
    gets_reminders = models.BooleanField(default=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name
