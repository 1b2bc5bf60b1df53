"""Clients, held as little as serves to pick the right person."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from core.people.choices import Shield
from core.people.keys import derive_keys
from tenants.base_model import TenantModel


class Client(TenantModel):
    """The person supported. A birth date or an approximate age, an address, a number: only to tell people apart.

    `closed_on`: nobody has supported them for as long as the policy keeps a record open; it is then found by nobody in
    daily work. The `*_key` fields are derived from the others by `core.people.keys` whenever a client is saved, for
    search alone.
    """

    given_name = models.CharField(max_length=100)
    middle_names = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100)
    known_as = models.CharField(max_length=100, blank=True)
    former_family_name = models.CharField(max_length=100, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    age_from = models.PositiveSmallIntegerField(null=True, blank=True)
    age_to = models.PositiveSmallIntegerField(null=True, blank=True)
    age_noted_on = models.DateField(null=True, blank=True)
    address = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=12, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    shield = models.CharField(max_length=12, choices=Shield.choices, default=Shield.NONE)
    search_key = models.TextField(editable=False, default="")
    postcode_key = models.CharField(max_length=12, editable=False, default="")
    created_at = models.DateTimeField()
    created_by_id = models.UUIDField(null=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        constraints = (
            models.CheckConstraint(
                condition=models.Q(age_from=None, age_to=None, age_noted_on=None)
                | models.Q(age_from__isnull=False, age_to__gte=models.F("age_from"), age_noted_on__isnull=False),
                name="client_age_is_a_noted_range",
            ),
        )
        indexes = (
            GinIndex(fields=["search_key"], opclasses=["gin_trgm_ops"], name="client_search_key"),
            models.Index(fields=("birth_date",), name="client_birth_date"),
            models.Index(fields=("postcode_key",), name="client_postcode_key"),
            models.Index(fields=("phone",), name="client_phone", condition=~models.Q(phone="")),
        )

    def __str__(self) -> str:
        return str(self.id)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, with the keys derived anew."""
        derive_keys(self)
        super().save(*args, **kwargs)

    @property
    def full_name(self) -> str:
        """Given and family name, as people say it."""
        return f"{self.given_name} {self.family_name}"


class ClientIdentifier(TenantModel):
    """A number another system knows this person by, where the pack allows it.

    Two clients may hold one number: they are then one person listed twice, which a person decides. A constraint here
    would tell whoever types a number that somebody they may not see holds it.
    """

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=24)
    value = models.CharField(max_length=40)

    class Meta(TenantModel.Meta):
        constraints = (models.UniqueConstraint(fields=("client", "kind"), name="one_identifier_of_a_kind_a_client"),)
        indexes = (models.Index(fields=("kind", "value"), name="identifier_by_value"),)

    def __str__(self) -> str:
        return str(self.id)


class RecentClient(TenantModel):
    """When someone last opened a client's page: what the search box offers before anything is typed."""

    user_id = models.UUIDField()
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    opened_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = (models.UniqueConstraint(fields=("user_id", "client"), name="one_recent_line_a_client"),)
        indexes = (models.Index(fields=("user_id", "-opened_at"), name="recent_by_user"),)

    def __str__(self) -> str:
        return str(self.id)
