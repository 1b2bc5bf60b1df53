"""The shell that wires everything together: settings, URLs, servers, start-up checks. It holds no rule of its own."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
