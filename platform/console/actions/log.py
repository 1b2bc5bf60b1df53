"""What is written of looking: opening a council's page, and fetching the log as a file."""

from __future__ import annotations

from uuid import UUID

from console.models import Certificate, Council
from console.queries.operators import OperatorRef
from core.audit.actions import record_sight


def note_council_seen(*, council_id: UUID, by: OperatorRef) -> None:
    """Somebody opened a council's page."""
    record_sight("console.council.seen", by=by, subject=Council(id=council_id))


def note_certificate_seen(*, certificate_id: UUID, council_id: UUID, by: OperatorRef) -> None:
    """Somebody opened the certificate of a deletion."""
    detail = {"council": str(council_id)}
    record_sight("console.certificate.seen", by=by, subject=Certificate(id=certificate_id), detail=detail)


def note_export(*, count: int, by: OperatorRef) -> None:
    """Somebody fetched the log as a file."""
    record_sight("console.log.exported", by=by, detail={"lines": count})
