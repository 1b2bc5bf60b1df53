"""What each kind of order must say. Everything is looked at before the order is taken: a bad one is refused at once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from tenants.actions import require_host
from tenants.errors import InvalidHost, NotKeptHere
from tenants.models import Council, CouncilOrder, Domain
from tenants.orders.errors import OrderRefused
from tenants.residency import require_kept_here

MOST_BYTES: Final = 2_000_000
MOST_HOSTS: Final = 10

_Check = Callable[[str, Any], None]
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_CHECKSUM: Final = re.compile(r"[0-9a-f]{64}")
_SLUG: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,79}")


def _text(most: int, *, least: int = 1) -> _Check:
    def check(name: str, value: Any) -> None:
        if not isinstance(value, str) or not least <= len(value.strip()) or len(value) > most or "\0" in value:
            raise OrderRefused(f"“{name}” has to be a text of {least} to {most} letters.")

    return check


def _like(form: re.Pattern[str], words: str) -> _Check:
    def check(name: str, value: Any) -> None:
        if not isinstance(value, str) or not form.fullmatch(value):
            raise OrderRefused(f"“{name}” has to be {words}.")

    return check


def _kind(wanted: type, words: str) -> _Check:
    def check(name: str, value: Any) -> None:
        if not isinstance(value, wanted):
            raise OrderRefused(f"“{name}” has to be {words}.")

    return check


def _number(least: int, most: int) -> _Check:
    def check(name: str, value: Any) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise OrderRefused(f"“{name}” has to be a whole number from {least} to {most}.")

    return check


def _id(name: str, value: Any) -> None:
    try:
        UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise OrderRefused(f"“{name}” has to be an id.") from None


def _day(name: str, value: Any) -> None:
    try:
        if value != "":
            date.fromisoformat(value)
    except (ValueError, TypeError):
        raise OrderRefused(f"“{name}” has to be a day, as in 2027-01-31.") from None


def _administrator(name: str, value: Any) -> None:
    if not isinstance(value, dict) or not _EMAIL.fullmatch(str(value.get("email", ""))):
        raise OrderRefused(f"“{name}” has to hold the e-mail address of the first administrator.")


def _release(_name: str, value: Any) -> None:
    if not isinstance(value, dict):
        raise OrderRefused("“release” has to be a release: its id, kind, name, version and content.")
    _id("id", value.get("id"))
    for field in ("kind", "slug", "version", "checksum"):
        _SLUGGISH("release: " + field, value.get(field))


_SLUGGISH: Final = _like(_SLUG, "one word of letters, digits, dots and hyphens")
_PACK: Final = {"pack_id": _SLUGGISH, "pack_checksum": _like(_CHECKSUM, "a checksum of 64 hex digits")}
_NAME: Final = _like(re.compile(r"(?=.*\S)[^\x00-\x1f\x7f<>]{1,100}"), "a name of 1 to 100 letters, without markup")
_HOSTS: Final = {"hosts": _kind(list, "a list of host names")}
_DICT: Final = _kind(dict, "names and values")
_FLAG: Final = _kind(bool, "true or false")

_FIELDS: Final[Mapping[str, tuple[Mapping[str, _Check], Mapping[str, _Check]]]] = {
    "create": (
        {"name": _NAME, **_HOSTS, **_PACK, "region": _SLUGGISH, "administrator": _administrator},
        {"state": _SLUGGISH, "theme": _DICT, "help_contact": _text(200, least=0), "furnishing": _DICT,
         "training": _FLAG},
    ),
    "rename": (_HOSTS, {}),
    "suspend": ({"contact": _text(200)}, {"leaves_on": _day}),
    "resume": ({}, {}),
    "go_live": ({"pack_checksum": _PACK["pack_checksum"]}, {}),
    "sign_pack": ({**_PACK, "pack_version": _SLUGGISH, "signed_by": _text(120)}, {}),
    "offer": ({"release": _release}, {}),
    "support": (
        {"request_id": _id, "operator_name": _text(120), "reason": _text(300), "hours": _number(1, 24 * 14)},
        {"operator_email": _text(254, least=0), "approved_by_name": _text(120, least=0)},
    ),
    "export": ({}, {}),
    "delete": ({"certificate_id": _id}, {}),
}  # fmt: skip
"""For each kind: what must be there, and what may be."""


def shaped(kind: str, payload: Any) -> dict[str, Any]:
    """The payload as it will be kept, hosts as they are compared; asks no database. Raises OrderRefused."""
    if kind not in _FIELDS:
        raise OrderRefused(f"“{str(kind)[:40]}” is no kind of order that this deployment knows.")
    if not isinstance(payload, Mapping):
        raise OrderRefused("An order's payload has to be names and values.")
    try:
        written = json.dumps(payload)
    except (TypeError, ValueError):
        raise OrderRefused("The order's payload can't be written as JSON.") from None
    if len(written) > MOST_BYTES:
        raise OrderRefused("The order holds more than a deployment takes: 2 MB.")
    needed, allowed = _FIELDS[kind]
    for name in sorted(str(name) for name in payload.keys() - needed.keys() - allowed.keys()):
        raise OrderRefused(f"“{name[:40]}” is nothing that an order of this kind says.")
    for name, check in {**needed, **allowed}.items():
        if name in needed and name not in payload:
            raise OrderRefused(f"The order does not say “{name}”.")
        if name in payload:
            check(name, payload[name])
    whole: dict[str, Any] = json.loads(written)
    if "hosts" in whole:
        whole["hosts"] = _hosts(whole["hosts"])
    if kind == CouncilOrder.Kind.CREATE:
        whole.setdefault("state", Council.State.TRAINING.value)
    return whole


def require_possible(kind: str, payload: Mapping[str, Any], *, council_id: UUID) -> None:
    """Raise OrderRefused for what this deployment, as it is now, can't do. Inside `shared()`."""
    if "hosts" in payload:
        require_free(payload["hosts"], council_id)
    if kind == CouncilOrder.Kind.CREATE:
        _require_creatable(payload, council_id)
    elif not Council.objects.filter(id=council_id).exists():
        raise OrderRefused("There is no such council in this deployment.")


def require_free(hosts: list[str], council_id: UUID) -> None:
    """Raise OrderRefused where another council answers at one of the hosts, or has asked for it."""
    taken = Domain.objects.filter(domain__in=hosts).exclude(tenant_id=council_id).order_by("domain").first()
    if taken is not None:
        raise OrderRefused(f"There is a council at {taken.domain} already.")
    asked = CouncilOrder.objects.filter(state__in=("waiting", "running"), payload__hosts__isnull=False)
    for order in asked.exclude(council_id=council_id).only("payload"):
        for host in set(hosts) & set(order.payload["hosts"]):
            raise OrderRefused(f"Another order that is under way has asked for {host}.")


def _hosts(names: list[Any]) -> list[str]:
    hosts = list(dict.fromkeys(_host(name) for name in names))
    if not 1 <= len(hosts) <= MOST_HOSTS:
        raise OrderRefused(f"A council has 1 to {MOST_HOSTS} host names.")
    return hosts


def _host(name: Any) -> str:
    if not isinstance(name, str):
        raise OrderRefused("A host name has to be a text.")
    if any(label.lower().startswith("xn--") for label in name.strip().split(".")) or not name.isascii():
        raise OrderRefused(
            f"“{name[:60]}” has letters beyond a to z: they can be made to look like another council's name."
        )
    try:
        host = require_host(name)
    except InvalidHost as invalid:
        raise OrderRefused(str(invalid)) from invalid
    last = host.rpartition(".")[2]
    if last.isdigit() or last.startswith("0x"):
        raise OrderRefused(f"“{host}” is an address: a council has a host name.")
    if host in {settings.CONSOLE_HOST, settings.OPERATOR_API_HOST}:
        raise OrderRefused(f"“{host}” is Patchwork's own: choose another name.")
    return host


def _require_creatable(payload: Mapping[str, Any], council_id: UUID) -> None:
    """Raises OrderRefused for a council that is here, a pack that is not, or a region that the law does not allow."""
    if Council.objects.filter(id=council_id).exists():
        raise OrderRefused("This council is in this deployment already.")
    if payload["state"] != Council.State.TRAINING:
        raise OrderRefused("A council begins as a training council; going live is an order of its own.")
    try:
        require_kept_here(pack_id=payload["pack_id"], region=payload["region"], checksum=payload["pack_checksum"])
    except NotKeptHere as refused:
        raise OrderRefused(str(refused)) from refused
