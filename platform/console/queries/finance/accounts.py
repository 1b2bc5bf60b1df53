"""What a council's own finance page is told: its contract, its invoices of two years, and what it was counted for.

In a contract for several councils the invoices are the customer's: a council sees its own usage and who gets them. A
council that took another's place on a contract counts as one of several.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q, Sum

from billing.choices import DocumentKind, Metric
from billing.models import Allocation, Contract, ContractCouncil, Invoice, InvoiceDocument, Payment, UsageReading
from billing.money import total
from billing.periods import add_months
from billing.queries.balances import NOTHING, local_day, with_left, with_left_to_credit, with_open
from core import clock

MONTHS: Final = 24
MOST_INVOICES: Final = 200
MOST_EARLIER: Final = 20


def councils_with_account() -> tuple[UUID, ...]:
    """Every council that is on a contract, or was. One query."""
    return tuple(ContractCouncil.objects.order_by("council_id").values_list("council_id", flat=True).distinct())


def accounts_of(council_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """The account of each of these councils, as the ports say it. Ten queries, however many there are."""
    places = _places(council_ids)
    contracts = {place.contract_id for ours in places.values() for place in ours}
    groups = _groups(contracts)
    since = add_months(clock.today().replace(day=1), -MONTHS)
    invoices = _invoices(contracts - groups, since)
    usage = _usage(council_ids, since)
    credits_of = _credits(ours[0] for ours in places.values())
    found = {}
    for council_id, ours in places.items():
        contract = ours[0].contract
        is_group = contract.id in groups
        shown = [] if is_group else _own_invoices(ours, invoices)
        found[council_id] = {
            "as_of": local_day(clock.now(), contract.entity.time_zone).isoformat(),
            "currency": contract.entity.currency,
            "contract": {
                "reference": contract.reference, "customer": contract.customer.name,
                "starts_on": contract.starts_on.isoformat(),
                "ends_on": (ours[0].ends_on or contract.ends_on).isoformat(), "is_group": is_group,
            },
            "open": None if is_group else str(total(Decimal(one["open"]) for one in shown)),
            "credit": None if is_group else str(credits_of.get((contract.customer_id, contract.entity_id), NOTHING)),
            "invoices": shown[:MOST_INVOICES],
            "usage": usage.get(council_id, []),
            "contact": {
                "name": contract.entity.legal_name, "email": contract.entity.email, "phone": contract.entity.phone,
            },
        }  # fmt: skip
    return found


def without_pdf(council_ids: Sequence[UUID], most: int) -> tuple[UUID, ...]:
    """Invoices that these councils are shown and of which no PDF was made yet, oldest first. Three queries."""
    contracts = {place.contract_id for ours in _places(council_ids).values() for place in ours}
    since = add_months(clock.today().replace(day=1), -MONTHS)
    rows = Invoice.objects.filter(contract__in=contracts - _groups(contracts), issued_on__gte=since, pdf=None)
    return tuple(rows.order_by("issued_on", "number").values_list("id", flat=True)[:most])


def pdf_with(checksum: str) -> bytes | None:
    """The PDF of an invoice by its checksum, or None. One query."""
    found = InvoiceDocument.objects.filter(checksum=checksum).values_list("content", flat=True).first()
    return None if found is None else bytes(found)


def _places(council_ids: Iterable[UUID]) -> Mapping[UUID, list[ContractCouncil]]:
    """The councils' places on contracts, the newest first; one that is still to begin only where there is no other."""
    rows = ContractCouncil.objects.filter(council_id__in=list(council_ids))
    rows = rows.select_related("contract__customer", "contract__entity").order_by("-starts_on", "-contract__starts_on")
    found: dict[UUID, list[ContractCouncil]] = defaultdict(list)
    for place in rows:
        found[place.council_id].append(place)
    today = clock.today()
    return {council: sorted(ours, key=lambda one: one.starts_on > today) for council, ours in found.items()}


def _groups(contract_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these contracts on which there is, or was, more than one council."""
    rows = Contract.objects.filter(id__in=list(contract_ids)).annotate(
        number=Count("councils__council_id", distinct=True)
    )
    return set(rows.filter(number__gt=1).values_list("id", flat=True))


def _own_invoices(
    places: Iterable[ContractCouncil], invoices: Mapping[UUID, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    """The invoices of a council's contracts with the same company of ours, newest first."""
    places = list(places)
    entity = places[0].contract.entity_id
    contracts = dict.fromkeys(one.contract_id for one in places if one.contract.entity_id == entity)
    rows = [invoice for contract in contracts for invoice in invoices.get(contract, ())]
    return sorted(rows, key=lambda one: (one["issued_on"], one["number"]), reverse=True)


def _invoices(contract_ids: Iterable[UUID], since: date) -> Mapping[UUID, list[dict[str, Any]]]:
    """Invoices and credit notes by contract, with what is open of each: of two years, and older where some is open."""
    ours = Invoice.objects.filter(contract__in=list(contract_ids))
    still_open = with_open(ours.filter(issued_on__lt=since)).filter(open_now__gt=0).values_list("id", flat=True)
    names = ("id", "contract_id", "number", "kind", "issued_on", "due_on", "gross")
    rows = list(ours.filter(Q(issued_on__gte=since) | Q(id__in=list(still_open))).values(*names))
    ids = [one["id"] for one in rows]
    paid = _paid_of(ids)
    files = dict(InvoiceDocument.objects.filter(invoice__in=ids).values_list("invoice_id", "checksum"))
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for one in rows:
        is_note = one["kind"] == DocumentKind.CREDIT_NOTE
        left = Decimal("0.00") if is_note else one["gross"] - paid.get(one["id"], Decimal(0))
        state = "credit" if is_note else "settled" if left <= 0 else "open" if left == one["gross"] else "part"
        found[one["contract_id"]].append({
            "number": one["number"], "kind": one["kind"], "issued_on": one["issued_on"].isoformat(),
            "due_on": one["due_on"].isoformat(), "gross": str(one["gross"]), "open": str(left), "state": state,
            "pdf": files.get(one["id"], ""),
        })  # fmt: skip
    return found


def _paid_of(invoice_ids: list[UUID]) -> Mapping[UUID, Decimal]:
    """What was paid, credited or written off of each of these invoices."""
    rows = Allocation.objects.filter(invoice__in=invoice_ids).order_by().values_list("invoice")
    return dict(rows.annotate(sum=Sum("amount")))


def _credits(places: Iterable[ContractCouncil]) -> Mapping[tuple[UUID, UUID], Decimal]:
    """What is for no invoice yet, of the money and credit notes of these places' customers, by customer and company.

    A customer's money is told to a council only where all that the customer ever contracted is that council's.
    """
    rows_of = ContractCouncil.objects.filter(contract__customer__in={place.contract.customer_id for place in places})
    councils = rows_of.values_list("contract__customer").annotate(number=Count("council_id", distinct=True))
    customers = [customer for customer, number in councils if number == 1]
    found: dict[tuple[UUID, UUID], Decimal] = defaultdict(Decimal)
    for rows in (
        with_left(Payment.objects.filter(customer__in=customers)),
        with_left_to_credit(Invoice.objects.filter(customer__in=customers)),
    ):
        for customer, entity, left in rows.filter(left_now__gt=0).values_list("customer_id", "entity_id", "left_now"):
            found[customer, entity] += left
    return found


def _usage(council_ids: Iterable[UUID], since: date) -> Mapping[UUID, list[dict[str, Any]]]:
    """The readings in force by council, newest month first, each with those that it and its like corrected."""
    rows = UsageReading.objects.filter(
        council_id__in=list(council_ids), month__gte=since, metric=Metric.ACTIVE_PRACTITIONERS
    )
    by_id = {one.id: one for one in rows.order_by("-month")}
    corrected = {one.corrects_id for one in by_id.values()}
    found: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for one in by_id.values():
        if one.id in corrected:
            continue
        found[one.council_id].append({
            "month": one.month.isoformat(), "count": one.count, "how": one.how,
            "counted_on": one.counted_on.isoformat() if one.counted_on else None, "earlier": _earlier(one, by_id),
        })  # fmt: skip
    return found


def _earlier(reading: UsageReading, by_id: Mapping[UUID, UsageReading]) -> list[dict[str, Any]]:
    """What stood in its place before, newest first: each number with why it was corrected."""
    found: list[dict[str, Any]] = []
    now = reading
    while now.corrects_id and now.corrects_id in by_id and len(found) < MOST_EARLIER:
        before = by_id[now.corrects_id]
        found.append({"count": before.count, "how": before.how, "reason": now.reason})
        now = before
    return found
