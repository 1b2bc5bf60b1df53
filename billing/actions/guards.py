"""What stands in the way of changing a contract: what is billed of it already, and another contract of a council's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final
from uuid import UUID

from django.db import connections

from billing import checks
from billing.errors import BadValue, NotThere
from billing.models import Contract, ContractCouncil, Covered
from billing.periods import DAY, Period, month_of
from tenants.context import SHARED_ALIAS

_MONTH: Final = re.compile(r"[0-9]{4}-[0-9]{2}")
_PLACES_LOCK: Final = 4_021_978


def locked_contract(contract_id: UUID) -> Contract:
    """A contract, until this unit of work is over nobody else's. Raises NotThere."""
    found = Contract.objects.select_for_update().filter(id=contract_id).first()
    if found is None:
        raise NotThere("There is no such contract.")
    return found


def contract_with_places(contract_id: UUID) -> Contract:
    """The same, where councils may come on it or stay longer: whoever does that waits for the places first.

    Else one who holds them waits for the contract of another who waits for them. Raises NotThere.
    """
    hold_places()
    return locked_contract(contract_id)


def billed_months(contract_id: UUID) -> tuple[date, ...]:
    """The months of a contract that are on an issued invoice, oldest first. A draft binds nobody."""
    keys = Covered.objects.filter(contract=contract_id, invoice__isnull=False, released_at=None)
    found = {key for key in keys.values_list("key", flat=True) if _MONTH.fullmatch(key)}
    return tuple(date(int(key[:4]), int(key[5:]), 1) for key in sorted(found))


def require_not_billed(contract_id: UUID, *, field: str, first: date, last: date | None = None, ends: bool) -> None:
    """Raises BadValue at `field` when a month in which something would change is billed. `ends`: it is a last day."""
    if last is not None and last < first:
        return
    months = billed_months(contract_id)
    touched = [month for month in months if month_of(month).last >= first and (last is None or month <= last)]
    if not touched:
        return
    end = month_of(months[-1]).last
    until = f"{checks.said(end)} or a later day" if ends else f"a day from {checks.said(end + DAY)} on"
    raise BadValue(field, f"{touched[0]:%B %Y} is billed already: credit that invoice first, or choose {until}.")


def hold_places() -> None:
    """Nobody else puts a council on a contract until this unit of work is over.

    Two who put one council on two contracts at once must not both succeed, and no row of theirs is common.
    """
    with connections[SHARED_ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PLACES_LOCK])


def place_period(place: ContractCouncil, contract: Contract) -> Period | None:
    """The days on which a council is on a contract; None when it left, or the contract ended, before it joined."""
    return _days_on(place, contract.starts_on, contract.ends_on)


def days_gained(contract: Contract, ends_on: date) -> list[tuple[ContractCouncil, Period]]:
    """The councils that are on a contract for longer when it goes on to a later day, and for which days.

    Not only those that stay to its last day: one that was to leave, or to join, after the contract was cut short is
    on it again.
    """
    found = []
    for place in ContractCouncil.objects.filter(contract=contract).order_by("id"):
        before = _days_on(place, contract.starts_on, contract.ends_on)
        after = _days_on(place, contract.starts_on, ends_on)
        if after and (before is None or after.last > before.last):
            found.append((place, after if before is None else Period(before.last + DAY, after.last)))
    return found


def _days_on(place: ContractCouncil, starts_on: date, ends_on: date) -> Period | None:
    first, last = max(place.starts_on, starts_on), min(place.ends_on or ends_on, ends_on)
    return Period(first, last) if first <= last else None


def overlap_of(council_id: UUID, days: Period, *, but: Iterable[UUID] = ()) -> ContractCouncil | None:
    """Where a council is on a contract already on one of these days; `but` are places that do not count."""
    places = ContractCouncil.objects.filter(council_id=council_id, starts_on__lte=days.last).exclude(id__in=list(but))
    for place in places.select_related("contract").order_by("starts_on"):
        period = place_period(place, place.contract)
        if period and period.within(days):
            return place
    return None


def require_no_overlap(council_id: UUID, days: Period, *, field: str, but: Iterable[UUID] = ()) -> None:
    """Raises BadValue when the council is on a contract already, this one or another, on one of these days."""
    place = overlap_of(council_id, days, but=but)
    period = place_period(place, place.contract) if place else None
    if place and period:
        until = f"from {checks.said(period.first)} to {checks.said(period.last)}"
        raise BadValue(field, f"{place.name} is on contract {place.contract.reference} {until}: end that first.")
