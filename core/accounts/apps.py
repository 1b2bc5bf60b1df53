"""The app's configuration."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """See the package's own description."""

    name = "core.accounts"
    label = "accounts"
