"""The console's tasks: thin, each calls an action. Scheduled only where there is a console."""

from __future__ import annotations

import logging
from uuid import UUID

from celery import shared_task

from console.actions import deletion, deployments, fleet, following, onboarding, proposals, releases, syncing
from console.actions.finance import accounts, keeping, reminders, usage
from console.actions.finance import runs as invoice_runs
from tenants.context import shared
from tenants.tasks import SharedTask

logger = logging.getLogger(__name__)


@shared_task(base=SharedTask, name="console.sync")  # type: ignore[untyped-decorator]  # celery ships no types
def sync() -> None:
    """Send orders that were not sent, and hear from every deployment."""
    syncing.sync_all()


@shared_task(base=SharedTask, name="console.follow_orders")  # type: ignore[untyped-decorator]  # as above
def follow_orders() -> None:
    """Hear how far orders are that are under way."""
    following.follow_orders()


@shared_task(base=SharedTask, name="console.expire_proposals")  # type: ignore[untyped-decorator]  # as above
def expire_proposals() -> None:
    """Close proposals that nobody decided in time."""
    with shared(actor="job:console.expire_proposals"):
        proposals.expire_old()


@shared_task(base=SharedTask, name="console.delete_due")  # type: ignore[untyped-decorator]  # as above
def delete_due() -> None:
    """Ask for the deletion of councils whose wait is over."""
    deletion.delete_due()


@shared_task(base=SharedTask, name="console.do_errands")  # type: ignore[untyped-decorator]  # as above
def do_errands() -> None:
    """Ask deployments what operators wait for: tests of connections, and councils to copy from."""
    for errand in (deployments.test_connections, onboarding.copy_templates, releases.fetch_contents):
        try:
            errand()
        except Exception:  # one errand that can't be done leaves the others none the worse
            logger.exception("console_errand_failed")


@shared_task(base=SharedTask, name=fleet.ASK)  # type: ignore[untyped-decorator]  # as above
def ask_fleet(deployment_id: str, asked_by: str) -> None:
    """Ask a deployment elsewhere to bring its councils forward."""
    fleet.ask_deployment(deployment_id=UUID(deployment_id), asked_by=asked_by)


@shared_task(base=SharedTask, name=invoice_runs.WORK)  # type: ignore[untyped-decorator]  # as above
def work_invoice_runs() -> None:
    """Go on with invoice runs, and issue what finance asked for."""
    invoice_runs.work()


@shared_task(base=SharedTask, name="console.remind_overdue")  # type: ignore[untyped-decorator]  # as above
def remind_overdue() -> None:
    """Ask again for what is overdue, once a step and on each company's own day."""
    reminders.remind_overdue()


@shared_task(base=SharedTask, name="console.take_usage")  # type: ignore[untyped-decorator]  # as above
def take_usage() -> None:
    """Take last month's number of every council under contract, as its deployment counted it."""
    usage.take_usage()


@shared_task(base=SharedTask, name="console.keep_contracts")  # type: ignore[untyped-decorator]  # as above
def keep_contracts() -> None:
    """Renew contracts that ran out without notice, and tell finance in time of what they ask for."""
    keeping.keep_contracts()


@shared_task(base=SharedTask, name="console.push_accounts")  # type: ignore[untyped-decorator]  # as above
def push_accounts() -> None:
    """Tell deployments how their councils' accounts stand, where that has changed."""
    accounts.push_accounts()
