"""The app's configuration."""

from django.apps import AppConfig


class CouncilConfig(AppConfig):
    """See the package's own description."""

    name = "core.council"
    label = "council"
