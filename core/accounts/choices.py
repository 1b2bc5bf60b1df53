"""Roles. Slugs are stored for ever; regimes/README section 7.3 names them."""

from django.db import models


class Role(models.TextChoices):
    """What a person may do in their council. One person may hold several, but for support: it stands alone.

    An operator's account for support is let in to a short list of pages about nobody, for some hours, by the council.
    """

    PRACTITIONER = "practitioner", "Practitioner"
    MANAGER = "manager", "Team manager"
    SAFEGUARDING_LEAD = "safeguarding_lead", "Safeguarding lead"
    BROKER = "broker", "Broker"
    IG_OFFICER = "ig_officer", "Information-governance officer"
    COUNCIL_ADMIN = "council_admin", "Council administrator"
    AUDITOR = "auditor", "Auditor"
    FINANCE_CONTACT = "finance_contact", "Finance contact"
    SUPPORT = "support", "Support by an operator"


class Counter(models.TextChoices):
    """Where failed tries are counted: see `throttling`. Part of a counter's key, never shown."""

    PAIR = "pair", "One account from one place"
    ACCOUNT = "account", "One account from all unknown places"
    NETWORK = "network", "One network address"
    RESET = "reset", "Links to choose a new password, for one address"
    CODE_PAIR = "code_pair", "One account's second factor from one place"
    CODE_ACCOUNT = "code_account", "One account's second factor from all unknown places"


class FactorKind(models.TextChoices):
    """A second factor that one signs in with every day. Recovery codes are for when it is lost."""

    AUTHENTICATOR = "authenticator", "Authenticator app"
    PASSKEY = "passkey", "Passkey"
