"""Reads of deployments: what each last said of itself, how old that is, and where it differs from what should be."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from console.answers import Place
from console.choices import CouncilState
from console.errors import NotThere
from console.models import Council, Deployment
from console.said import HeldPack, packs_of
from core import clock


@dataclass(frozen=True, slots=True)
class DeploymentLine:
    """One deployment in the list."""

    id: UUID
    name: str
    kind: str
    region: str
    is_remote: bool
    is_open: bool
    version: str
    packs: int
    seen_at: datetime | None
    failing_since: datetime | None
    failure: str
    is_ready: bool
    councils: int
    differing: int

    @property
    def has_answered(self) -> bool:
        """Whether it was ever heard."""
        return self.seen_at is not None


@dataclass(frozen=True, slots=True)
class CouncilLine:
    """A council of the deployment, and in which words what is differs from what should be."""

    id: UUID
    name: str
    host: str
    state: str
    differences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConnectionTest:
    """The last test of a connection: when it was asked, and what came of it."""

    asked_at: datetime | None
    answered_at: datetime | None
    slug: str
    words: str

    @property
    def is_waiting(self) -> bool:
        """Whether it was asked and not answered yet."""
        return self.asked_at is not None and self.answered_at is None


@dataclass(frozen=True, slots=True)
class DeploymentPage:
    """Everything the page of one deployment says."""

    line: DeploymentLine
    address: str
    has_own_authority: bool
    packs: tuple[HeldPack, ...]
    fleet: Mapping[str, Any]
    councils: tuple[CouncilLine, ...]
    unknown: tuple[str, ...]
    test: ConnectionTest


def deployments() -> tuple[DeploymentLine, ...]:
    """Every deployment by name. Two statements."""
    held: dict[UUID, list[Council]] = {}
    for council in _councils():
        held.setdefault(council.deployment_id, []).append(council)
    return tuple(_line(one, held.get(one.id, ())) for one in Deployment.objects.order_by("name"))


def deployment_page(deployment_id: UUID) -> DeploymentPage:
    """One deployment. Two statements. Raises NotThere."""
    found = deployment_of(deployment_id)
    councils = list(_councils().filter(deployment_id=deployment_id))
    return DeploymentPage(
        line=_line(found, councils),
        address=found.address,
        has_own_authority=bool(found.certificate_authority),
        packs=packs_of(found.said),
        fleet=dict(found.said.get("fleet") or {}),
        councils=tuple(
            CouncilLine(one.id, one.name, one.hosts[0] if one.hosts else "", one.state, differences(one))
            for one in councils
        ),
        unknown=tuple(str(one.get("name", "")) for one in found.said.get("unknown") or ()),
        test=_test(found.tested),
    )


def deployment_of(deployment_id: UUID) -> Deployment:
    """The row itself, for the console's own actions and forms. Raises NotThere."""
    found = Deployment.objects.filter(id=deployment_id).first()
    if found is None:
        raise NotThere(_("There is no such deployment."))
    return found


def places(*, besides: Iterable[UUID] = ()) -> tuple[Place, ...]:
    """Every deployment as a place for a new council; `besides`: councils that don't count as being there."""
    there = Counter(_councils().exclude(id__in=list(besides)).values_list("deployment_id", flat=True))
    return tuple(
        Place(
            id=one.id, name=one.name, region=one.region, is_open=one.is_open, said=one.said,
            is_free=one.kind == Deployment.Kind.SHARED or not there[one.id],
        )
        for one in Deployment.objects.order_by("name")
    )  # fmt: skip


def differences(council: Council) -> tuple[str, ...]:
    """In which words what the deployment said of a council differs from what the console thinks should be."""
    said = council.said
    if not council.said_at or council.state == CouncilState.PREPARING:
        return ()
    if not said:
        return (_("The deployment does not have it"),)
    found = []
    if said.get("state") != _expected_state(council.state):
        found.append(_("There it is: %(state)s") % {"state": said.get("state", "")})
    if set(said.get("hosts", ())) != set(council.hosts):
        found.append(_("There it has the hosts %(hosts)s") % {"hosts": ", ".join(said.get("hosts", ()))})
    if said.get("name", council.name) != council.name:
        found.append(_("There it is called %(name)s") % {"name": said["name"]})
    if said.get("pack_id", council.pack_id) != council.pack_id:
        found.append(_("There it is under the law pack %(pack)s") % {"pack": said["pack_id"]})
    return tuple(found)


def _expected_state(state: str) -> str:
    """A council that is to be deleted stays read only until it is."""
    return CouncilState.SUSPENDED if state == CouncilState.LEAVING else state


def _councils() -> QuerySet[Council]:
    return Council.objects.exclude(state=CouncilState.DELETED).order_by("name")


def _line(one: Deployment, councils: Iterable[Council]) -> DeploymentLine:
    there = list(councils)
    return DeploymentLine(
        id=one.id,
        name=one.name,
        kind=one.kind,
        region=one.region,
        is_remote=one.port == Deployment.Port.REMOTE,
        is_open=one.is_open,
        version=str(one.said.get("version") or ""),
        packs=len(one.said.get("packs") or ()),
        seen_at=one.seen_at,
        failing_since=one.failing_since,
        failure=one.failure,
        is_ready=bool(one.said.get("is_ready")),
        councils=len(there),
        differing=sum(bool(differences(council)) for council in there),
    )


def _test(tested: Mapping[str, Any]) -> ConnectionTest:
    return ConnectionTest(
        asked_at=clock_time(tested.get("asked_at")), answered_at=clock_time(tested.get("answered_at")),
        slug=str(tested.get("slug") or ""), words=str(tested.get("words") or ""),
    )  # fmt: skip


def clock_time(stored: Any) -> datetime | None:
    """A time kept as text, or None."""
    return datetime.fromisoformat(stored) if stored else None


def minutes_since(moment: datetime) -> int:
    """Whole minutes between then and now; never less than none."""
    return max(int((clock.now() - moment).total_seconds() // 60), 0)
