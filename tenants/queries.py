"""Reads of the registry: councils and hosts, as plain values that may outlive a request."""

from __future__ import annotations

from typing import Any

from tenants.context import CouncilRef
from tenants.models import Council, Domain


def _ref(council: Council, host: str) -> CouncilRef:
    theme: dict[str, Any] = council.theme or {}
    return CouncilRef(
        id=council.id,
        schema_name=council.schema_name,
        name=council.name,
        host=host,
        state=council.state,
        pack_id=council.pack_id,
        theme=tuple(sorted((str(key), str(value)) for key, value in theme.items())),
        help_contact=council.help_contact,
    )


def council_at(host: str) -> CouncilRef | None:
    """The council that answers at `host` (lower case, without a port), or None."""
    domain = Domain.objects.select_related("tenant").filter(domain=host).first()
    return _ref(domain.tenant, host) if domain else None


def all_councils() -> tuple[CouncilRef, ...]:
    """Every council of this deployment with its primary host, in the order of their names."""
    domains = Domain.objects.select_related("tenant").filter(is_primary=True).order_by("tenant__name")
    return tuple(_ref(domain.tenant, domain.domain) for domain in domains)


def council_by_schema(schema_name: str) -> CouncilRef | None:
    """The council whose schema is `schema_name`, or None."""
    domain = Domain.objects.select_related("tenant").filter(tenant__schema_name=schema_name, is_primary=True).first()
    return _ref(domain.tenant, domain.domain) if domain else None


def council_named(name: str) -> CouncilRef | None:
    """The council whose name is `name`, whatever its capitals, or None."""
    domain = Domain.objects.select_related("tenant").filter(tenant__name__iexact=name, is_primary=True).first()
    return _ref(domain.tenant, domain.domain) if domain else None
