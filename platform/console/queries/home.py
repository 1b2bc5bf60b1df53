"""What the first page of the console says: what waits for this operator, then how many of what there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, OuterRef, Subquery

from console.choices import CouncilState, Permission
from console.models import Council, Deployment, Operator, Order
from console.policies import MAY_DECIDE
from console.queries.councils import BAD, ORDER_LABELS
from console.queries.operators import OperatorRef
from console.queries.proposals import ProposalLine, proposals_to_decide
from console.said import packs_of

SHOWN = 10


@dataclass(frozen=True, slots=True)
class FailedOrder:
    """A council whose last order came to nothing."""

    council_id: UUID
    council: str
    order: str
    error: str


@dataclass(frozen=True, slots=True)
class AwayDeployment:
    """A deployment that does not answer, and when it was last heard."""

    id: UUID
    name: str
    failing_since: datetime
    seen_at: datetime | None


@dataclass(frozen=True, slots=True)
class UnsignedPack:
    """A law pack in use that nobody has signed off, and how many councils are under it."""

    ref: str
    title: str
    councils: int


@dataclass(frozen=True, slots=True)
class HomePage:
    """Everything the first page says."""

    to_decide: tuple[ProposalLine, ...]
    failed: tuple[FailedOrder, ...]
    failed_count: int
    away: tuple[AwayDeployment, ...]
    behind: int
    unsigned: tuple[UnsignedPack, ...]
    states: tuple[tuple[str, str, int], ...]
    councils: int
    deployments: int
    operators: int | None

    @property
    def is_quiet(self) -> bool:
        """Whether nothing waits."""
        return not (self.to_decide or self.failed or self.away or self.behind or self.unsigned)


def home_for(by: OperatorRef) -> HomePage:
    """The first page. At most ten statements, however many councils there are."""
    deployments = list(Deployment.objects.order_by("name"))
    failed = _failed()
    states = _states()
    return HomePage(
        to_decide=proposals_to_decide(by) if any(by.may(one) for one in MAY_DECIDE.values()) else (),
        failed=tuple(_failed_order(one) for one in failed[:SHOWN]),
        failed_count=len(failed),
        away=tuple(
            AwayDeployment(one.id, one.name, one.failing_since, one.seen_at)
            for one in deployments
            if one.failing_since is not None
        ),
        behind=Council.objects.filter(said__is_current=False).exclude(state=CouncilState.DELETED).count(),
        unsigned=tuple(_unsigned(deployments)),
        states=tuple((state.value, str(state.label), states.get(state.value, 0)) for state in CouncilState),
        councils=sum(number for state, number in states.items() if state != CouncilState.DELETED),
        deployments=len(deployments),
        operators=Operator.objects.filter(user__is_active=True).count() if by.may(Permission.SEE_LOG) else None,
    )


def _states() -> Mapping[str, int]:
    return dict(Council.objects.values_list("state").annotate(count=Count("id")).order_by())


def _failed() -> list[Order]:
    """The last order of each council, where it came to nothing."""
    last = Order.objects.filter(council=OuterRef("council")).order_by("-placed_at").values("id")[:1]
    rows = Order.objects.filter(state__in=BAD, id=Subquery(last)).exclude(council__state=CouncilState.DELETED)
    return list(rows.select_related("council").order_by("-placed_at"))


def _failed_order(one: Order) -> FailedOrder:
    label = str(ORDER_LABELS.get(one.kind, one.kind))
    return FailedOrder(one.council_id, one.council.name, label, one.error)


def _unsigned(deployments: Iterable[Deployment]) -> Iterable[UnsignedPack]:
    """Packs that a deployment holds unsigned while councils are under them there."""
    used: dict[tuple[UUID, str], int] = {
        (deployment, pack): number
        for deployment, pack, number in Council.objects.exclude(state=CouncilState.DELETED)
        .values_list("deployment_id", "pack_id")
        .annotate(count=Count("id"))
        .order_by()
    }
    found: dict[str, UnsignedPack] = {}
    for deployment in deployments:
        for pack in packs_of(deployment.said):
            number = used.get((deployment.id, pack.id), 0)
            if number and not pack.is_signed:
                before = found[pack.checksum].councils if pack.checksum in found else 0
                found[pack.checksum] = UnsignedPack(pack.ref, pack.title, before + number)
    return found.values()
