"""The app's configuration."""

from django.apps import AppConfig


class NetworkConfig(AppConfig):
    """See the package's own description."""

    name = "core.network"
    label = "network"
