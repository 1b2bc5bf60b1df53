"""Run in a process of its own, as the migrator: prepares the test database and makes the councils of the tests."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "platform")]
os.environ["PATCHWORK_PROCESS"] = "migrator"
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"


def main() -> None:
    import django
    import psycopg

    django.setup()
    from django.conf import settings
    from django.db import transaction

    from tenants.actions import create_council
    from tenants.database_roles import prepare
    from tenants.fleet import migrate_shared

    with psycopg.connect(settings.DATABASE_ADMIN_DSN, autocommit=True) as connection:
        prepare(connection, settings.DATABASE_PASSWORDS)
    with transaction.atomic():
        migrate_shared(lambda _line: None)
    create_council(name="Amber", host="amber.localhost", pack_id="gb-eng", help_contact="help@amber.example")
    create_council(name="Birch", host="birch.localhost", pack_id="gb-eng", help_contact="help@birch.example")
    create_council(
        name="Coral", host="coral.localhost", pack_id="au-vic", region="au", help_contact="help@coral.example"
    )


if __name__ == "__main__":
    main()
