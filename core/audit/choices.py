"""What kind of event it is. Slugs are stored for ever."""

from django.db import models


class Outcome(models.TextChoices):
    """What became of it."""

    DONE = "done", "Done"
    SEEN = "seen", "Seen"
    REFUSED = "refused", "Refused"
