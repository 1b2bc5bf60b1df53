"""Lists whose slugs are stored for ever."""

from django.db import models


class Permission(models.TextChoices):
    """What an operator's role lets them do. Roles are data: each is a set of these."""

    SEE = "see", "See councils, deployments, reports and the fleet"
    SEE_LOG = "see_log", "See what operators did"
    MANAGE_OPERATORS = "manage_operators", "Invite operators, give roles and close accounts"
    MANAGE_DEPLOYMENTS = "manage_deployments", "Add and change deployments"
    ONBOARD = "onboard", "Set up councils and bring them live"
    CHANGE_COUNCILS = "change_councils", "Rename, resume, export, and propose to suspend or delete"
    RUN_FLEET = "run_fleet", "Migrate the fleet"
    RELEASE = "release", "Prepare and offer releases of packs and templates"
    ASK_SUPPORT = "ask_support", "Ask a council for support access"
    DECIDE = "decide", "Decide what another operator proposed"
    SEE_FINANCE = "see_finance", "See contracts, invoices, payments and what councils are billed for"
    FINANCE = "finance", "Contracts, invoices and payments"


class CouncilState(models.TextChoices):
    """What a council should be, as the console knows it."""

    PREPARING = "preparing", "Being set up"
    TRAINING = "training", "Training"
    LIVE = "live", "Live"
    SUSPENDED = "suspended", "Suspended: read only"
    LEAVING = "leaving", "To be deleted"
    DELETED = "deleted", "Deleted"


class OrderState(models.TextChoices):
    """How far an order has come. The same slugs as the deployment's own."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Under way"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    UNDONE = "undone", "Failed and undone"


class ProposalKind(models.TextChoices):
    """What takes two operators."""

    SUSPEND = "suspend", "Suspend a council"
    DELETE = "delete", "Delete a council"
    RELEASE = "release", "Release a pack or a template"
    SUPPORT = "support", "Ask a council for support access"
    WRITE_OFF = "write_off", "Write off what will not be paid"


class ReleaseKind(models.TextChoices):
    """What is released to councils."""

    PACK = "pack", "Law pack"
    TEMPLATE = "template", "Template of service types, wording and roles"
