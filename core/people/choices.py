"""Shielding levels and kinds of identifiers. Slugs are stored for ever; packs use the same words."""

from django.db import models


class Shield(models.TextChoices):
    """How hidden a person is."""

    NONE = "none", "Not shielded"
    SHIELDED = "shielded", "Shielded"
    NEW_IDENTITY = "new_identity", "New identity"
