"""Reads of councils: the list, and everything the page of one says. Counts alone, and never a client's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import CharField, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from console import reports
from console.choices import CouncilState, OrderState, Permission
from console.errors import NotThere
from console.models import Certificate, Council, Deployment, Offer, Order, SupportRequest
from console.queries.charts import MEASURES
from console.queries.deployments import differences
from console.queries.operators import OperatorRef
from console.queries.proposals import ProposalLine, open_proposals_of
from core import clock

PAGE: Final = 25
STALE: Final = timedelta(minutes=15)
"""A council that was last heard of longer ago is shown with the age of what is known."""
ORDERS_SHOWN: Final = 10

ORDER_LABELS: Final = {
    "create": gettext_lazy("Bring the council up"),
    "rename": gettext_lazy("Change its hosts"),
    "suspend": gettext_lazy("Suspend"),
    "resume": gettext_lazy("Resume"),
    "go_live": gettext_lazy("Go live"),
    "sign_pack": gettext_lazy("Record the law pack's sign-off"),
    "offer": gettext_lazy("Offer a release"),
    "support": gettext_lazy("Ask for support access"),
    "export": gettext_lazy("Make the exit copy"),
    "delete": gettext_lazy("Delete"),
}
BAD: Final = (OrderState.FAILED, OrderState.UNDONE)


@dataclass(frozen=True, slots=True)
class CouncilFilter:
    """What the list is narrowed to; empty is everything. `mark` is "behind", "failed" or "differs"."""

    q: str = ""
    state: str = ""
    deployment: str = ""
    region: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class CouncilLine:
    """One council of the list. `heard_at` is the age of what is known, where its deployment is away."""

    id: UUID
    name: str
    host: str
    state: str
    state_label: str
    deployment: str
    region: str
    is_template: bool
    is_behind: bool
    has_failed: bool
    differs: bool
    is_away: bool
    heard_at: datetime | None


@dataclass(frozen=True, slots=True)
class CouncilList:
    """One page of the list."""

    lines: tuple[CouncilLine, ...]
    count: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order, and how far its deployment said it is."""

    id: UUID
    kind: str
    label: str
    state: str
    state_label: str
    steps: tuple[tuple[str, bool], ...]
    says: str
    error: str
    placed_by: str
    placed_at: datetime
    heard_at: datetime | None
    finished_at: datetime | None
    is_sent: bool
    files: int

    @property
    def is_open(self) -> bool:
        """Whether it is under way."""
        return self.state in {OrderState.WAITING, OrderState.RUNNING}

    @property
    def is_bad(self) -> bool:
        """Whether it came to nothing."""
        return self.state in BAD


@dataclass(frozen=True, slots=True)
class SupportLine:
    """One request for support access, and what became of it."""

    id: UUID
    operator: str
    hours: int
    reason: str
    state: str
    state_label: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class CouncilPage:
    """Everything the page of one council says."""

    line: CouncilLine
    hosts: tuple[str, ...]
    pack_id: str
    pack_version: str
    deployment_id: UUID
    failing_since: datetime | None
    created_at: datetime
    delete_after: datetime | None
    differences: tuple[str, ...]
    order: OrderLine | None
    orders: tuple[OrderLine, ...]
    numbers: Mapping[str, Any]
    counted_on: date | None
    offers: tuple[tuple[str, str], ...]
    proposals: tuple[ProposalLine, ...]
    support: tuple[SupportLine, ...]
    certificate_id: UUID | None
    may_change: bool
    may_ask_support: bool

    @property
    def readings(self) -> tuple[tuple[str, str], ...]:
        """The last reading's numbers, a line each, called and said as on the page of health."""
        return tuple(
            (str(one.title), _("Hidden") if self.numbers[one.slug] is None and one.hides_people
             else one.said(self.numbers[one.slug]))
            for one in MEASURES
            if one.slug in self.numbers
        )  # fmt: skip

    @property
    def is_free(self) -> bool:
        """Whether nothing is under way, so that something may be asked."""
        return self.order is None or not self.order.is_open

    @property
    def acts(self) -> frozenset[str]:
        """What this operator may ask for as things stand."""
        state, found = self.line.state, set()
        if self.may_ask_support and state in {"training", "live", "suspended"}:
            found.add("support")
        if not self.may_change:
            return frozenset(found)
        if state in {"training", "live", "suspended", "leaving"}:
            found |= {"hosts", "export", "template"}
        if state in {"training", "live"}:
            found.add("suspend")
        if state == "suspended":
            found.add("resume")
        if state in {"training", "live", "suspended"}:
            found.add("delete")
        if state == "leaving" and not any(one.kind == "delete" for one in (self.order, *self.orders) if one):
            found.add("keep")
        return frozenset(found)


def filter_choices() -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """The deployments by id and name, and the regions, that the list can be narrowed to. One statement."""
    rows = list(Deployment.objects.order_by("name").values_list("id", "name", "region"))
    return tuple((str(one), name) for one, name, _region in rows), tuple(sorted({region for *_, region in rows}))


def council_list(wanted: CouncilFilter, *, page: int = 1) -> CouncilList:
    """One page of councils by name. Two statements, however many there are."""
    rows = _narrowed(_rows(), wanted)
    count = rows.count()
    pages = max(-(-count // PAGE), 1)
    page = min(max(page, 1), pages)
    shown = rows.order_by("name", "id")[(page - 1) * PAGE : page * PAGE]
    return CouncilList(lines=tuple(_line(one) for one in shown), count=count, page=page, pages=pages)


def council_page(by: OperatorRef, council_id: UUID) -> CouncilPage:
    """One council. Eleven statements at most. Raises NotThere."""
    one = _rows().filter(id=council_id).first()
    if one is None:
        raise NotThere("There is no such council.")
    orders = orders_of(council_id)
    support = SupportRequest.objects.filter(council=one).select_related("operator").order_by("-asked_at")[:10]
    reading = reports.latest_reading(one.id)
    asked = [row.id for row in support]
    facts = one.said.get("facts") or {}
    return CouncilPage(
        line=_line(one),
        hosts=tuple(one.hosts),
        pack_id=one.pack_id,
        pack_version=str(facts.get("policy_pack_version") or ""),
        deployment_id=one.deployment_id,
        failing_since=one.deployment.failing_since,
        created_at=one.created_at,
        delete_after=one.delete_after,
        differences=differences(one),
        order=orders[0] if orders else None,
        orders=orders[1:],
        numbers=reading.numbers if reading else {},
        counted_on=reading.on if reading else None,
        offers=_offers(council_id),
        proposals=open_proposals_of(by, [council_id, *asked]),
        support=tuple(
            SupportLine(row.id, row.operator.name, row.hours, row.reason, row.state, row.get_state_display(),
                        row.asked_at)
            for row in support
        ),
        certificate_id=Certificate.objects.filter(council=one).values_list("id", flat=True).first(),
        may_change=by.may(Permission.CHANGE_COUNCILS),
        may_ask_support=by.may(Permission.ASK_SUPPORT),
    )  # fmt: skip


def orders_of(council_id: UUID) -> tuple[OrderLine, ...]:
    """The last orders of a council, newest first."""
    rows = Order.objects.filter(council_id=council_id).select_related("placed_by").order_by("-placed_at")
    return tuple(_order(row) for row in rows[:ORDERS_SHOWN])


def council_name(council_id: UUID) -> str:
    """The council's name. Raises NotThere."""
    found = Council.objects.filter(id=council_id).values_list("name", flat=True).first()
    if found is None:
        raise NotThere("There is no such council.")
    return str(found)


def _rows() -> QuerySet[Any]:
    last = Order.objects.filter(council=OuterRef("id")).order_by("-placed_at").values("state")[:1]
    return Council.objects.select_related("deployment").annotate(
        last_order=Subquery(last),
        all_hosts=Func(F("hosts"), Value(" "), function="array_to_string", output_field=CharField()),
    )


def _narrowed(rows: QuerySet[Any], wanted: CouncilFilter) -> QuerySet[Any]:
    q = wanted.q.strip()
    if q:
        rows = rows.filter(Q(name__icontains=q) | Q(all_hosts__icontains=q))
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.deployment:
        rows = rows.filter(deployment_id=wanted.deployment)
    if wanted.region:
        rows = rows.filter(deployment__region=wanted.region)
    if wanted.mark == "behind":
        rows = rows.filter(said__is_current=False).exclude(state=CouncilState.DELETED)
    if wanted.mark == "failed":
        rows = rows.filter(last_order__in=BAD)
    return rows


def _line(one: Any) -> CouncilLine:
    is_there = one.state not in {CouncilState.PREPARING, CouncilState.DELETED}
    is_away = one.deployment.failing_since is not None
    return CouncilLine(
        id=one.id,
        name=one.name,
        host=one.hosts[0] if one.hosts else "",
        state=one.state,
        state_label=one.get_state_display(),
        deployment=one.deployment.name,
        region=one.deployment.region,
        is_template=one.is_template,
        is_behind=is_there and one.said.get("is_current") is False,
        has_failed=one.last_order in BAD,
        differs=is_there and bool(differences(one)),
        is_away=is_there and is_away,
        heard_at=one.said_at if is_there and (is_away or _is_stale(one.said_at)) else None,
    )


def _is_stale(said_at: datetime | None) -> bool:
    return said_at is not None and clock.now() - said_at > STALE


def _order(row: Order) -> OrderLine:
    steps = tuple((str(step[1]), bool(step[2])) for step in row.steps if len(step) >= 3)
    return OrderLine(
        id=row.id,
        kind=row.kind,
        label=str(ORDER_LABELS.get(row.kind, row.kind)),
        state=row.state,
        state_label=row.get_state_display(),
        steps=steps,
        says=_says(row.result),
        error=row.error,
        placed_by=row.placed_by.name if row.placed_by else "",
        placed_at=row.placed_at,
        heard_at=row.heard_at,
        finished_at=row.finished_at,
        is_sent=row.is_sent,
        files=len(row.result.get("files") or ()) if row.kind == "export" else 0,
    )


def _says(result: Mapping[str, Any]) -> str:
    """How far the present step has come, where its deployment says so."""
    progress = result.get("progress")
    return str(progress.get("words") or "")[:200] if isinstance(progress, Mapping) else ""


def _offers(council_id: UUID) -> tuple[tuple[str, str], ...]:
    rows = Offer.objects.filter(council_id=council_id).select_related("release").defer("release__content")
    return tuple(
        (f"{row.release.title} {row.release.version}", row.get_state_display())
        for row in rows.order_by("-offered_at")[:10]
    )
