"""What drafts of a lot of contracts are worked out from, loaded at once: as many queries for one as for a hundred."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import F, Q, Sum

from billing.choices import DocumentKind, Metric, PriceKind
from billing.models import Contact, Contract, Covered, Invoice, InvoiceLine, UsageReading
from billing.proposing import USAGE, Correction, Cover, Material, due_months, keys_of, month_key
from billing.queries.orders import OrderLeft, orders_left
from billing.queries.terms import Books, books_of, counts_for, terms_of


@dataclass(frozen=True, slots=True)
class Lot:
    """Contracts and what their drafts rest on. `reached` are the customers who have someone to send an invoice to."""

    contracts: Mapping[UUID, Contract]
    material: Mapping[UUID, Material]
    orders: Mapping[UUID, tuple[OrderLeft, ...]]
    reached: frozenset[UUID]


def lot_of(
    contract_ids: Collection[UUID], *, until: date | None = None, months: Iterable[date] = (), but: UUID | None = None
) -> Lot:
    """What these contracts' drafts rest on, for all that is due with the month `until`, or for `months`.

    `but` is a draft that is to be worked out again: its own purchase order's reservation does not count against it.
    """
    found = Contract.objects.filter(id__in=contract_ids).select_related("customer", "entity")
    contracts = {contract.id: contract for contract in found}
    books = {currency: books_of(currency) for currency in sorted({one.entity.currency for one in contracts.values()})}
    reached = Contact.objects.filter(
        customer__in={one.customer_id for one in contracts.values()}, gets_invoices=True, ended_at=None
    )
    return Lot(
        contracts,
        _material(contracts, books, until, set(months)),
        orders_left(contracts, but=but),
        frozenset(reached.values_list("customer_id", flat=True)),
    )


def _material(
    contracts: Mapping[UUID, Contract], books: Mapping[str, Books], until: date | None, months: set[date]
) -> dict[UUID, Material]:
    terms = terms_of(contracts)
    council_ids = {council.council_id for one in terms.values() for council in one.councils}
    covered = _covered(contracts)
    corrections = _corrections(council_ids)
    for one in terms.values():
        if until:
            every = contracts[one.contract_id].billed_every
            keys = covered.get(one.contract_id, {})
            months |= {month for month in due_months(one, every, until) if month_key(month) not in keys}
    undone = _undone(contracts)
    practitioners = _practitioners(contracts, undone, covered, months | {one.month for one in corrections})
    readings = counts_for(council_ids, months)
    creditable = _creditable(contracts) if corrections else {}
    by_council: dict[UUID, list[Correction]] = defaultdict(list)
    for correction in corrections:
        by_council[correction.council_id].append(correction)
    return {
        contract_id: Material(
            terms=one,
            billed_every=contracts[contract_id].billed_every,
            books=books[contracts[contract_id].entity.currency],
            readings=readings,
            corrections=tuple(c for i in dict.fromkeys(p.council_id for p in one.councils) for c in by_council[i]),
            covered=covered.get(contract_id, {}),
            billed=practitioners[contract_id].billed,
            creditable=tuple(one for one in creditable.get(contract_id, ()) if one[1] > 0),
            waived=practitioners[contract_id].waived(),
            reopened=frozenset(practitioners[contract_id].reopened),
        )
        for contract_id, one in terms.items()
    }


def _covered(contract_ids: Iterable[UUID]) -> dict[UUID, dict[str, Cover]]:
    """What is billed of each contract."""
    found: dict[UUID, dict[str, Cover]] = defaultdict(dict)
    rows = Covered.objects.filter(contract__in=list(contract_ids), released_at=None)
    for contract_id, key, *cover in rows.values_list("contract_id", "key", "draft_id", "invoice_id", "book_id"):
        found[contract_id][key] = Cover(*cover)
    return found


def _corrections(council_ids: Iterable[UUID]) -> list[Correction]:
    """Every correction of councils' usage, also one that another has corrected since."""
    rows = UsageReading.objects.filter(
        council_id__in=list(council_ids), metric=Metric.ACTIVE_PRACTITIONERS, corrects__isnull=False
    ).order_by("month", "taken_at", "id")
    return [
        Correction(reading_id, council_id, month, count, before, later is None)
        for reading_id, council_id, month, count, before, later in rows.values_list(
            "id", "council_id", "month", "count", "corrects__count", "corrected_by__id"
        )
    ]


Key = tuple[UUID, date]


@dataclass(slots=True)
class _Practitioners:
    """What a contract's practitioners came to by council and month.

    `billed` is all of it that stands. `asked` is what the invoice that bills the month asked for, `spared` what finance
    credited of that by hand: a kindness, which no correction takes back. What corrections credited is neither.
    """

    billed: dict[Key, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    asked: dict[Key, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    spared: dict[Key, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    reopened: set[date] = field(default_factory=set)

    def waived(self) -> frozenset[Key]:
        """What finance credited whole."""
        return frozenset(key for key, amount in self.asked.items() if 0 < amount <= self.spared[key])


@dataclass(slots=True)
class _Undone:
    """What was credited to be billed again: invoices with all their credit notes, and months by contract."""

    invoices: set[UUID] = field(default_factory=set)
    months: dict[UUID, set[date]] = field(default_factory=lambda: defaultdict(set))


def _undone(contract_ids: Iterable[UUID]) -> _Undone:
    found = _Undone()
    rows = Covered.objects.filter(contract__in=list(contract_ids), released_at__isnull=False, invoice__isnull=False)
    for contract_id, invoice_id, key in rows.values_list("contract_id", "invoice_id", "key"):
        found.invoices.add(invoice_id)
        found.months[contract_id].update(keys_of([key]).months)
    return found


def _practitioners(
    contract_ids: Iterable[UUID],
    undone: _Undone,
    covered: Mapping[UUID, Mapping[str, Cover]],
    months: Iterable[date],
) -> dict[UUID, _Practitioners]:
    """What practitioners came to by contract, in one query.

    An invoice that was credited to be billed again is as if it had never been, with all its credit notes: together they
    come to nothing.
    """
    found: dict[UUID, _Practitioners] = defaultdict(_Practitioners)
    for contract_id, reopened in undone.months.items():
        found[contract_id].reopened |= reopened
    rows = (
        InvoiceLine.objects.filter(
            invoice__contract__in=list(contract_ids), kind=PriceKind.PRACTITIONER, month__in=list(months)
        )
        .annotate(whose=F("invoice__contract_id"), credited=F("invoice__credits_id"), by_hand=F("credits_id"))
        .values_list("whose", "invoice_id", "credited", "key", "by_hand", "council_id", "month", "net")
    )  # fmt: skip
    for contract_id, invoice_id, credited_id, key, by_hand, council_id, month, net in rows:
        if council_id is None or month is None:
            continue  # practitioners are always a council's, of a month
        practitioners, of = found[contract_id], (council_id, month)
        if invoice_id in undone.invoices or credited_id in undone.invoices:
            practitioners.reopened.add(month)
            continue
        cover = covered.get(contract_id, {}).get(month_key(month))
        asking = cover.invoice_id if cover and not key.startswith(USAGE) else None
        if by_hand is None:
            practitioners.billed[of] += -net if credited_id else net
            practitioners.asked[of] += net if asking == invoice_id else 0
        elif asking is not None and asking == credited_id:
            practitioners.spared[of] += net
    return found


def _creditable(contract_ids: Iterable[UUID]) -> dict[UUID, list[tuple[UUID, Decimal]]]:
    """What is left of each contract's invoices before tax, newest first. In one query."""
    found: dict[UUID, list[tuple[UUID, Decimal]]] = defaultdict(list)
    rows = (
        Invoice.objects.filter(contract__in=list(contract_ids), kind=DocumentKind.INVOICE)
        .annotate(credited=Sum("credit_notes__net", filter=Q(credit_notes__kind=DocumentKind.CREDIT_NOTE)))
        .order_by("-issued_on", "-sequence")
        .values_list("contract_id", "id", "net", "credited")
    )
    for contract_id, invoice_id, net, credited in rows:
        if net:
            found[contract_id].append((invoice_id, net - (credited or Decimal(0))))
    return found
