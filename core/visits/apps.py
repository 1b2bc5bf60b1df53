"""The app's configuration."""

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    """See the package's own description."""

    name = "core.visits"
    label = "visits"
