"""How far someone has to be signed in, and with which role, to reach an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.accounts.choices import Role

REFUSED: Final = "accounts.page.refused"
OPENED_BY_SUPPORT: Final = "accounts.support.opened"
"""Every page that an operator opens in a council is in that council's own log."""


@dataclass(frozen=True, slots=True)
class Access:
    """One rule of the table in `config.access`.

    An operator whom the council let in for support enters only where `opens_to_support`, whatever else the rule says.
    `level`: 0 nobody is asked, 1 password given, 2 second factor given too. `permission` counts on the console's host,
    where an operator's roles are data.
    """

    level: int
    any_role: frozenset[str] | None = None
    permission: str = ""
    opens_to_support: bool = False

    @classmethod
    def roles(cls, *roles: Role) -> Access:
        """Fully signed in, holding at least one of `roles`."""
        return cls(2, frozenset(role.value for role in roles))

    @classmethod
    def operators(cls, permission: str) -> Access:
        """Fully signed in on the console's host, as an operator whose roles give `permission`."""
        return cls(2, permission=permission)


EVERYONE: Final = Access(0)
PASSWORD_GIVEN: Final = Access(1)
SIGNED_IN: Final = Access(2)
