"""What this deployment says of itself to a console: plain values, ready to be written as JSON, with no person in them.

Both ways to a deployment say the same words: the operator API writes these down, the local port hands them over.
All of it is read in the shared world; what is inside a council was left outside by a job of the council's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from tenants.errors import NoCouncil
from tenants.fleet import report
from tenants.models import (
    Council,
    CouncilFacts,
    CouncilOrder,
    CouncilReading,
    Domain,
    PackSignOff,
    SchemaStatus,
)
from tenants.orders.errors import NoOrder
from tenants.orders.work import steps_of


def health() -> dict[str, Any]:
    """Name, region, release, clock, law packs with their sign-offs, the catalogue, and how far the fleet is."""
    signed = set(PackSignOff.objects.values_list("pack_checksum", flat=True))
    return {
        "name": settings.DEPLOYMENT_NAME,
        "region": settings.DEPLOYMENT_REGION,
        "kind": settings.DEPLOYMENT_KIND,
        "version": settings.RELEASE,
        "clock": _moment(timezone.now()),
        "is_ready": True,
        "packs": [{**pack, "is_signed": pack["checksum"] in signed} for pack in import_string(settings.PACKS_HERE)()],
        "service_types": [dict(entry) for entry in import_string(settings.SERVICE_TYPES_HERE)()],
        "fleet": fleet(),
    }


def councils() -> list[dict[str, Any]]:
    """Every council that is here, in four statements."""
    hosts: dict[UUID, list[str]] = defaultdict(list)
    for council_id, host in Domain.objects.order_by("-is_primary", "domain").values_list("tenant_id", "domain"):
        hosts[council_id].append(host)
    facts = dict(CouncilFacts.objects.values_list("council_id", "facts"))
    current = set(
        SchemaStatus.objects.filter(fingerprint=report.code_fingerprint(), error="").values_list(
            "council_id", flat=True
        )
    )
    return [
        {
            "id": str(council.id),
            "name": council.name,
            "hosts": hosts[council.id],
            "state": council.state if council.is_open else "preparing",
            "pack_id": council.pack_id,
            "is_current": council.id in current,
            "facts": facts.get(council.id, {}),
        }
        for council in Council.objects.order_by("name", "id")
    ]


def order(order_id: UUID) -> dict[str, Any]:
    """An order as it stands. Raises NoOrder."""
    found = CouncilOrder.objects.filter(id=order_id).first()
    if found is None:
        raise NoOrder("This deployment has no order with this id.")
    return order_said(found)


def order_said(found: CouncilOrder) -> dict[str, Any]:
    """What is said of an order: never its payload, which the console has."""
    return {
        "id": str(found.id),
        "council_id": str(found.council_id),
        "kind": found.kind,
        "state": found.state,
        "steps": [
            [step.slug, step.label, step.slug in found.steps_done] for step in steps_of(found.kind, found.payload)
        ],
        "result": found.result,
        "error": found.error,
    }


def readings(since: date) -> list[dict[str, Any]]:
    """Every council's numbers from a day on, the oldest first."""
    found = CouncilReading.objects.filter(on__gte=since).order_by("on", "council_id")
    return [
        {
            "council_id": str(one.council_id),
            "on": one.on.isoformat(),
            "numbers": one.numbers,
            "counted_at": _moment(one.counted_at),
        }
        for one in found
    ]


def template(council_id: UUID) -> Mapping[str, Any]:
    """Everything of a council but people, as its job last left it here. Raises NoCouncil."""
    found = CouncilFacts.objects.filter(council_id=council_id).first()
    if found is None or not found.template:
        raise NoCouncil("There is no template of this council here, or not yet: it is written every hour.")
    kept: dict[str, Any] = found.template
    return kept


def fleet() -> dict[str, Any]:
    """How far the councils' schemas have come, the last runs, and what drift was found."""
    return report.overview()


def run_fleet(asked_by: str) -> None:
    """Have the migrator's worker bring the fleet forward, or go on with a run that was stopped."""
    report.start_fleet(asked_by=asked_by)


def _moment(at: datetime) -> str:
    return at.isoformat()
