"""`manage.py prepare_database`: roles, schemas and extensions in the database that DATABASE_URL names."""

from __future__ import annotations

from typing import Any

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand

from tenants.database_roles import prepare


class Command(BaseCommand):
    """Makes or repairs what the platform needs of a database; safe to run again."""

    requires_system_checks: list[str] = []  # they run when the site starts; a database may not be there yet
    help = "Make the database roles, the shared schema and the extensions."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Connect as the administrator of DATABASE_URL and prepare."""
        with psycopg.connect(settings.DATABASE_ADMIN_DSN, autocommit=True) as connection:
            prepare(connection, settings.DATABASE_PASSWORDS)
        self.stdout.write("The database is prepared.")
