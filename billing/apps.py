"""The app's configuration."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """See the package's own description."""

    name = "billing"
    default_auto_field = "django.db.models.BigAutoField"
