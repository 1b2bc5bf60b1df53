"""The app's name."""

from django.apps import AppConfig


class InsightConfig(AppConfig):
    """Counts of a council for its operators."""

    name = "core.insight"
    label = "insight"
