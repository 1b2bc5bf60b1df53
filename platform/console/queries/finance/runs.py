"""Reads of runs: the list, and one with what it found for each contract and how far its drafts are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.choices import DeliveryKind, DocumentKind, Hold, Outcome, RunState
from billing.errors import NotThere
from billing.models import Contact, Delivery, Draft, Invoice, InvoiceRun, RunItem
from billing.money import written
from billing.queries.holds import stops
from console.queries.finance.names import NameOf, names_of_operators
from ui.filters import month_name

PAGE: Final = 50
NOTHING: Final = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run, and for how many of `of` contracts it has come to which outcome. `done` were looked at since its start."""

    id: UUID
    entity_id: UUID
    entity_name: str
    currency: str
    month: date
    is_dry: bool
    state: str
    state_label: str
    started_at: datetime
    started_by: str
    finished_at: datetime | None
    of: int
    drafted: int
    nothing: int
    held: int
    failed: int
    done: int

    @property
    def is_under_way(self) -> bool:
        """Whether it has not come to its end."""
        return self.state != RunState.DONE


@dataclass(frozen=True, slots=True)
class RunList:
    """One page of runs, newest first."""

    lines: tuple[RunLine, ...]
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class ItemLine:
    """What a run found for one contract, in words. `gross` is of what it drafted, or would: below zero for a credit.

    `others` are further drafts of the run for it, with their kinds: a credit note beside an invoice, or what an earlier
    round drafted.
    """

    contract_id: UUID
    reference: str
    customer_name: str
    outcome: str
    outcome_label: str
    says: tuple[str, ...]
    gross: Decimal | None
    draft_id: UUID | None
    draft_state: str
    others: tuple[tuple[UUID, str], ...]


@dataclass(frozen=True, slots=True)
class DraftSums:
    """How many of a run's drafts stand where, and what those not issued yet come to before and after tax."""

    to_review: int
    reviewed: int
    stopped: int
    asked: int
    refused: int
    issued: int
    net: Decimal
    gross: Decimal

    @property
    def is_issuing(self) -> bool:
        """Whether some wait to be issued by a worker."""
        return self.asked > 0


@dataclass(frozen=True, slots=True)
class Unreached:
    """What was issued and nobody gets: its customer has nobody who gets invoices, and takes none over the network."""

    invoice_id: UUID
    number: str
    customer_id: UUID
    customer_name: str


@dataclass(frozen=True, slots=True)
class RunSending:
    """How many of what a run issued were sent to nobody yet: those that can be, and those that reach nobody."""

    to_send: int
    unreached: int
    listed: tuple[Unreached, ...]


@dataclass(frozen=True, slots=True)
class RunPage:
    """A run, one page of what it found, its drafts, and what of them is still to be sent."""

    line: RunLine
    items: tuple[ItemLine, ...]
    count: int
    page: int
    pages: int
    drafts: DraftSums
    sending: RunSending


def run_list(*, page: int = 1) -> RunList:
    """One page of runs. Three statements."""
    rows = _rows()
    pages = max(1, -(-rows.count() // PAGE))
    page = min(max(page, 1), pages)
    first = (page - 1) * PAGE
    name_of = names_of_operators()
    found = rows.order_by("-month", "-started_at")[first : first + PAGE]
    return RunList(tuple(_line(one, name_of) for one in found), page, pages)


def run_line(run_id: UUID) -> RunLine:
    """One run. Two statements. Raises NotThere."""
    found = _rows().filter(id=run_id).first()
    if found is None:
        raise NotThere("There is no such run.")
    return _line(found, names_of_operators())


def run_page(run_id: UUID, *, outcome: str = "", page: int = 1) -> RunPage:
    """One run with a page of what it found. Seven statements. Raises NotThere."""
    line = run_line(run_id)
    rows = RunItem.objects.filter(run_id=run_id).select_related("contract__customer", "draft")
    if outcome:
        rows = rows.filter(outcome=outcome)
    count = rows.count()
    pages = max(1, -(-count // PAGE))
    page = min(max(page, 1), pages)
    first = (page - 1) * PAGE
    found = list(rows.order_by("contract__customer__name", "contract__reference", "id")[first : first + PAGE])
    items = tuple(_item(one, line.currency, others) for one, others in _with_others(run_id, found))
    return RunPage(line, items, count, page, pages, draft_sums(run_id), run_sending(run_id))


def draft_sums(run_id: UUID) -> DraftSums:
    """Where a run's drafts stand. One statement."""
    held = ["id", "kind", "holds", "allowed_reason", "reviewed_at", "issue_asked_at", "issue_refused", "issued_id"]
    stopped = to_review = reviewed = waiting = refused = issued = 0
    net = gross = NOTHING
    for one in Draft.objects.filter(run_id=run_id).values(*held, "net", "gross"):
        if one["issued_id"]:
            issued += 1
            continue
        sign = -1 if one["kind"] == DocumentKind.CREDIT_NOTE else 1
        net, gross = net + sign * one["net"], gross + sign * one["gross"]
        if one["issue_asked_at"]:
            waiting += 1
        elif stops(one["holds"], is_allowed=bool(one["allowed_reason"])):
            stopped += 1
        elif one["reviewed_at"]:
            reviewed += 1
        else:
            to_review += 1
        refused += bool(one["issue_refused"])
    return DraftSums(to_review, reviewed, stopped, waiting, refused, issued, net, gross)


def run_sending(run_id: UUID) -> RunSending:
    """What of a run was sent to nobody yet. One statement."""
    sent = Delivery.objects.filter(kind=DeliveryKind.INVOICE, invoice=OuterRef("id"))
    people = Contact.objects.filter(customer=OuterRef("customer"), ended_at=None, gets_invoices=True)
    rows = Invoice.objects.filter(~Exists(sent), run_id=run_id).annotate(is_reached=Exists(people) | ~Q(xml=""))
    said = rows.order_by("number").values_list("is_reached", "id", "number", "customer_id", "customer__name")
    waiting = list(said)
    alone = [Unreached(one[1], one[2], one[3], one[4]) for one in waiting if not one[0]]
    return RunSending(len(waiting) - len(alone), len(alone), tuple(alone[:PAGE]))


def _rows() -> QuerySet[InvoiceRun, Any]:
    counts = {name: Count("items", filter=Q(items__outcome=name)) for name in Outcome.values}
    done = Count("items", filter=Q(items__round=F("round")))
    return InvoiceRun.objects.select_related("entity").annotate(**counts, done=done)


def _line(one: Any, name_of: NameOf) -> RunLine:
    return RunLine(
        id=one.id, entity_id=one.entity_id, entity_name=one.entity.name, currency=one.entity.currency, month=one.month,
        is_dry=one.is_dry, state=one.state, state_label=str(RunState(one.state).label), started_at=one.started_at,
        started_by=name_of(one.started_by_id), finished_at=one.finished_at, of=one.of, drafted=one.drafted,
        nothing=one.nothing, held=one.held, failed=one.failed, done=one.done,
    )  # fmt: skip


def _with_others(run_id: UUID, items: list[RunItem]) -> Iterable[tuple[RunItem, tuple[tuple[UUID, str], ...]]]:
    """What a run found, each with the further drafts of it."""
    shown = {one.draft_id for one in items}
    found: dict[UUID, list[tuple[UUID, str]]] = defaultdict(list)
    drafts = Draft.objects.filter(run_id=run_id, contract__in=[one.contract_id for one in items])
    for draft_id, contract_id, kind in drafts.order_by("created_at", "id").values_list("id", "contract_id", "kind"):
        if draft_id not in shown:
            found[contract_id].append((draft_id, str(DocumentKind(kind).label)))
    return [(one, tuple(found[one.contract_id])) for one in items]


def _item(one: RunItem, currency: str, others: tuple[tuple[UUID, str], ...]) -> ItemLine:
    detail, draft = one.detail, one.draft
    gross = Decimal(detail["gross"]) if detail.get("gross") else None
    if gross is not None and detail.get("kind") == DocumentKind.CREDIT_NOTE:
        gross = -gross
    return ItemLine(
        contract_id=one.contract_id, reference=one.contract.reference, customer_name=one.contract.customer.name,
        outcome=one.outcome, outcome_label=str(Outcome(one.outcome).label), says=tuple(_says(detail, draft, currency)),
        gross=gross, draft_id=draft.id if draft else None, draft_state=state_of(draft) if draft else "",
        others=others,
    )  # fmt: skip


def state_of(draft: Draft) -> str:
    """Where a draft stands, as a slug: issued, asked, stopped, reviewed or to_review."""
    if draft.issued_id:
        return "issued"
    if draft.issue_asked_at:
        return "asked"
    if stops(draft.holds, is_allowed=bool(draft.allowed_reason)):
        return "stopped"
    return "reviewed" if draft.reviewed_at else "to_review"


def _says(detail: Mapping[str, Any], draft: Draft | None, currency: str) -> Iterable[str]:
    """What was found, as sentences for finance."""
    months = detail.get("months") or ()
    if months:
        yield ", ".join(month_name(date.fromisoformat(f"{month}-01")) for month in months)
    for month, councils in (detail.get("waiting") or {}).items():
        said = {"month": month_name(date.fromisoformat(f"{month}-01")), "councils": ", ".join(councils)}
        yield _("Not counted yet for %(month)s: %(councils)s") % said
    if detail.get("code") == "no_price":
        yield str(detail.get("said") or _("No price book has a price for it"))
    elif detail.get("code") == "credit_too_large":
        yield _("What is to be credited is more than is left of the last invoice: credit earlier ones by hand")
    elif detail.get("code") == "broken":
        yield _("It could not be worked out. The next run looks at it again; the log of errors says more")
    if left := detail.get("corrections_left"):
        yield ngettext(
            "%(count)d correction waits for a later invoice", "%(count)d corrections wait for a later invoice", left
        ) % {"count": left}  # fmt: skip
    if note := detail.get("credit_note"):
        gross = written(Decimal(note["gross"]), currency)
        yield _("And a credit note of %(gross)s with tax, for usage that was corrected") % {"gross": gross}
    for hold in draft.holds if draft else detail.get("holds") or ():
        yield str(Hold(hold).label)
    if draft and draft.issue_refused:
        yield draft.issue_refused
