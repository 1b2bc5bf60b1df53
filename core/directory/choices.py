"""Kinds of agencies, and how someone is employed. Slugs are stored for ever."""

from django.db import models


class AgencyKind(models.TextChoices):
    """What sort of organisation it is."""

    COUNCIL = "council", "Council"
    HEALTH = "health", "Health"
    EDUCATION = "education", "Education"
    POLICE = "police", "Police"
    FIRE = "fire", "Fire and rescue"
    HOUSING = "housing", "Housing"
    VOLUNTARY = "voluntary", "Charity or voluntary"
    GOVERNMENT = "government", "Government"
    OTHER = "other", "Other"


class Employment(models.TextChoices):
    """How someone works for their service: some law asks (CISS excludes volunteers)."""

    STAFF = "staff", "Staff"
    CONTRACTED = "contracted", "Contracted"
    VOLUNTEER = "volunteer", "Volunteer"
