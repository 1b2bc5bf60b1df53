"""A seller or buyer as an invoice keeps it: what was true on the day it was issued."""

from __future__ import annotations

from typing import Final

from billing.models import Customer, LegalEntity

_FIELDS: Final = (
    "name", "legal_name", "street", "street_2", "city", "region", "postcode", "country", "tax_id", "registration",
    "endpoint_scheme", "endpoint_id",
)  # fmt: skip
_OF_SELLER: Final = ("email", "phone", "account_name", "sort_code", "account_number", "iban")


def as_said(party: LegalEntity | Customer) -> dict[str, str]:
    """Every field by its name; of a seller also where to pay."""
    fields = (*_FIELDS, *_OF_SELLER) if isinstance(party, LegalEntity) else _FIELDS
    return {name: str(getattr(party, name)) for name in fields}
