"""The app's configuration."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """See the package's own description."""

    name = "core.audit"
    label = "audit"
