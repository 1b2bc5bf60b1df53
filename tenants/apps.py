"""The kernel's app configuration."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    """Councils, their hosts and their schemas."""

    name = "tenants"
    default_auto_field = "django.db.models.BigAutoField"
