"""The agencies of a council: what each is called, how it is reached, its agreement, and the services it offers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db import transaction

from core.accounts.models import User
from core.audit.actions import record, refuse
from core.council.staff_errors import AgencyNameTaken, PersonNotFound, ServiceInUse
from core.directory.models import Agency, Service, ServiceType
from core.network.models import Involvement

ADDED: Final = "directory.agency.added"
CHANGED: Final = "directory.agency.changed"
REFUSED: Final = "directory.agency.refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyDetails:
    """An agency as the council admin keeps it; `service_types` are ids of the catalogue's types that it offers."""

    name: str
    kind: str
    phone: str
    agreement_signed_on: date | None
    agreement_expires_on: date | None
    service_types: frozenset[UUID]


_OWN: Final = ("name", "kind", "phone", "agreement_signed_on", "agreement_expires_on")


@transaction.atomic
def keep_agency(*, agency_id: UUID | None, details: AgencyDetails, by: User) -> Agency:
    """Add an agency (no id), or change one. Without a current agreement its people join no network.

    Raises PersonNotFound, AgencyNameTaken, ServiceInUse.
    """
    agency = Agency() if agency_id is None else Agency.objects.select_for_update().filter(id=agency_id).first()
    if agency is None:
        raise PersonNotFound
    if Agency.objects.filter(name__iexact=details.name).exclude(id=agency.id).exists():
        refuse(REFUSED, by=by, reason="name_taken")
        raise AgencyNameTaken
    changed = [name for name in _OWN if getattr(agency, name) != getattr(details, name)]
    for name in changed:
        setattr(agency, name, getattr(details, name))
    agency.save()
    _keep_services(agency, details.service_types, by)
    record(ADDED if agency_id is None else CHANGED, by=by, subject=agency, detail={"fields": changed})
    return agency


def _keep_services(agency: Agency, wanted: frozenset[UUID], by: User) -> None:
    now = {row.service_type_id: row for row in Service.objects.filter(agency=agency).select_related("service_type")}
    for type_id in set(now) - wanted:
        service = now[type_id]
        if service.memberships.exists() or Involvement.objects.filter(service=service).exists():
            refuse(REFUSED, by=by, reason="service_in_use", subject_id=service.id)
            raise ServiceInUse(service.service_type.label)
        service.delete()
    offered = ServiceType.objects.filter(id__in=wanted - set(now), is_offered=True).values_list("id", flat=True)
    Service.objects.bulk_create([Service(agency=agency, service_type_id=type_id) for type_id in sorted(offered)])
