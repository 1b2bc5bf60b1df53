"""Registers the start-up checks."""

from django.apps import AppConfig


class ShellConfig(AppConfig):
    """The shell itself, so that its checks run with every command, and its errors are reported from every process."""

    name = "config"

    def ready(self) -> None:
        """Make the start-up checks known, and begin to watch."""
        from config import checks  # noqa: F401  # registering is the import's effect
        from config.watching import errors, tasks  # noqa: F401  # as above: tasks tells of each task

        errors.start()
