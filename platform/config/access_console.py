"""Who may ask for which address on the console's host: one table. An address without a line is refused to everyone."""

from __future__ import annotations

from typing import Final

from config import access
from console.choices import Permission
from core.accounts.access import Access

SEE: Final = Access.operators(Permission.SEE)

RULES: Final[dict[str, Access]] = {
    **{name: rule for name, rule in access.RULES.items() if name.startswith("accounts:")},
    "console:home": SEE,
}
"""Sign-in is the same as in a council; every other page of the console asks for a permission."""
