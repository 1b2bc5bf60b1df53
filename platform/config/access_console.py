"""Who may ask for which address on the console's host: one table. An address without a line is refused to everyone."""

from __future__ import annotations

from typing import Final

from config import access
from console.choices import Permission
from core.accounts.access import Access

SEE: Final = Access.operators(Permission.SEE)
LOG: Final = Access.operators(Permission.SEE_LOG)
MANAGE: Final = Access.operators(Permission.MANAGE_OPERATORS)
CHANGE: Final = Access.operators(Permission.CHANGE_COUNCILS)

RULES: Final[dict[str, Access]] = {
    **{name: rule for name, rule in access.RULES.items() if name.startswith("accounts:")},
    "console:home": SEE,
    "console:operators": LOG,
    "console:operator": LOG,
    "console:invite_operator": MANAGE,
    "console:operator_roles": MANAGE,
    "console:close_operator": MANAGE,
    "console:reopen_operator": MANAGE,
    "console:invite_operator_again": MANAGE,
    "console:log": LOG,
    "console:log_csv": LOG,
    "console:proposals": SEE,
    "console:proposal": SEE,
    "console:decide_proposal": Access.operators(Permission.DECIDE),
    "console:withdraw_proposal": SEE,
    "console:councils": SEE,
    "console:council": SEE,
    "console:council_progress": SEE,
    "console:rename_council": CHANGE,
    "console:suspend_council": CHANGE,
    "console:resume_council": CHANGE,
    "console:export_council": CHANGE,
    "console:delete_council": CHANGE,
    "console:keep_council": CHANGE,
    "console:mark_template": CHANGE,
    "console:order_again": CHANGE,
    "console:ask_support": Access.operators(Permission.ASK_SUPPORT),
    "console:certificate": SEE,
    "console:certificate_pdf": SEE,
    "console:certificate_json": SEE,
}
"""Sign-in is the same as in a council; every other page of the console asks for a permission."""
