"""How plain django-tenants creates and migrates a schema: Django's own command, once for each. Run on `plain_fleet`'s settings."""

from __future__ import annotations

import secrets

OPTIONS = {
    "verbosity": 0, "interactive": False, "skip_checks": True, "database": "default", "app_label": None,
    "migration_name": None, "fake": False, "fake_initial": False, "plan": False, "run_syncdb": False,
    "check_unapplied": False, "check_unapplied_migrations": False, "prune": False, "no_color": True, "force_color": False,
    "stdout": None, "stderr": None, "traceback": False, "settings": None, "pythonpath": None,
}  # fmt: skip


def migrate(name: str) -> None:
    """Bring one schema to the newest migration."""
    from django_tenants.migration_executors.base import run_migrations

    run_migrations([], dict(OPTIONS), "standard", name)


def create() -> None:
    """A schema with every table. Its role is made too: one of our migrations names it."""
    from django.db import connection

    name = f"p_{secrets.token_hex(8)}"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE ROLE "{name}"')
        cursor.execute(f'CREATE SCHEMA "{name}"')
    migrate(name)


def schemas() -> list[str]:
    """The schemas that `create` made."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '^p_' ORDER BY 1")
        return [name for (name,) in cursor.fetchall()]
