"""Agencies, services, and practitioners' contact cards."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower

from core.directory.choices import AgencyKind, Employment
from tenants.base_model import TenantModel


class Agency(TenantModel):
    """An organisation that answers for its services and practitioners. Without a current agreement it joins nothing."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=AgencyKind.choices, default=AgencyKind.OTHER)
    phone = models.CharField(max_length=20, blank=True)
    agreement_signed_on = models.DateField(null=True, blank=True)
    agreement_expires_on = models.DateField(null=True, blank=True)

    class Meta(TenantModel.Meta):
        constraints = (models.UniqueConstraint(Lower("name"), name="one_agency_a_name"),)

    def __str__(self) -> str:
        return self.name


class ServiceType(TenantModel):
    """A kind of service from the catalogue, as this council offers it; sensitive unless its class is `standard`."""

    code = models.CharField(max_length=40, unique=True)
    label = models.CharField(max_length=120)
    sensitivity = models.CharField(max_length=24, default="standard")
    typical_roles = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    suggested_statuses = ArrayField(models.CharField(max_length=24), default=list, blank=True)
    freshness_days = models.PositiveSmallIntegerField(null=True, blank=True)
    is_offered = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.label

    @property
    def is_sensitive(self) -> bool:
        """Whether an involvement of this type reveals something by itself."""
        return self.sensitivity != "standard"


class Service(TenantModel):
    """What one agency offers. Its statuses are the pack's codes (a duty body, an ISE), held as facts about it."""

    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="services")
    service_type = models.ForeignKey(ServiceType, on_delete=models.PROTECT, related_name="+")
    statuses = ArrayField(models.CharField(max_length=24), default=list, blank=True)

    class Meta(TenantModel.Meta):
        constraints = (
            models.UniqueConstraint(fields=("agency", "service_type"), name="one_service_of_a_type_an_agency"),
        )

    def __str__(self) -> str:
        return f"{self.service_type.label}, {self.agency.name}"


class Practitioner(TenantModel):
    """A professional's contact card. Without a user they are listed, with number, as having no account.

    `functions` are the pack's own roles (`mash`, `s47_lead`, `social_worker`): what someone is in law, held as data,
    and no role of the product.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="practitioner"
    )
    agency = models.ForeignKey(Agency, on_delete=models.PROTECT, related_name="practitioners")
    given_name = models.CharField(max_length=100)
    family_name = models.CharField(max_length=100)
    job_title = models.CharField(max_length=100)
    mobile = models.CharField(max_length=20, blank=True)
    desk_phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    best_time = models.CharField(max_length=60, blank=True)
    employment = models.CharField(max_length=12, choices=Employment.choices, default=Employment.STAFF)
    functions = ArrayField(models.CharField(max_length=32), default=list, blank=True)
    cleared_until = models.DateField(null=True, blank=True)
    left_on = models.DateField(null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)

    class Meta(TenantModel.Meta):
        indexes = (models.Index(Lower("family_name"), name="practitioner_family_name"),)

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def full_name(self) -> str:
        """The name as people say it."""
        return f"{self.given_name} {self.family_name}"

    @property
    def has_account(self) -> bool:
        """Whether this person can sign in, and so be invited and told."""
        return self.user_id is not None


class Membership(TenantModel):
    """A practitioner works in a service; a manager answers for its involvements."""

    practitioner = models.ForeignKey(Practitioner, on_delete=models.CASCADE, related_name="memberships")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="memberships")
    is_manager = models.BooleanField(default=False)

    class Meta(TenantModel.Meta):
        constraints = (models.UniqueConstraint(fields=("practitioner", "service"), name="one_membership_a_service"),)

    def __str__(self) -> str:
        return str(self.id)
