"""Logs: one line an event, only keys that are known to hold no person's data."""

from config.settings.env import env

__all__ = ["LOGGING"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_personal_data": {"()": "config.logs.KeepKnownKeys"}},
    "formatters": {"line": {"()": "config.logs.LineFormatter"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["no_personal_data"]},
    },
    "root": {"handlers": ["console"], "level": env.text("PATCHWORK_LOG_LEVEL")},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        # Of each request there is one line, with its view and not its path.
        "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
        "config.watching.requests": {"handlers": [], "level": "INFO", "propagate": True},
        # They tell of every style and font of a PDF.
        "weasyprint": {"handlers": [], "level": "ERROR", "propagate": True},
        "fontTools": {"handlers": [], "level": "ERROR", "propagate": True},
    },
}
