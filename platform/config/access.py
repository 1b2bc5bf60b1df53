"""Who may ask for which address: one table. An address without a line is refused to everyone.

It answers for the door alone; what someone may see or do behind it is the policies' business.
"""

from __future__ import annotations

from typing import Final

from core.accounts.access import EVERYONE, PASSWORD_GIVEN, SIGNED_IN, Access
from core.accounts.choices import Role

CLIENT_ROLES: Final = Access.roles(Role.PRACTITIONER, Role.MANAGER, Role.SAFEGUARDING_LEAD, Role.BROKER)
ADMINS: Final = Access.roles(Role.COUNCIL_ADMIN)

RULES: Final[dict[str, Access]] = {
    "theme": EVERYONE,
    "gallery": EVERYONE,
    # accounts
    "accounts:sign_in": EVERYONE,
    "accounts:second_factor": PASSWORD_GIVEN,
    "accounts:sign_out": SIGNED_IN,
    # the home page
    "council:home": SIGNED_IN,
}
