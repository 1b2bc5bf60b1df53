"""Adding and changing deployments, and testing the connection to one, outside of every transaction."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from console.actions.waking import wake_errands
from console.choices import Permission
from console.errors import NotPossible
from console.models import Deployment
from console.policies import require
from console.ports import port_for
from console.ports.base import Health
from console.ports.errors import BadReply, ClockSkew, OrderRefused, PortError, Unreachable, Untrusted
from console.queries.deployments import deployment_of
from console.queries.operators import OperatorRef
from core import clock
from core.audit.actions import record
from tenants.context import shared

logger = logging.getLogger(__name__)

CONNECTED: Final = "connected"
DIFFERS: Final = "differs"
SKEW_SECONDS: Final = 5
"""From how many seconds on a difference of the clocks is worth telling though the tokens still hold."""


class DeploymentRefused(NotPossible):
    """The deployment can't be as it was typed. `field` is the box it is about."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class DeploymentTyped:
    """A remote deployment as an operator describes it; `address` and `certificate_authority` were read already."""

    name: str
    kind: str
    region: str
    address: str
    certificate_authority: str


def add_deployment(*, typed: DeploymentTyped, by: OperatorRef) -> UUID:
    """Make a remote deployment known, closed until tested. Raises DeploymentRefused, NotPermitted."""
    require(by, Permission.MANAGE_DEPLOYMENTS)
    _require_unique(typed, None)
    made = Deployment.objects.create(
        name=typed.name, kind=typed.kind, region=typed.region, port=Deployment.Port.REMOTE, is_open=False,
        address=typed.address, certificate_authority=typed.certificate_authority,
    )  # fmt: skip
    record("console.deployment.added", by=by, subject=made, detail={"region": made.region, "kind": made.kind})
    ask_connection(deployment_id=made.id, by=by)
    return made.id


def change_deployment(*, deployment_id: UUID, typed: DeploymentTyped, by: OperatorRef) -> None:
    """Change what may change; the region stays once it was heard. Raises DeploymentRefused, NotPermitted."""
    require(by, Permission.MANAGE_DEPLOYMENTS)
    found = deployment_of(deployment_id)
    _require_unique(typed, deployment_id)
    if typed.region != found.region and found.said:
        raise DeploymentRefused(
            "region", _("Its councils' data is kept in %(region)s: a region is not changed") % {"region": found.region}
        )
    found.name, found.kind, found.region = typed.name, typed.kind, typed.region
    if found.port == Deployment.Port.REMOTE:
        found.address, found.certificate_authority = typed.address, typed.certificate_authority
    found.save(update_fields=["name", "kind", "region", "address", "certificate_authority"])
    record("console.deployment.changed", by=by, subject=found)
    ask_connection(deployment_id=found.id, by=by)


def set_open(*, deployment_id: UUID, is_open: bool, by: OperatorRef) -> None:
    """Let new councils come to a deployment, or not. Raises NotPermitted, DeploymentRefused for one never heard."""
    require(by, Permission.MANAGE_DEPLOYMENTS)
    found = deployment_of(deployment_id)
    if is_open and found.seen_at is None:
        raise DeploymentRefused("", _("It was never heard: test the connection first"))
    Deployment.objects.filter(id=deployment_id).update(is_open=is_open)
    record("console.deployment.opened" if is_open else "console.deployment.closed", by=by, subject=found)


def ask_connection(*, deployment_id: UUID, by: OperatorRef) -> None:
    """Have the connection tested soon. What comes of it stands on the deployment's page. Raises NotPermitted."""
    require(by, Permission.MANAGE_DEPLOYMENTS)
    found = deployment_of(deployment_id)
    Deployment.objects.filter(id=deployment_id).update(tested={"asked_at": clock.now().isoformat()})
    record("console.deployment.tested", by=by, subject=found)
    wake_errands()


def test_connections() -> int:
    """Test every connection that somebody asked about; each outside of every transaction. Returns how many."""
    with shared(actor="job:console.errands"):
        waiting = list(Deployment.objects.filter(Q(tested__has_key="asked_at") & ~Q(tested__has_key="answered_at")))
    for deployment in waiting:
        try:
            _keep_answer(deployment, *_answer(deployment))
        except Exception:  # whatever one deployment says, the others' connections are tested all the same
            logger.exception("console_test_failed")
            _keep_answer(deployment, BadReply.slug, words_for(BadReply()), None)
    return len(waiting)


def _keep_answer(deployment: Deployment, slug: str, words: str, health: Health | None) -> None:
    tested = {**deployment.tested, "answered_at": clock.now().isoformat(), "slug": slug, "words": words}
    with shared(actor="job:console.errands"):
        # Somebody may have asked anew meanwhile, of another address: that question stays open.
        asked = Deployment.objects.filter(id=deployment.id, tested__asked_at=deployment.tested["asked_at"])
        asked.update(tested=tested, **({} if health is None else _heard(deployment, health)))


def _answer(deployment: Deployment) -> tuple[str, str, Health | None]:
    started = clock.now()
    try:
        health = port_for(deployment).health()
    except PortError as error:
        return error.slug, words_for(error), None
    skew = round(abs((health.clock - started).total_seconds()))
    if health.region != deployment.region or health.kind != deployment.kind:
        said = _("It says that it is %(kind)s in %(region)s: change what stands here, or the address.") % {
            "kind": health.kind, "region": health.region,
        }  # fmt: skip
        return DIFFERS, said, None
    if skew >= SKEW_SECONDS:
        return CONNECTED, _("It answered. Its clock differs from the console's by %(count)d seconds.") % {
            "count": skew
        }, health  # fmt: skip
    return CONNECTED, _("It answered, and its clock agrees with the console's."), health


def words_for(error: PortError) -> str:
    """What went wrong between the console and a deployment, and what to do about it."""
    detail = str(error).strip()
    by_kind: tuple[tuple[type[PortError], str], ...] = (
        (Unreachable, _("It did not answer in time, or not at all. Check the address, and that it is running.")),
        (
            Untrusted,
            _("It could not be trusted: its certificate is not the one expected, or it refused the console's token. "
              "Check the certificate authority here, and the console's public key there."),
        ),
        (ClockSkew, _("Its clock and the console's differ by more than a token allows. Set both by a time server.")),
        (BadReply, _("What it answered is not what a deployment says. Nothing of it was used. Check its version.")),
        (OrderRefused, _("It answered, and refused.")),
    )  # fmt: skip
    said = next((words for kind, words in by_kind if isinstance(error, kind)), _("The connection failed."))
    return f"{said} {detail[:200]}".strip()


def _heard(deployment: Deployment, health: Health) -> dict[str, Any]:
    """What a good answer changes: the next full reading follows on its own."""
    packs = [
        {"id": one.id, "version": one.version, "checksum": one.checksum, "title": one.title,
         "regions": list(one.regions), "is_signed": one.is_signed, "periods": dict(one.periods)}
        for one in health.packs
    ]  # fmt: skip
    said = {
        **deployment.said, "name": health.name, "version": health.version, "is_ready": health.is_ready, "packs": packs,
        "service_types": [dict(one) for one in health.service_types], "fleet": dict(health.fleet),
    }  # fmt: skip
    return {"said": said, "seen_at": clock.now(), "failing_since": None, "failure": ""}


def _require_unique(typed: DeploymentTyped, own: UUID | None) -> None:
    others = Deployment.objects.exclude(id=own) if own else Deployment.objects.all()
    if others.filter(name__iexact=typed.name).exists():
        raise DeploymentRefused("name", _("There is a deployment of that name already"))
    if typed.address and others.filter(address=typed.address).exists():
        raise DeploymentRefused("address", _("There is a deployment at that address already"))
