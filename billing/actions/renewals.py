"""What a contract's dates ask for: renewing where no notice came, and telling finance in time, once.

Both may be done as often as one likes: what is renewed is not due, and what was told is not told again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from billing.actions.contracts import notice_by
from billing.actions.guards import billed_months, days_gained, hold_places, overlap_of
from billing.choices import ToldOf
from billing.models import Contract, ContractNotice
from billing.periods import DAY, MONTHS, add_months
from billing.queries.orders import orders_left
from tenants.context import SHARED_ALIAS

BEFORE_NOTICE: Final = timedelta(days=30)
BEFORE_END: Final = timedelta(days=60)
TOLD_LATE: Final = timedelta(days=120)
"""What ended or renewed longer ago is told no more: a contract that was entered afterwards had nobody to tell."""
LOW: Final = 10
"""An order is low when less than a tenth of it is left."""
MOST_RENEWALS: Final = 240


@dataclass(frozen=True, slots=True)
class Due:
    """What finance is to be told of a contract. `about` tells it from the same kind another time; `on` is its day."""

    contract_id: UUID
    reference: str
    customer: str
    kind: ToldOf
    about: str
    on: date


@dataclass(frozen=True, slots=True)
class Renewed:
    """A contract that was renewed, and until when it went and goes."""

    contract_id: UUID
    reference: str
    customer: str
    ended_on: date
    ends_on: date


@transaction.atomic(using=SHARED_ALIAS)
def renew_due(on: date, *, entity_id: UUID | None = None) -> tuple[Renewed, ...]:
    """Renew what has run out by `on` without notice; of one entity or of all.

    One whose council is on another contract since, or whose last month was billed in part, is not renewed:
    `notices_due` says so.
    """
    due = Contract.objects.filter(ends_on__lt=on, renews_months__gt=0, notice_given_on=None)
    if entity_id:
        due = due.filter(entity=entity_id)
    if not due.exists():
        return ()
    hold_places()  # before any contract, as everybody does; and these in one order and at once, as runs do
    contracts = list(due.select_for_update(of=("self",)).select_related("customer").order_by("id"))
    done = (_renew(contract, on) for contract in sorted(contracts, key=lambda one: (one.ends_on, one.id)))
    return tuple(renewed for renewed in done if renewed)


def renewed_until(contract: Contract) -> date:
    """The last day of a contract's next term: counted from its first day, so that 29 February comes back."""
    after = contract.ends_on + DAY
    begun = contract.starts_on
    months = (after.year - begun.year) * MONTHS + after.month - begun.month
    if add_months(begun, months) == after:
        return add_months(begun, months + contract.renews_months) - DAY
    return add_months(after, contract.renews_months) - DAY


def notices_due(on: date, *, entity_id: UUID | None = None) -> tuple[Due, ...]:
    """What finance is to be told on a day and was not told yet, by contract."""
    contracts = Contract.objects.filter(ends_on__gte=on - TOLD_LATE).select_related("customer")
    if entity_id:
        contracts = contracts.filter(entity=entity_id)
    found = [due for contract in contracts.order_by("reference") for due in _by_dates(contract, on)]
    found += _low_orders({contract.id: contract for contract in contracts}, on)
    told = set(
        ContractNotice.objects.filter(contract__in={due.contract_id for due in found}).values_list(
            "contract_id", "kind", "about"
        )
    )
    return tuple(due for due in found if (due.contract_id, due.kind.value, due.about) not in told)


@transaction.atomic(using=SHARED_ALIAS)
def note_told(*, contract_id: UUID, kind: str, about: str, on: date) -> bool:
    """Note that finance was told. False where it was told already: whoever notes it first tells it."""
    _notice, is_new = ContractNotice.objects.get_or_create(
        contract_id=contract_id, kind=kind, about=about, defaults={"on": on}
    )
    return is_new


def _renew(contract: Contract, on: date) -> Renewed | None:
    """Let a locked contract go on, as many terms as have run out."""
    ended_on = contract.ends_on
    for _term in range(MOST_RENEWALS):
        if contract.ends_on >= on or hinders_renewal(contract):
            break
        contract.ends_on = renewed_until(contract)
    if contract.ends_on == ended_on:
        return None
    contract.save(update_fields=["ends_on"])
    return Renewed(contract.id, contract.reference, contract.customer.name, ended_on, contract.ends_on)


def hinders_renewal(contract: Contract) -> bool:
    """Whether the next term can't be added: a council is elsewhere in it, or its first days' month is billed."""
    if (contract.ends_on + DAY).replace(day=1) in billed_months(contract.id):
        return True
    gained = days_gained(contract, renewed_until(contract))
    return any(overlap_of(place.council_id, days, but=[place.id]) for place, days in gained)


def _by_dates(contract: Contract, on: date) -> Iterator[Due]:
    name = contract.customer.name
    end = contract.ends_on
    renews = contract.renews_months > 0 and contract.notice_given_on is None
    if renews:
        last = notice_by(contract)
        if last - BEFORE_NOTICE <= on <= last:
            yield Due(contract.id, contract.reference, name, ToldOf.NOTICE_SOON, f"{last}", last)
        if end < on:
            yield Due(contract.id, contract.reference, name, ToldOf.NOT_RENEWED, f"{end}", end)
    elif end - BEFORE_END <= on <= end:
        yield Due(contract.id, contract.reference, name, ToldOf.ENDS_SOON, f"{end}", end)
    elif end < on:
        yield Due(contract.id, contract.reference, name, ToldOf.ENDED, f"{end}", end)


def _low_orders(contracts: dict[UUID, Contract], on: date) -> list[Due]:
    found = []
    for contract_id, orders in orders_left(contracts).items():
        contract = contracts[contract_id]
        for order in orders:
            if order.holds_on(on) and order.value and order.left is not None and order.left * LOW < order.value:
                about = order.number
                found.append(Due(contract_id, contract.reference, contract.customer.name, ToldOf.ORDER_LOW, about, on))
    return found
