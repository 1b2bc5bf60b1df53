"""Where a request came from, as far as it can't be forged: the address of the connection itself."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import Any, Final

from django.conf import settings

UNKNOWN: Final = "unknown"
_HOME_OF_V6: Final = 64
"""One subscriber of IPv6 holds at least so many bits: addresses within are one network."""


def network_of(meta: Mapping[str, Any]) -> str:
    """The network address a request counts under; `meta` is the request's META.

    X-Forwarded-For is read only when the connection comes from one of the setting TRUSTED_PROXIES, and then from its
    right end: the part that our own proxies wrote.
    """
    here = str(meta.get("REMOTE_ADDR", ""))
    hops = [hop.strip() for hop in str(meta.get("HTTP_X_FORWARDED_FOR", "")).split(",") if hop.strip()]
    while hops and _is_trusted(here):
        here = hops.pop()
    try:
        address = ip_address(here)
    except ValueError:
        return UNKNOWN
    if address.version == 4:
        return str(address)
    return str(ip_network((address, _HOME_OF_V6), strict=False))


def _is_trusted(address: str) -> bool:
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    return any(parsed in ip_network(one) for one in settings.TRUSTED_PROXIES)
