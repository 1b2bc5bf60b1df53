"""The address of a deployment's operator API, as typed: HTTPS to a named host, and nothing hidden in it."""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

from cryptography import x509
from django.conf import settings
from django.utils.translation import gettext as _

from tenants.actions import require_host
from tenants.errors import InvalidHost

LONGEST_AUTHORITY: Final = 20_000
MOST_PORT: Final = 65_535


class AddressRefused(ValueError):
    """Why the address, or the certificate authority, can't be used."""


def may_be_local() -> bool:
    """Whether deployments may be on this machine or its own network: in the demo alone, where all of them are."""
    return bool(settings.MODE == "demo")


def read_address(typed: str, *, may_be_local: bool) -> str:
    """The address as `https://host[:port]`. Raises AddressRefused.

    Addresses of this very machine and its private surroundings are refused unless `may_be_local`: a console that asks
    them could be made to ask what is not a deployment.
    """
    address = typed.strip()
    if any(ord(letter) <= 32 or ord(letter) == 127 or letter == "\\" for letter in address):
        raise AddressRefused(_("Enter the address without spaces"))
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise AddressRefused(_("Enter an address such as https://operator.example.org")) from None
    if parts.scheme != "https":
        raise AddressRefused(_("Enter an address that starts with https://: nothing is sent unencrypted"))
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise AddressRefused(_("Enter the address without a name or a password: the console signs in with tokens"))
    if parts.query or parts.fragment or parts.path not in {"", "/"}:
        raise AddressRefused(_("Enter the address without a path: host, and port where it is not 443"))
    host = _host(parts.hostname or "", may_be_local=may_be_local)
    if port is not None and not 1 <= port <= MOST_PORT:
        raise AddressRefused(_("Enter a port between 1 and 65535"))
    return f"https://{host}" + (f":{port}" if port not in {None, 443} else "")


def read_authority(typed: str) -> str:
    """The authority that the deployment's certificate is checked against, as PEM; empty for the public ones.

    Raises AddressRefused for what holds no certificate, or a private key.
    """
    text = typed.strip()
    if not text:
        return ""
    if len(text) > LONGEST_AUTHORITY:
        raise AddressRefused(_("This is longer than any certificate authority"))
    if "PRIVATE KEY" in text:
        raise AddressRefused(_("This holds a private key: enter the certificate alone, and replace that key"))
    try:
        found = x509.load_pem_x509_certificates(text.encode("ascii"))
    except ValueError:
        raise AddressRefused(
            _("Enter a certificate in PEM, from “-----BEGIN CERTIFICATE-----” to “-----END CERTIFICATE-----”")
        ) from None
    if not all(_is_authority(one) for one in found):
        raise AddressRefused(_("This is a certificate, but not of an authority that signs others"))
    return text + "\n"


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return bool(certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca)
    except (x509.ExtensionNotFound, ValueError):
        return False


def _host(host: str, *, may_be_local: bool) -> str:
    if may_be_local and (host == "localhost" or _is_address(host)):
        return host
    if _is_address(host) or host.rpartition(".")[2].isdigit() or host.rpartition(".")[2].startswith("0x"):
        raise AddressRefused(_("Enter a host name: a certificate is checked against a name, not an IP address"))
    try:
        name = require_host(host)
    except InvalidHost:
        raise AddressRefused(_("Enter an address such as https://operator.example.org")) from None
    if not may_be_local and name.endswith((".localhost", ".local", ".internal", ".localdomain", ".home.arpa")):
        raise AddressRefused(_("This is a name of this machine or its own network: enter the deployment's public name"))
    return name


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
