"""Contracts and the councils on them. A day is one of the company that bills."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from billing.actions import agreed
from billing.actions import contracts as billing
from billing.models import Charge, Contract, ContractCouncil, Discount, PurchaseOrder
from billing.queries.balances import local_day
from console.choices import Permission
from console.policies import require
from console.queries.operators import OperatorRef
from core import clock
from core.audit.actions import record
from tenants.context import SHARED_ALIAS


@transaction.atomic(using=SHARED_ALIAS)
def create_contract(*, by: OperatorRef, **said: Any) -> Contract:
    """Make a contract; `said` as billing's action asks. Raises NotPermitted, BadValue."""
    require(by, Permission.FINANCE)
    contract = billing.create_contract(**said, by=by.id, at=clock.now())
    record("console.contract.made", by=by, subject=contract, detail=_dates(contract))
    return contract


@transaction.atomic(using=SHARED_ALIAS)
def change_contract(*, contract_id: UUID, by: OperatorRef, **said: Any) -> Contract:
    """Change the terms of what is not billed yet. Raises NotPermitted, NotThere, BadValue."""
    require(by, Permission.FINANCE)
    contract = billing.change_contract(contract_id=contract_id, **said)
    record("console.contract.changed", by=by, subject=contract, detail={"billed_every": contract.billed_every})
    return contract


@transaction.atomic(using=SHARED_ALIAS)
def end_contract(*, contract_id: UUID, ends_on: date, by: OperatorRef) -> Contract:
    """End a contract on a day. Raises NotPermitted, NotThere, BadValue."""
    require(by, Permission.FINANCE)
    contract = billing.end_contract(contract_id=contract_id, ends_on=ends_on, on=_today(contract_id))
    record("console.contract.ended", by=by, subject=contract, detail=_dates(contract))
    return contract


@transaction.atomic(using=SHARED_ALIAS)
def extend_contract(*, contract_id: UUID, ends_on: date, by: OperatorRef) -> Contract:
    """Let a contract go on to a later day. Raises NotPermitted, NotThere, BadValue."""
    require(by, Permission.FINANCE)
    contract = billing.extend_contract(contract_id=contract_id, ends_on=ends_on)
    record("console.contract.extended", by=by, subject=contract, detail=_dates(contract))
    return contract


@transaction.atomic(using=SHARED_ALIAS)
def give_notice(*, contract_id: UUID, on: date, by: OperatorRef) -> Contract:
    """Note that notice was given on a day. Raises NotPermitted, NotThere, NotPossible, BadValue."""
    require(by, Permission.FINANCE)
    contract = billing.give_notice(contract_id=contract_id, given_on=on, on=_today(contract_id))
    record("console.contract.notice_given", by=by, subject=contract, detail={"given_on": on.isoformat()})
    return contract


@transaction.atomic(using=SHARED_ALIAS)
def take_notice_back(*, contract_id: UUID, by: OperatorRef) -> Contract:
    """Notice was taken back: it renews again. Raises NotPermitted, NotThere, NotPossible."""
    require(by, Permission.FINANCE)
    contract = billing.take_notice_back(contract_id=contract_id, on=_today(contract_id))
    record("console.contract.notice_taken_back", by=by, subject=contract)
    return contract


@transaction.atomic(using=SHARED_ALIAS)
def add_council(
    *, contract_id: UUID, council_id: UUID, name: str, population: int, is_dedicated: bool = False, starts_on: date,
    by: OperatorRef,
) -> ContractCouncil:  # fmt: skip
    """Put a council on a contract. Raises NotPermitted, NotThere, BadValue."""
    require(by, Permission.FINANCE)
    place = billing.add_council(
        contract_id=contract_id, council_id=council_id, name=name, population=population, is_dedicated=is_dedicated,
        starts_on=starts_on,
    )  # fmt: skip
    detail = {"council": str(council_id), "starts_on": place.starts_on.isoformat(), "population": population}
    record("console.contract.council_added", by=by, subject=place.contract, detail=detail)
    return place


@transaction.atomic(using=SHARED_ALIAS)
def remove_council(*, contract_council_id: UUID, on: date, by: OperatorRef) -> ContractCouncil:
    """Take a council off a contract; `on` is its last day. Raises NotPermitted, NotThere, BadValue."""
    require(by, Permission.FINANCE)
    place = billing.remove_council(place_id=contract_council_id, ends_on=on)
    detail = {"council": str(place.council_id), "ends_on": on.isoformat()}
    record("console.contract.council_removed", by=by, subject=place.contract, detail=detail)
    return place


@transaction.atomic(using=SHARED_ALIAS)
def add_discount(*, contract_id: UUID, by: OperatorRef, **said: Any) -> Discount:
    """Agree a discount; `said` as billing's action asks. Raises NotPermitted, NotThere, BadValue."""
    require(by, Permission.FINANCE)
    discount = agreed.add_discount(contract_id=contract_id, **said)
    detail = {"discount": str(discount.id), "percent": str(discount.percent), "kind": discount.kind}
    record("console.contract.discount_added", by=by, subject=discount.contract, detail=detail)
    return discount


@transaction.atomic(using=SHARED_ALIAS)
def end_discount(*, discount_id: UUID, until_on: date, by: OperatorRef) -> Discount | None:
    """End a discount; None where it is taken back before it began. Raises NotPermitted, NotThere, BadValue."""
    require(by, Permission.FINANCE)
    discount = agreed.end_discount(discount_id=discount_id, until_on=until_on)
    detail = {"discount": str(discount_id), "until_on": until_on.isoformat()}
    record("console.contract.discount_ended", by=by, subject=discount.contract if discount else None, detail=detail)
    return discount


@transaction.atomic(using=SHARED_ALIAS)
def add_charge(*, contract_id: UUID, by: OperatorRef, **said: Any) -> Charge:
    """Have something billed once; `said` as billing's action asks. Raises NotPermitted, NotThere, BadValue."""
    require(by, Permission.FINANCE)
    charge = agreed.add_charge(contract_id=contract_id, **said, at=clock.now())
    detail = {"charge": str(charge.id), "kind": charge.kind, "quantity": str(charge.quantity)}
    if charge.agreed_price is not None:
        detail["agreed_price"] = str(charge.agreed_price)
    record("console.contract.charge_added", by=by, subject=charge.contract, detail=detail)
    return charge


@transaction.atomic(using=SHARED_ALIAS)
def cancel_charge(*, charge_id: UUID, by: OperatorRef) -> Charge:
    """Have a charge billed no more. Raises NotPermitted, NotThere, NotPossible."""
    require(by, Permission.FINANCE)
    charge = agreed.cancel_charge(charge_id=charge_id, at=clock.now())
    record("console.contract.charge_cancelled", by=by, subject=charge.contract, detail={"charge": str(charge_id)})
    return charge


@transaction.atomic(using=SHARED_ALIAS)
def add_order(*, contract_id: UUID, by: OperatorRef, **said: Any) -> PurchaseOrder:
    """Enter a purchase order; `said` as billing's action asks. Raises NotPermitted, NotThere, BadValue."""
    require(by, Permission.FINANCE)
    order = agreed.add_order(contract_id=contract_id, **said)
    detail = {"order": str(order.id), "value": "" if order.value is None else str(order.value)}
    record("console.contract.order_added", by=by, subject=order.contract, detail=detail)
    return order


@transaction.atomic(using=SHARED_ALIAS)
def close_order(*, order_id: UUID, by: OperatorRef) -> PurchaseOrder:
    """Have nothing more billed on a purchase order. Raises NotPermitted, NotThere."""
    require(by, Permission.FINANCE)
    order = agreed.close_order(order_id=order_id, at=clock.now())
    record("console.contract.order_closed", by=by, subject=order.contract, detail={"order": str(order_id)})
    return order


def _today(contract_id: UUID) -> date:
    zone = Contract.objects.filter(id=contract_id).values_list("entity__time_zone", flat=True).first()
    return local_day(clock.now(), zone or "UTC")


def _dates(contract: Contract) -> dict[str, str]:
    return {"starts_on": contract.starts_on.isoformat(), "ends_on": contract.ends_on.isoformat()}
