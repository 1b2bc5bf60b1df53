"""The connection to a deployment: to an address that was looked at, by the certificate of its name, and with an end.

A name may point anywhere, and elsewhere at the next question. So it is resolved here, once, what it points to is
checked, and that very address is connected to, while the certificate is still the name's.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import urllib3
from urllib3.util import Timeout, create_urllib3_context

from console.ports.errors import Unreachable, Untrusted

MOST_ADDRESSES: Final = 4
_WITHIN: Final = tuple(
    ipaddress.ip_network(one) for one in ("64:ff9b::/96", "64:ff9b:1::/48", "192.0.0.0/24", "168.63.129.16/32")
)
"""Public by the registry of addresses, but ways into one's own network, or where clouds tell machines their secrets."""


def addresses_of(host: str, port: int, *, may_be_local: bool) -> tuple[str, ...]:
    """Where a host is, as its name resolves now. Raises Unreachable, and Untrusted where any address is no public one.

    `may_be_local`: see `console.addresses`.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable("The deployment's name leads nowhere.") from error
    addresses = tuple(dict.fromkeys(str(where[0]) for *_, where in found))
    if not addresses:
        raise Unreachable("The deployment's name leads nowhere.")
    if not may_be_local and not all(is_public(address) for address in addresses):
        raise Untrusted("The deployment's name leads into this machine's own network, where no deployment is.")
    return addresses[:MOST_ADDRESSES]


def is_public(address: str) -> bool:
    """Whether an address belongs to one machine of the internet at large."""
    try:
        one = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(one, ipaddress.IPv6Address):
        inner = one.ipv4_mapped or one.sixtofour
        if inner is not None:
            return is_public(str(inner))
        if one.is_site_local:
            return False
    if any(one in network for network in _WITHIN if network.version == one.version):
        return False
    return one.is_global and not (one.is_multicast or one.is_reserved or one.is_unspecified)


class Ending:
    """A moment at which a request has to be over, by a clock that nobody sets."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """The seconds that are left. Raises TimeoutError when none are."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise TimeoutError("The time for the whole request is over.")
        return left


def pools(
    address: str, authority: str, *, may_be_local: bool, ending: Ending, connect: float, read: float
) -> Iterator[urllib3.HTTPSConnectionPool]:
    """A way to each address of the host in turn: the next is for when nothing could be sent. Raises ports' errors."""
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or 443
    for one in addresses_of(host, port, may_be_local=may_be_local):
        yield urllib3.HTTPSConnectionPool(
            f"[{one}]" if ":" in one else one, port, ssl_context=_trust(authority, ending, read),
            cert_reqs="CERT_REQUIRED", server_hostname=host, maxsize=1,
            timeout=Timeout(connect=min(connect, ending.left()), read=min(read, ending.left())),
        )  # fmt: skip


def host_header(address: str) -> str:
    """The host as the request names it: the address connected to is not what the deployment is called."""
    return urlsplit(address).netloc


def _trust(authority: str, ending: Ending, read: float) -> ssl.SSLContext:
    trust = create_urllib3_context()
    try:
        if authority:
            trust.load_verify_locations(cadata=authority)
        else:
            trust.load_default_certs()
    except (OSError, ValueError) as broken:
        raise Untrusted("The certificate authority kept with this deployment can't be read.") from broken
    trust.sslsocket_class = _socket_with(ending, read)
    return trust


def _socket_with(ending: Ending, most: float) -> type[ssl.SSLSocket]:
    """A socket each piece of which, sent or read, waits no longer than `most` and never beyond the ending.

    A server that drips a byte now and then keeps every waiting short, and would otherwise keep the whole for hours.
    """

    class Timed(ssl.SSLSocket):
        def recv_into(self, *args: Any, **kwargs: Any) -> int:
            self.settimeout(min(most, ending.left()))
            return super().recv_into(*args, **kwargs)

        def send(self, *args: Any, **kwargs: Any) -> int:
            self.settimeout(min(most, ending.left()))
            return super().send(*args, **kwargs)

    return Timed
