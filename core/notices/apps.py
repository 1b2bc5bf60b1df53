"""The app's configuration."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    """See the package's own description."""

    name = "core.notices"
    label = "notices"
