"""The app's configuration."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    """See the package's own description."""

    name = "core.directory"
    label = "directory"
