"""Asking a deployment to bring its councils forward. The deployment's own migrator does it; the console only asks."""

from __future__ import annotations

import logging
from typing import Final
from uuid import UUID

from console.choices import Permission
from console.models import Deployment
from console.policies import require
from console.ports import port_for
from console.ports.errors import PortError
from console.queries.deployments import deployment_of
from console.queries.operators import OperatorRef
from core.audit.actions import record
from tenants.context import on_commit, shared
from tenants.waking import wake_shared

logger = logging.getLogger(__name__)

ASK: Final = "console.ask_fleet"


def run_fleet(*, deployment_id: UUID, by: OperatorRef) -> bool:
    """Have a deployment migrate its councils, or go on with a run that was stopped. Asking twice is asking once.

    Returns whether it is asked already: one elsewhere is asked after this, outside of every transaction.
    Raises NotThere, NotPermitted.
    """
    require(by, Permission.RUN_FLEET)
    found = deployment_of(deployment_id)
    record("console.fleet.asked", by=by, subject=found)
    if found.port == Deployment.Port.LOCAL:
        port_for(found).run_fleet(asked_by=by.name)
        return True
    said = {"deployment_id": str(deployment_id), "asked_by": by.name}
    on_commit(lambda: wake_shared(ASK, **said))
    return False


def ask_deployment(*, deployment_id: UUID, asked_by: str) -> None:
    """Ask a deployment elsewhere. That it could not be asked stands in the operators' log, with why."""
    with shared(actor="job:console.ask_fleet"):
        deployment = Deployment.objects.filter(id=deployment_id).first()
    if deployment is None:
        return
    try:
        port_for(deployment).run_fleet(asked_by=asked_by)
    except PortError as problem:
        logger.warning("fleet_not_asked", extra={"kind": problem.slug})
        with shared(actor="job:console.ask_fleet"):
            record("console.fleet.not_asked", by=None, subject=deployment, detail={"why": problem.slug})
