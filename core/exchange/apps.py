"""The app's configuration."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """See the package's own description."""

    name = "core.exchange"
    label = "exchange"
