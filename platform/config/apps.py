"""Registers the start-up checks."""

from django.apps import AppConfig


class ShellConfig(AppConfig):
    """The shell itself, so that its checks run with every command."""

    name = "config"

    def ready(self) -> None:
        """Make the start-up checks known."""
        from config import checks  # noqa: F401  # registering is the import's effect
