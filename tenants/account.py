"""A council's account with whoever runs the platform: taken in as the console says it, and shown to that council alone.

It is for reading. No access, no state and no order of a council ever depends on what stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.utils import timezone

from tenants import account_reading as reading
from tenants.account_reading import AccountHere
from tenants.context import require_current
from tenants.errors import AccountRefused, NoCouncil
from tenants.models import Council, CouncilAccount, CouncilDocument

MOST_BYTES: Final = 1_500_000
"""Of one PDF: an invoice has some ten thousand."""
_PDF: Final = b"%PDF-"


@dataclass(frozen=True, slots=True)
class DocumentHere:
    """A PDF of the council's account. `name` is the invoice's number."""

    name: str
    content: bytes


def put_account(council_id: UUID, said: object) -> tuple[str, ...]:
    """Keep what the console says of a council's account, in the place of what it said before.

    Returns the checksums of the files that it names and that are not here; what it names no more is deleted. Inside
    `shared()`. Raises NoCouncil, AccountRefused.
    """
    read = reading.account(said)
    _require_council(council_id)
    CouncilAccount.objects.update_or_create(
        council_id=council_id,
        defaults={"as_of": read.as_of, "content": reading.plain(read), "received_at": timezone.now()},
    )
    named = dict.fromkeys(one.pdf for one in read.invoices if one.pdf)
    there = CouncilDocument.objects.filter(council_id=council_id)
    there.exclude(checksum__in=named).delete()
    here = set(there.values_list("checksum", flat=True))
    return tuple(one for one in named if one not in here)


def put_document(council_id: UUID, checksum: str, content: bytes) -> None:
    """Keep a PDF that the council's account names; the same again changes nothing. Inside `shared()`.

    Raises NoCouncil, AccountRefused for what is no PDF, too big, or not named, or has another checksum.
    """
    _require_council(council_id)
    if not content.startswith(_PDF) or len(content) > MOST_BYTES:
        raise AccountRefused("This is no PDF of the size that an invoice has.")
    if sha256(content).hexdigest() != checksum:
        raise AccountRefused("The file is not the one that its checksum says.")
    account = CouncilAccount.objects.filter(council_id=council_id).first()
    name = reading.account(account.content).number_of(checksum) if account else ""
    if not name:
        raise AccountRefused("The council's account names no such file.")
    CouncilDocument.objects.update_or_create(
        council_id=council_id, checksum=checksum,
        defaults={"name": name, "content": content, "received_at": timezone.now()},
    )  # fmt: skip


def account_here() -> AccountHere | None:
    """The present council's own account, or None where the console said nothing of it. One statement."""
    found = CouncilAccount.objects.filter(council_id=require_current().id).first()
    return reading.account(found.content) if found else None


def document_here(checksum: str) -> DocumentHere | None:
    """A PDF of the present council's own account, or None. One statement."""
    if not reading.is_checksum(checksum):
        return None
    found = CouncilDocument.objects.filter(council_id=require_current().id, checksum=checksum).first()
    return DocumentHere(found.name, bytes(found.content)) if found else None


def _require_council(council_id: UUID) -> None:
    if not Council.objects.filter(id=council_id).exists():
        raise NoCouncil("There is no such council here.")
