"""The app's configuration."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """See the package's own description."""

    name = "console"
    default_auto_field = "django.db.models.BigAutoField"
