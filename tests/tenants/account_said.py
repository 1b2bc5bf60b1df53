"""An account of a council, as a console says it."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

PDF = b"%PDF-1.7\nan invoice\n%%EOF"
CHECKSUM = sha256(PDF).hexdigest()


def contract(**changes: Any) -> dict[str, Any]:
    return {
        "reference": "C-2026-0001", "customer": "Amber Council", "starts_on": "2026-01-01", "ends_on": "2026-12-31",
        "is_group": False, **changes,
    }  # fmt: skip


def invoice(**changes: Any) -> dict[str, Any]:
    return {
        "number": "PWUK-2026-000001", "kind": "invoice", "issued_on": "2026-02-03", "due_on": "2026-03-05",
        "gross": "1234.50", "open": "234.50", "state": "part", "pdf": CHECKSUM, **changes,
    }  # fmt: skip


def month(**changes: Any) -> dict[str, Any]:
    return {
        "month": "2026-01-01", "count": 42, "how": "People who used the network in the 28 days to 31 January 2026.",
        "counted_on": "2026-01-31",
        "earlier": [{"count": 40, "how": "By hand.", "reason": "Two people were left out."}], **changes,
    }  # fmt: skip


def account(**changes: Any) -> dict[str, Any]:
    return {
        "as_of": "2026-11-22", "currency": "GBP", "contract": contract(), "open": "234.50", "credit": "0.00",
        "invoices": [invoice()], "usage": [month()],
        "contact": {"name": "Patchwork UK", "email": "accounts@patchwork.example", "phone": "020 7946 0018"},
        **changes,
    }  # fmt: skip
