"""Roles. Slugs are stored for ever; regimes/README section 7.3 names them."""

from django.db import models


class Role(models.TextChoices):
    """What a person may do in their council. One person may hold several."""

    PRACTITIONER = "practitioner", "Practitioner"
    MANAGER = "manager", "Team manager"
    SAFEGUARDING_LEAD = "safeguarding_lead", "Safeguarding lead"
    BROKER = "broker", "Broker"
    IG_OFFICER = "ig_officer", "Information-governance officer"
    COUNCIL_ADMIN = "council_admin", "Council administrator"
    AUDITOR = "auditor", "Auditor"
