"""The app's configuration."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """See the package's own description."""

    name = "core.people"
    label = "people"
