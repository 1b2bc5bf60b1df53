"""Reads of the registry: councils and hosts, as plain values that may outlive a request."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet

from tenants.context import CouncilRef
from tenants.models import Council, Domain, PackSignOff


def _hosts() -> QuerySet[Any]:
    """Hosts with their council, and the checksums under which its pack was signed off: one statement for all of it."""
    signed = PackSignOff.objects.filter(pack_id=OuterRef("tenant__pack_id")).order_by("signed_at")
    hosts = Domain.objects.select_related("tenant")
    known: QuerySet[Any] = hosts.annotate(signed=ArraySubquery(signed.values("pack_checksum")))
    return known


def _ref(domain: Any) -> CouncilRef:
    council: Council = domain.tenant
    theme: dict[str, Any] = council.theme or {}
    return CouncilRef(
        id=council.id,
        schema_name=council.schema_name,
        name=council.name,
        host=domain.domain,
        state=council.state,
        pack_id=council.pack_id,
        theme=tuple(sorted((str(key), str(value)) for key, value in theme.items())),
        help_contact=council.help_contact,
        signed_packs=tuple(domain.signed),
        suspended_from=council.suspended_from if council.state == Council.State.SUSPENDED else "",
        suspended_contact=council.suspended_contact,
        leaves_on=council.leaves_on,
    )


def council_at(host: str) -> CouncilRef | None:
    """The council that answers at `host` (lower case, without a port), or None."""
    domain = _hosts().filter(domain=host).first()
    return _ref(domain) if domain else None


def open_council_at(host: str) -> CouncilRef | None:
    """The council whose site is served at `host`, or None: also for one that is not finished yet."""
    domain = _hosts().filter(domain=host, tenant__is_open=True).first()
    return _ref(domain) if domain else None


def all_councils() -> tuple[CouncilRef, ...]:
    """Every council of this deployment with its primary host, in the order of their names."""
    return tuple(_ref(domain) for domain in _hosts().filter(is_primary=True).order_by("tenant__name"))


def council_by_schema(schema_name: str) -> CouncilRef | None:
    """The council whose schema is `schema_name`, or None."""
    domain = _hosts().filter(tenant__schema_name=schema_name, is_primary=True).first()
    return _ref(domain) if domain else None


def council_by_id(council_id: UUID) -> CouncilRef | None:
    """The council whose id is `council_id`, or None."""
    domain = _hosts().filter(tenant__id=council_id, is_primary=True).first()
    return _ref(domain) if domain else None


def council_named(name: str) -> CouncilRef | None:
    """The council whose name is `name`, whatever its capitals, or None."""
    domain = _hosts().filter(tenant__name__iexact=name, is_primary=True).first()
    return _ref(domain) if domain else None
