"""The app's name and label for Django."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """Makes `ui/jinja2` and `ui/static` known to Django; it has no models."""

    name = "ui"
    label = "ui"
    verbose_name = "Look"
