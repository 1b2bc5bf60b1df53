"""Collects a council's furnishing: everything that another council may start from, and nobody's name, mail or number.

An agency or a text that says a person's name is left out as a whole: a childminder's agency is called after them. So
is the council's help contact, which is often somebody's own address.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models.functions import Lower

from core.consent.actions_policy import present_tightening
from core.consent.packs_in_use import pack_of
from core.consent.policy import stored_tightening
from core.council.named_people import naming_somebody
from core.directory.catalogue import load_catalogue
from core.directory.models import Agency, Practitioner, Service, ServiceType
from core.people.identity import parse_phone
from tenants.context import require_current


def collect() -> dict[str, Any]:
    """The present council's furnishing, as `parse_furnishing` reads it. As many queries however many people."""
    council = require_current()
    pack = pack_of(council)
    types = list(ServiceType.objects.filter(is_offered=True).order_by("code"))
    theirs = {entry.code: entry.offered[pack.id].roles for entry in load_catalogue() if pack.id in entry.offered}
    roles = {one.code: one.typical_roles for one in types if tuple(one.typical_roles) != theirs.get(one.code)}
    offered = {one.code for one in types if one.code in theirs}
    tighter = present_tightening()
    words = dict(tighter.wording)
    own = replace(
        tighter,
        bases_off=tighter.bases_off | tighter.bases_signed,
        bases_signed=frozenset(),
        classes={code: cls for code, cls in tighter.classes.items() if code in offered},
        wording={},
    )
    agencies = list(Agency.objects.order_by(Lower("name")))
    titles = [title for named in roles.values() for title in named]
    spoken = naming_somebody([*words.values(), *titles, *(agency.name for agency in agencies)])
    return {
        "service_types": sorted(offered),
        "agencies": _agencies([agency for agency in agencies if agency.name not in spoken], offered, pack.jurisdiction),
        "roles": {
            code: [title for title in titles if title not in spoken]
            for code, titles in roles.items()
            if code in offered
        },
        "words": {path: text for path, text in words.items() if text not in spoken},
        "tightening": stored_tightening(own),
        "help_contact": "",
        "theme": dict(council.theme),
    }


def _agencies(agencies: list[Agency], offered: set[str], jurisdiction: str) -> list[dict[str, Any]]:
    region = jurisdiction.split("-")[0]
    offers: dict[Any, list[str]] = {}
    for agency_id, code in Service.objects.values_list("agency_id", "service_type__code"):
        if code in offered:
            offers.setdefault(agency_id, []).append(code)
    numbers = {agency.phone for agency in agencies if agency.phone}
    somebodys = set(Practitioner.objects.filter(mobile__in=numbers).values_list("mobile", flat=True))
    return [
        {
            "name": agency.name,
            "kind": agency.kind,
            "phone": "" if agency.phone in somebodys else parse_phone(agency.phone, region),
            "services": sorted(offers.get(agency.id, [])),
        }
        for agency in agencies
    ]
