"""How the console talks to a deployment: one interface, `local` in this installation and `remote` over HTTPS."""

from __future__ import annotations

from console.models import Deployment
from console.ports.base import DeploymentPort


def port_for(deployment: Deployment) -> DeploymentPort:
    """The way to a deployment."""
    if deployment.port == Deployment.Port.LOCAL:
        from console.ports.local import LocalPort  # each kind is loaded where it is used

        return LocalPort()
    from console.ports.remote import RemotePort

    return RemotePort.to(deployment)
