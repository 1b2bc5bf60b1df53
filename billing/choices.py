"""Lists whose slugs are stored for ever."""

from __future__ import annotations

from django.db import models


class Currency(models.TextChoices):
    """What councils pay in."""

    GBP = "GBP", "Pounds sterling"
    AUD = "AUD", "Australian dollars"


class Country(models.TextChoices):
    """Where a party sits: decides tax, identifiers and the profile of an electronic invoice."""

    GB = "GB", "United Kingdom"
    AU = "AU", "Australia"


class PriceKind(models.TextChoices):
    """What has a price."""

    PLATFORM = "platform", "Platform fee, a year, by population"
    PRACTITIONER = "practitioner", "Active practitioner, a month"
    SETUP = "setup", "Setting a council up, once"
    DEDICATED = "dedicated", "Dedicated deployment, a year"
    TRAINING = "training", "Day of training"
    OTHER = "other", "Something agreed"


class Metric(models.TextChoices):
    """What is counted to be billed."""

    ACTIVE_PRACTITIONERS = "active_practitioners", "Active practitioners"


class Source(models.TextChoices):
    """Where a reading came from."""

    CONSOLE = "console", "The deployment's daily counts"
    HAND = "hand", "Entered by hand"


class DocumentKind(models.TextChoices):
    """What is issued under a number."""

    INVOICE = "invoice", "Invoice"
    CREDIT_NOTE = "credit_note", "Credit note"


class RunState(models.TextChoices):
    """How far a run has come."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Under way"
    DONE = "done", "Done"


class Outcome(models.TextChoices):
    """What a run found for one contract."""

    DRAFTED = "drafted", "Drafted"
    NOTHING = "nothing", "Nothing to bill"
    HELD = "held", "Can't be billed yet"
    FAILED = "failed", "Failed"


class Hold(models.TextChoices):
    """Why a draft may not be issued as it stands."""

    CHANGED = "changed", "Prices, terms or usage have changed since it was drafted"
    ORDER_SHORT = "order_short", "No purchase order has enough left"
    ORDER_MISSING = "order_missing", "The contract asks for a purchase order, and there is none"
    BUYER_INCOMPLETE = "buyer_incomplete", "The customer's address, number or contact is missing"


class DeliveryWay(models.TextChoices):
    """How something is sent."""

    MAIL = "mail", "By e-mail"
    FOLDER = "folder", "To the electronic invoicing folder"


class DeliveryKind(models.TextChoices):
    """What is sent."""

    INVOICE = "invoice", "Invoice or credit note"
    REMINDER = "reminder", "Reminder"
    STATEMENT = "statement", "Statement"


class DeliveryState(models.TextChoices):
    """How far a sending has come."""

    WAITING = "waiting", "Waiting"
    SENT = "sent", "Sent"
    FAILING = "failing", "Failed, and will be tried again"
    STOPPED = "stopped", "Given up"


class LineState(models.TextChoices):
    """What became of one line of a bank's file."""

    MATCHED = "matched", "Matched"
    DOUBTFUL = "doubtful", "To be looked at"
    TAKEN = "taken", "Taken as a payment by hand"
    IGNORED = "ignored", "Not a customer's payment"


class PaymentMethod(models.TextChoices):
    """How money came in."""

    BANK = "bank", "From the bank's file"
    HAND = "hand", "Entered by hand"


class ToldOf(models.TextChoices):
    """What finance is told of a contract."""

    NOTICE_SOON = "notice_soon", "The last day on which notice can be given is near"
    ENDS_SOON = "ends_soon", "It ends soon and does not renew"
    ENDED = "ended", "It has ended"
    RENEWED = "renewed", "It was renewed"
    NOT_RENEWED = "not_renewed", "It ran out and could not be renewed"
    ORDER_LOW = "order_low", "Little is left of a purchase order"
