"""The steps of the orders that make an exit copy and that delete a council. See `tenants.orders`."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from tenants.context import CouncilRef
from tenants.errors import NoCouncil
from tenants.exit_copy import layout
from tenants.exit_copy.deletion import delete_council
from tenants.exit_copy.layout import CopyNotPossible
from tenants.exit_copy.writing import write
from tenants.files import council_files
from tenants.orders.work import OrderWork, StepRefused
from tenants.queries import council_by_id

PIECE = 1024 * 1024


def export(order: OrderWork) -> Mapping[str, Any]:
    """Write the exit copy into the council's own store, where its own people alone can fetch it. Safe to repeat."""
    try:
        return make(order.council(), order.id, order.report)
    except (CopyNotPossible, NoCouncil) as error:
        raise StepRefused(str(error)) from error


def delete(order: OrderWork) -> Mapping[str, Any]:
    """Delete the council, and return the certificate. Safe to repeat."""
    return delete_council(order)


def path_of(copy_id: UUID) -> str:
    """Where among the council's files a copy lies. Its file is named as the council sees it."""
    return f"{layout.COPIES}{copy_id}/{layout.FORMAT}.zip"


def make(
    council: CouncilRef, copy_id: UUID, report: Callable[[int, int, str], None] = lambda _done, _of, _words: None
) -> dict[str, Any]:
    """Write a copy to a file of this machine, then keep it whole. Raises CopyNotPossible, FilesAway,
    and NoCouncil where the council went meanwhile.

    Two steps, so that no transaction waits for the store, and what was half-written is nowhere to be fetched.
    """
    with tempfile.TemporaryFile() as whole:
        written = write(council, whole, report)
        size, digest = whole.tell(), hashlib.sha256()
        whole.seek(0)
        while piece := whole.read(PIECE):
            digest.update(piece)
        report(written.tables, written.tables, "Keeping the copy")
        files = council_files(council)
        files.save(path_of(copy_id), whole)
    if council_by_id(council.id) is None:
        # It was deleted while its copy was being made: its files went, and this one must not be left over.
        files.delete(path_of(copy_id))
        raise NoCouncil("This council was deleted while its copy was being made: no copy was kept.")
    return {
        "files": [{"name": path_of(copy_id), "bytes": size, "sha256": digest.hexdigest()}],
        "tables": written.tables,
        "rows": written.rows,
        "council_files": written.files,
        "made_at": written.made_at,
    }
