"""How contact was made. Slugs are stored for ever."""

from django.db import models


class ContactKind(models.TextChoices):
    """How people were in touch, never what was said."""

    PHONE = "phone", "Phone"
    VISIT = "visit", "Visit"
    OFFICE = "office", "At our place"
    VIDEO = "video", "Video call"
    MESSAGE = "message", "Message"
