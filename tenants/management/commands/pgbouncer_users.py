"""`manage.py pgbouncer_users`: the auth_file of PgBouncer, on standard output."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from tenants.database_roles import pooler_users


class Command(BaseCommand):
    """Print what PgBouncer has to know to let the service roles in: no password, but what only a password matches."""

    help = "Print PgBouncer's auth_file for the service roles."

    def handle(self, *_arguments: Any, **_options: Any) -> None:
        """Print it."""
        self.stdout.write(pooler_users(settings.DATABASE_PASSWORDS), ending="")
