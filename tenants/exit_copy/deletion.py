"""Takes a council away for good: its hosts, schema, role, files and registry. What stays is a certificate of counts.

What there was is counted and kept first, and each stage after that is safe to repeat: killed anywhere and begun anew, a
deletion ends with the same certificate. The migrator's alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.files.storage import storages
from django.db import connections, transaction
from django.utils import timezone
from django.utils.formats import date_format
from psycopg import sql

from tenants import schemas
from tenants.context import COUNCIL_ALIAS, shared
from tenants.exit_copy import layout
from tenants.files import STORE, CouncilFiles, council_files
from tenants.models import Council, CouncilDeletion, CouncilOrder, Domain, FleetStep, SchemaStatus
from tenants.orders.work import OrderWork, StepRefused

WENT_TOO: Final = (
    "every table, the audit log of the council among them",
    "every file, exit copies among them",
    "its database role, hosts, place in the registry, readings, account with its invoices' files, and earlier orders",
)
"""What the certificate says besides the counts."""

FOLDER: Final = "folder"
"""Under what name its files lay: kept with the counts for the sweep, and no part of the certificate."""
SWEPT_FOR: Final = timedelta(days=30)
"""For how long a sweep looks for files that were left over. No writing of a file takes as long."""


def delete_council(order: OrderWork) -> Mapping[str, Any]:
    """Delete the order's council, and return the certificate. Raises StepRefused, FilesAway."""
    schemas.require_migrator()
    council = Council.objects.filter(id=order.council_id).first()
    deletion = CouncilDeletion.objects.filter(council_id=order.council_id).first()
    if council is None:
        if deletion is None or deletion.deleted_at is None:
            raise StepRefused("There is no such council in this deployment: nothing was deleted.")
        return _certificate(order, deletion)
    if council.state != Council.State.SUSPENDED:
        raise StepRefused("Only a suspended council can be deleted: suspend it first, so that nobody is at work in it.")
    _require_wait_over(council)
    files = council_files(council)
    if deletion is None or _is_there(council.schema_name):
        # Kept before anything goes, so that a deletion that is begun anew tells of what there was; and counted anew for
        # as long as nothing went, since an earlier attempt may be days old.
        deletion, _new = CouncilDeletion.objects.update_or_create(
            council_id=council.id, defaults={"counted": _count(council, files)}
        )
    order.report(1, 4, "Counted what there is")
    _drop(council)
    order.report(2, 4, "Deleted its tables")
    files.delete_all()
    order.report(3, 4, "Deleted its files")
    _forget(order.id, council, deletion)
    order.report(4, 4, "Deleted its place in the registry")
    return _certificate(order, deletion)


def _require_wait_over(council: Council) -> None:
    """This deployment's own look at the wait: a console's word alone deletes nothing. Raises StepRefused."""
    if council.leaves_on is None:
        raise StepRefused("Nobody has announced that this council leaves: suspend it with the day first.")
    if timezone.now().date() < council.leaves_on:
        day = date_format(council.leaves_on, "j F Y")
        raise StepRefused(f"This council is kept until {day}: it can be deleted from that day on.")


def _is_there(schema_name: str) -> bool:
    with connections[COUNCIL_ALIAS].cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [schema_name])
        return cursor.fetchone() is not None


def _count(council: Council, files: CouncilFiles) -> dict[str, Any]:
    """Counts alone, and what the council was called: taken before anything is deleted."""
    rows: dict[str, int] = {}
    with schemas.in_schema(council.schema_name) as link, link.cursor() as cursor:
        for name in layout.tables_of(cursor, council.schema_name):
            cursor.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name)))
            rows[name] = int(cursor.fetchone()[0])
    sizes = [size for _path, size in files.paths()]
    status = SchemaStatus.objects.filter(council=council).first()
    hosts = Domain.objects.filter(tenant=council).order_by("-is_primary", "domain")
    return {
        FOLDER: council.schema_name,
        "council": council.name,
        "hosts": [str(host.domain) for host in hosts],
        "schema_fingerprint": status.fingerprint if status else "",
        "tables": len(rows),
        "rows": sum(rows.values()),
        "files": len(sizes),
        "bytes": sum(sizes),
    }


def _drop(council: Council) -> None:
    """Drop schema and role, if they are still there, and the hosts with them: both, or neither."""
    with transaction.atomic(using=COUNCIL_ALIAS):
        with connections[COUNCIL_ALIAS].cursor() as cursor:
            # A request that is still under way may finish; one that hangs makes this attempt fail and come again.
            cursor.execute("SELECT set_config('lock_timeout', '20s', true)")
        schemas.drop(council.schema_name)
        Domain.objects.filter(tenant=council).delete()  # from here on nobody finds it any more


def _forget(order_id: UUID, council: Council, deletion: CouncilDeletion) -> None:
    """The registry's row, what hangs on it, the fleet's lines, and earlier orders, which may name an administrator."""
    with transaction.atomic(using=COUNCIL_ALIAS):
        CouncilOrder.objects.filter(council_id=council.id).exclude(id=order_id).delete()
        FleetStep.objects.filter(council_id=council.id).delete()
        Council.objects.filter(id=council.id).delete()
        deletion.deleted_at = timezone.now()
        deletion.save(update_fields=["deleted_at"])


def sweep_deleted() -> int:
    """Delete once more what files of deleted councils there may be: whoever wrote one just then may have been killed.

    Of councils alone that this deployment knows it deleted: a folder that it does not know may be another's. Outside of
    every scope. Returns how many files there were. Raises FilesAway.
    """
    with shared(actor="sweeper"):
        lately = CouncilDeletion.objects.filter(deleted_at__gt=timezone.now() - SWEPT_FOR)
        folders = [one.counted[FOLDER] for one in lately if FOLDER in one.counted]
    found = 0
    for folder in folders:
        files = CouncilFiles(storages[STORE], folder)
        left = [path for path, _size in files.paths()]
        for path in left:
            files.delete(path)
        found += len(left)
    return found


def _certificate(order: OrderWork, deletion: CouncilDeletion) -> dict[str, Any]:
    if deletion.deleted_at is None:
        raise ValueError("A deletion that is under way has no certificate.")
    expires = deletion.deleted_at + timedelta(days=settings.BACKUP_DAYS)
    told = {name: value for name, value in deletion.counted.items() if name != FOLDER}
    return {
        **told,
        "certificate_id": str(order.payload.get("certificate_id") or order.id),
        "deleted_at": deletion.deleted_at.isoformat(),
        "went_too": list(WENT_TOO),
        "backups_expire_on": expires.date().isoformat(),
    }
