"""The app's configuration."""

from django.apps import AppConfig


class RightsConfig(AppConfig):
    """See the package's own description."""

    name = "core.rights"
    label = "rights"
