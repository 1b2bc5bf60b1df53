"""An invoice's number, its date, and the seal over what it says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC
from typing import Final

from billing.models import Invoice, InvoiceLine

_SAID: Final = (
    "number", "kind", "entity_id", "customer_id", "contract_id", "credits_id", "reason", "issued_on", "due_on",
    "tax_point", "period_first", "period_last", "currency", "net", "tax", "gross", "taxes", "seller", "buyer",
    "order_number", "buyer_reference", "terms", "note", "draft_id", "xml",
)  # fmt: skip
_OF_LINES: Final = (
    "position", "key", "kind", "council_id", "charge_id", "credits_id", "month", "period_first", "period_last",
    "description", "unit", "net", "tax_rule", "tax_category", "tax_rate",
)  # fmt: skip


def number_of(code: str, year: int, sequence: int) -> str:
    """An entity's number of a year, such as PWUK-2026-000042."""
    return f"{code}-{year}-{sequence:06}"


def checksum_of(invoice: Invoice, lines: Iterable[InvoiceLine]) -> str:
    """The SHA-256 of everything that an invoice says: of a saved one the same as when it was issued."""
    said = [getattr(invoice, name) for name in _SAID] + [invoice.issued_at.astimezone(UTC).isoformat()]
    rows = [
        [getattr(line, name) for name in _OF_LINES] + [f"{line.quantity:.2f}", f"{line.unit_price:.4f}"]
        for line in sorted(lines, key=lambda line: line.position)
    ]
    return hashlib.sha256(json.dumps([said, rows], default=str, sort_keys=True).encode()).hexdigest()
