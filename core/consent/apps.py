"""The app's configuration."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """See the package's own description."""

    name = "core.consent"
    label = "consent"
