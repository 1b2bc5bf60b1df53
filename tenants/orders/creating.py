"""The kernel's own steps of a creation: its database and its hosts, opening its site, and taking all of it away."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from tenants import schemas
from tenants.actions import create_council
from tenants.context import shared
from tenants.errors import CouncilExists, InvalidHost
from tenants.files import council_files
from tenants.models import Council, CouncilOrder
from tenants.orders.work import OrderWork, StepRefused


def build(order: OrderWork) -> dict[str, Any]:
    """Make the council's schema, role and place in the registry, closed as yet; or find what an earlier run made."""
    said = order.payload
    if not Council.objects.filter(id=order.council_id).exists():
        try:
            create_council(
                council_id=order.council_id, name=said["name"], host=said["hosts"][0], more_hosts=said["hosts"][1:],
                pack_id=said["pack_id"], state=said["state"], theme=said.get("theme") or {},
                help_contact=said.get("help_contact", ""), region=said["region"], is_open=False,
            )  # fmt: skip
        except (CouncilExists, InvalidHost) as refused:
            raise StepRefused(str(refused)) from refused
    return {"hosts": said["hosts"]}


def open_site(order: OrderWork) -> dict[str, Any]:
    """Have the council answer at its hosts; processes that were asked for them before notice within half a minute.

    A worker that lost its hold opens nothing: what it was to open may be on its way out by now.
    """
    with shared(actor="orders"):
        held = CouncilOrder.objects.select_for_update().filter(id=order.id, leased_by=order.lease, error="").first()
        if held is None or not Council.objects.filter(id=order.council_id).update(is_open=True):
            raise StepRefused("This creation was given up, or another worker is at it: its site was not opened.")
    return {"state": order.council().state}


def undo(order: OrderWork) -> None:
    """Take away what a failed creation made: files, schema, role and every line of the registry.

    Nothing there is no fault. A council that was opened is not touched: it is no half-made one.
    """
    with transaction.atomic():
        # Held until all of it is gone, so that nobody opens it meanwhile.
        half_made = Council.objects.select_for_update().filter(id=order.council_id, is_open=False)
        council = half_made.first()
        if council is None:
            return
        files = council_files(council)
        Council.objects.filter(id=council.id).delete()
        schemas.drop(council.schema_name)
        # Last, since nothing brings files back; and not after the end: only the registry's line tells where they are.
        files.delete_all()
