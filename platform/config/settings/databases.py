"""Connections: one login role each, so that PostgreSQL itself knows who is asking.

`default` is the application, which can read nothing until a council's scope gives it that council's role; in the
migrator's process it is the migrator. `router` reads the host table. `console` is the deployment's shared world.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from config.settings.env import DATABASE_URL, SECRET_KEY, env
from tenants.database_roles import password_of
from tenants.names import (
    APP_ROLE,
    CONSOLE_ROLE,
    EXTENSIONS_SCHEMA,
    LOGIN_ROLES,
    MIGRATOR_ROLE,
    OWNER_ROLE,
    ROUTER_ROLE,
    SHARED_SCHEMA,
)
from tenants.process import is_migrator

__all__ = [
    "DATABASES", "DATABASE_ADMIN_DSN", "DATABASE_PASSWORDS", "DATABASE_ROUTERS", "PG_EXTRA_SEARCH_PATHS",
    "PUBLIC_SCHEMA_NAME", "TENANT_DOMAIN_MODEL", "TENANT_MODEL",
]  # fmt: skip

# The migrator keeps its role and path for a session, so it goes past a pooler that hands sessions on.
DATABASE_ADMIN_DSN = env.text("DATABASE_MIGRATOR_URL") or DATABASE_URL
_parts = urlsplit(DATABASE_ADMIN_DSN if is_migrator() else DATABASE_URL)
_options = {name: values[0] for name, values in parse_qs(_parts.query).items()}
_socket_folder = _options.pop("host", "")

DATABASE_PASSWORDS = {
    role: env.text(f"DATABASE_PASSWORD_{role.upper()}") or password_of(role, SECRET_KEY) for role in LOGIN_ROLES
}


def _database(role: str, **options: Any) -> dict[str, Any]:
    """A connection of one login role. Prepared statements stay off: a transaction pooler may stand in between."""
    return {
        "ENGINE": "tenants.backend",
        "NAME": unquote(_parts.path.lstrip("/")) or "patchwork",
        "HOST": _parts.hostname or _socket_folder,
        "PORT": str(_parts.port or ""),
        "USER": role,
        "PASSWORD": DATABASE_PASSWORDS[role],
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "OPTIONS": {"connect_timeout": 3, "prepare_threshold": None, **_options, **options},
    }


def _pool(size: int) -> dict[str, Any]:
    return {"min_size": 1, "max_size": size, "timeout": 5, "max_lifetime": 900}


_pooled = env.flag("DATABASE_POOL") and not is_migrator()
_app_pool = {"pool": _pool(env.number("DATABASE_POOL_SIZE"))} if _pooled else {}
_small_pool = {"pool": _pool(4)} if _pooled else {}

DATABASES = {
    "default": _database(MIGRATOR_ROLE, assume_role=OWNER_ROLE) if is_migrator() else _database(APP_ROLE, **_app_pool),
    "router": _database(ROUTER_ROLE, **_small_pool),
    "console": _database(CONSOLE_ROLE, **_small_pool),
}
if not is_migrator():
    # A request or a task opens its own transaction around the view's; this one is the view's savepoint.
    DATABASES["default"]["ATOMIC_REQUESTS"] = True
    DATABASES["console"]["ATOMIC_REQUESTS"] = True

DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter", "tenants.routers.WorldRouter"]
TENANT_MODEL = "tenants.Council"
TENANT_DOMAIN_MODEL = "tenants.Domain"
PUBLIC_SCHEMA_NAME = SHARED_SCHEMA
PG_EXTRA_SEARCH_PATHS = [EXTENSIONS_SCHEMA]
