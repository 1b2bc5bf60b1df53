"""Furnishing a council: twice comes to the same as once, and nothing that is there is taken away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models.functions import Lower

from core.audit.actions import Actor, record
from core.consent.actions_policy import record_first_policy
from core.consent.errors import LoosensTheLaw
from core.consent.pack import Pack
from core.council.furnishing import AgencyToMake, Furnishing, FurnishingInvalid, entries_offered
from core.directory.models import Agency, Service, ServiceType
from tenants.context import require_current
from tenants.models import Council

APPLIED = "council.furnishing.applied"


@transaction.atomic
def apply(furnishing: Furnishing, *, pack: Pack, by: Actor | None) -> Mapping[str, int]:
    """Furnish the present council: service types, agencies with their services, and its first policy, from today.

    What is there already stays: an agency keeps what the council made of it, and so does a policy. Returns how much
    was written. Raises FurnishingInvalid where the law pack does not let it decide like this.
    """
    written: Counter[str] = Counter()
    written.update(offer_service_types(furnishing.service_types, furnishing.roles, pack))
    written["agencies"] = _add_agencies(furnishing.agencies)
    written["services"] = _add_services(furnishing.agencies)
    try:
        made = record_first_policy(pack=pack, tightening=furnishing.tightening, by=by)
    except LoosensTheLaw as refused:
        raise FurnishingInvalid(list(refused.sentences)) from refused
    written["policies"] = int(made is not None)
    counts = {what: number for what, number in written.items() if number}
    if counts:
        record(APPLIED, by=by, detail=counts)
    return counts


def offer_service_types(codes: Iterable[str], roles: Mapping[str, tuple[str, ...]], pack: Pack) -> Mapping[str, int]:
    """Offer these types of the catalogue and no others; a type no longer offered stays for the lines that have it."""
    wanted, entries = set(codes), entries_offered(pack)
    there = {one.code: one for one in ServiceType.objects.all()}
    missing, changed = [], []
    for code in sorted(wanted):
        entry = entries[code]
        titles = list(roles.get(code, entry.offered[pack.id].roles))
        one = there.get(code)
        if one is None:
            missing.append(
                ServiceType(
                    code=code,
                    label=entry.offered[pack.id].label,
                    sensitivity=entry.sensitivity_class,
                    typical_roles=titles,
                    suggested_statuses=list(entry.offered[pack.id].statuses),
                    freshness_days=entry.freshness_days,
                )
            )
        elif not one.is_offered or (code in roles and one.typical_roles != titles):
            one.is_offered, one.typical_roles = True, titles
            changed.append(one)
    withdrawn = [one for code, one in there.items() if one.is_offered and code not in wanted]
    for one in withdrawn:
        one.is_offered = False
    ServiceType.objects.bulk_create(missing)
    ServiceType.objects.bulk_update([*changed, *withdrawn], ["is_offered", "typical_roles"])
    return {"types added": len(missing), "types changed": len(changed), "types withdrawn": len(withdrawn)}


def _add_agencies(agencies: Iterable[AgencyToMake]) -> int:
    there = set(Agency.objects.annotate(lower=Lower("name")).values_list("lower", flat=True))
    missing = [
        Agency(name=one.name, kind=one.kind, phone=one.phone) for one in agencies if one.name.lower() not in there
    ]
    Agency.objects.bulk_create(missing)
    return len(missing)


def _add_services(agencies: Iterable[AgencyToMake]) -> int:
    """Their statuses in law are the officer's to confirm: a training council alone takes those suggested."""
    ids = dict(Agency.objects.annotate(lower=Lower("name")).values_list("lower", "id"))
    types = {one.code: one for one in ServiceType.objects.all()}
    there = set(Service.objects.values_list("agency_id", "service_type__code"))
    takes_suggested = require_current().state == Council.State.TRAINING
    missing = [
        Service(
            agency_id=ids[one.name.lower()],
            service_type=types[code],
            statuses=list(types[code].suggested_statuses) if takes_suggested else [],
        )
        for one in agencies
        for code in one.services
        if (ids[one.name.lower()], code) not in there
    ]
    Service.objects.bulk_create(missing)
    return len(missing)
