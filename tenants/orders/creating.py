"""The kernel's own steps of a creation: its database and its hosts, opening its site, and taking all of it away."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from tenants import schemas
from tenants.actions import create_council
from tenants.context import shared
from tenants.errors import CouncilExists, InvalidHost
from tenants.files import council_files
from tenants.models import Council
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
    """Have the council answer at its hosts; processes that were asked for them before notice within half a minute."""
    with shared(actor="orders"):
        Council.objects.filter(id=order.council_id).update(is_open=True)
    return {"state": order.council().state}


def undo(order: OrderWork) -> None:
    """Take away what a failed creation made: files, schema, role and every line of the registry.

    Nothing there is no fault. A council that was opened is not touched: it is no half-made one.
    """
    half_made = Council.objects.filter(id=order.council_id, is_open=False)
    council = half_made.first()
    if council is None:
        return
    # First, and outside of the transaction: only the registry's line tells where the files are.
    council_files(council).delete_all()
    with transaction.atomic():
        half_made.delete()
        schemas.drop(council.schema_name)
