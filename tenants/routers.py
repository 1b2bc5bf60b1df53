"""Which connection a model is read and written through: the council's, the router's or the console's."""

from typing import Any

from django.db import models

from tenants.context import COUNCIL_ALIAS, SHARED_ALIAS, in_shared
from tenants.process import is_migrator

REGISTRY_ALIAS = "router"


class WorldRouter:
    """Sends the registry to the narrow router role, the shared world to the console's, all else to the council's."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:  # noqa: ARG002  # Django's signature
        """The alias to read `model` through in the present world."""
        if is_migrator():
            return COUNCIL_ALIAS
        if in_shared():
            return SHARED_ALIAS
        return REGISTRY_ALIAS if model._meta.app_label == "tenants" else COUNCIL_ALIAS  # noqa: SLF001  # public by custom

    db_for_write = db_for_read
