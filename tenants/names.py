"""Names that reach SQL: the service roles, the schemas, and how a council's schema is named.

A council's schema and role share one opaque name, `t_` and hex digits, made at random: never from what someone typed
and never telling which council it is, since every role may read the system catalogue's names.
"""

import re
import secrets
from typing import Final

APP_ROLE: Final = "pw_app"
ROUTER_ROLE: Final = "pw_router"
CONSOLE_ROLE: Final = "pw_console"
MIGRATOR_ROLE: Final = "pw_migrator"
OWNER_ROLE: Final = "pw_owner"

LOGIN_ROLES: Final = (APP_ROLE, ROUTER_ROLE, CONSOLE_ROLE, MIGRATOR_ROLE)
SERVICE_ROLES: Final = frozenset({ROUTER_ROLE, CONSOLE_ROLE, MIGRATOR_ROLE, OWNER_ROLE})
"""Roles other than a council's that may run a statement."""

SHARED_SCHEMA: Final = "shared"
EXTENSIONS_SCHEMA: Final = "extensions"

_COUNCIL_SCHEMA: Final = re.compile(r"t_[0-9a-f]{8,32}")


def is_council_schema(name: str) -> bool:
    """Whether `name` has the form of a council's schema."""
    return _COUNCIL_SCHEMA.fullmatch(name) is not None


def require_council_schema(name: str) -> str:
    """Return `name`, or raise ValueError: the last look before it becomes part of a statement."""
    if not is_council_schema(name):
        raise ValueError(f"{name!r} is not the name of a council's schema.")
    return name


def new_schema_name() -> str:
    """A fresh opaque name: 64 random bits."""
    return f"t_{secrets.token_hex(8)}"
