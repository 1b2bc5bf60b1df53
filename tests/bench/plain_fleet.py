"""Plain django-tenants on the product's models: its own backend, its own `migrate_schemas`, its own creation of a tenant.

One role does everything, as there; the tables are the same, in schemas beside ours.
"""

from __future__ import annotations

from config.settings import *  # noqa: F403

DATABASES = {"default": {**DATABASES["default"], "ENGINE": "django_tenants.postgresql_backend", "USER": "postgres", "PASSWORD": "", "OPTIONS": {}}}  # noqa: F405  # fmt: skip
DATABASE_ROUTERS = ["django_tenants.routers.TenantSyncRouter"]
INSTALLED_APPS = ["django_tenants", *INSTALLED_APPS]  # noqa: F405
SHARED_APPS = ["django_tenants", *SHARED_APPS]  # noqa: F405
PG_EXTRA_SEARCH_PATHS = ["extensions"]
MIGRATION_MODULES: dict[str, str] = {}
