"""The steps that change a council's line in the registry.

Every process that serves requests notices within half a minute.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, router, transaction
from django.utils.module_loading import import_string

from tenants import actions
from tenants.context import shared
from tenants.errors import CouncilSuspended, PackAlreadySigned, PackNotSigned
from tenants.models import Council, CouncilFacts, CouncilOrder, Domain
from tenants.orders.work import OrderWork, StepRefused


def rename(order: OrderWork) -> dict[str, Any]:
    """Have the council answer at these hosts, the first one being its own in links, and at no other."""
    hosts: list[str] = order.payload["hosts"]
    council = order.council()
    try:
        with shared(actor="orders"), transaction.atomic(using=router.db_for_write(Domain)):
            Domain.objects.filter(tenant_id=council.id).exclude(domain__in=hosts).delete()
            Domain.objects.filter(tenant_id=council.id).update(is_primary=False)
            known = set(Domain.objects.filter(tenant_id=council.id).values_list("domain", flat=True))
            Domain.objects.bulk_create(
                Domain(tenant_id=council.id, domain=host, is_primary=False) for host in hosts if host not in known
            )
            Domain.objects.filter(tenant_id=council.id, domain=hosts[0]).update(is_primary=True)
    except IntegrityError as taken:
        raise StepRefused("Another council answers at one of these hosts by now.") from taken
    return {"hosts": hosts}


def suspend(order: OrderWork) -> dict[str, Any]:
    """Make the council read only; its notice says whom to ring. What it was before is kept for its return.

    One that leaves has this deployment's own wait before it, however near a day the console names.
    """
    leaves = order.payload.get("leaves_on") or None
    with shared(actor="orders"):
        council = _locked(order)
        if council.state != Council.State.SUSPENDED:
            council.suspended_from = council.state
        council.state = Council.State.SUSPENDED
        council.suspended_contact = order.payload["contact"]
        council.leaves_on = max(date.fromisoformat(leaves), _earliest_leaving(order)) if leaves else None
        council.save(update_fields=["state", "suspended_from", "suspended_contact", "leaves_on"])
    return {"state": council.state, **({"leaves_on": council.leaves_on.isoformat()} if council.leaves_on else {})}


def resume(order: OrderWork) -> dict[str, Any]:
    """Have a suspended council be what it was before."""
    with shared(actor="orders"):
        council = _locked(order)
        if council.state == Council.State.SUSPENDED:
            council.state = council.suspended_from or Council.State.TRAINING
        council.suspended_from, council.suspended_contact, council.leaves_on = "", "", None
        council.save(update_fields=["state", "suspended_from", "suspended_contact", "leaves_on"])
    return {"state": council.state}


def bring_live(order: OrderWork) -> dict[str, Any]:
    """Put the council to work on its law pack, signed off as its file stands in this very release."""
    council = order.council()
    checksum: str = order.payload["pack_checksum"]
    held = {(pack["id"], pack["checksum"]) for pack in import_string(settings.PACKS_HERE)()}
    if (council.pack_id, checksum) not in held:
        raise StepRefused(f"This deployment's release does not hold that version of the law pack {council.pack_id}.")
    try:
        with shared(actor="orders"):
            if _decides_by(order) not in {"", checksum}:
                raise StepRefused(f"{council.name} decides by another file of the law pack {council.pack_id}.")
            actions.go_live(council, checksum=checksum)
    except (PackNotSigned, CouncilSuspended) as refused:
        raise StepRefused(str(refused)) from refused
    return {"state": Council.State.LIVE.value}


def sign_pack(order: OrderWork) -> dict[str, Any]:
    """Record the legal sign-off of a pack's file; one that is recorded already is no fault."""
    said = order.payload
    try:
        with shared(actor="orders"):
            actions.sign_off_pack(
                pack_id=said["pack_id"], version=said["pack_version"], checksum=said["pack_checksum"],
                signed_by=said["signed_by"],
            )  # fmt: skip
    except PackAlreadySigned:
        return {"was_signed": True}
    except ValueError as refused:
        raise StepRefused(str(refused)) from refused
    return {"was_signed": False}


def _earliest_leaving(order: OrderWork) -> date:
    """Counted from when the order was taken, so that a step that is done twice says the same day twice."""
    taken = CouncilOrder.objects.values_list("asked_at", flat=True).get(id=order.id)
    return taken.date() + timedelta(days=settings.DELETION_WAIT_DAYS)


def _decides_by(order: OrderWork) -> str:
    """The checksum of the law pack's file that the council last said it decides by; empty before it has a policy."""
    facts = CouncilFacts.objects.filter(council_id=order.council_id).values_list("facts", flat=True).first() or {}
    return str(facts.get("policy_pack_checksum") or "")


def _locked(order: OrderWork) -> Council:
    found: Council | None = Council.objects.select_for_update().filter(id=order.council_id).first()
    if found is None:
        raise StepRefused("There is no such council in this deployment.")
    return found
