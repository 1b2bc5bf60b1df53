"""How far someone has to be signed in, and with which role, to reach an address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from core.accounts.choices import Role


@dataclass(frozen=True, slots=True)
class Access:
    """One rule of the table in `config.access`.

    `level`: 0 nobody is asked, 1 password given, 2 second factor given too.
    """

    level: int
    any_role: frozenset[str] | None = None

    @classmethod
    def roles(cls, *roles: Role) -> Access:
        """Fully signed in, holding at least one of `roles`."""
        return cls(2, frozenset(role.value for role in roles))


EVERYONE: Final = Access(0)
PASSWORD_GIVEN: Final = Access(1)
SIGNED_IN: Final = Access(2)
