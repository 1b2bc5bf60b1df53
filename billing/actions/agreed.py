"""What was agreed beside a contract's prices: discounts, what is charged once, and purchase orders."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import IntegrityError, transaction

from billing import checks
from billing.actions.guards import locked_contract, require_not_billed
from billing.choices import PriceKind
from billing.errors import BadValue, NotPossible, NotThere
from billing.models import Charge, ContractCouncil, Covered, Discount, PurchaseOrder
from billing.periods import DAY, add_months
from tenants.context import SHARED_ALIAS

ONCE: Final = (PriceKind.SETUP, PriceKind.TRAINING, PriceKind.OTHER)
MOST_PIECES: Final = Decimal("99999.99")
MOST_CHARGE: Final = Decimal("99999999.99")
MONTHS_BEFORE: Final = 12
"""Setting up is done before a contract begins, but not years before."""


@transaction.atomic(using=SHARED_ALIAS)
def add_discount(
    *, contract_id: UUID, kind: str = "", percent: Decimal, from_on: date, until_on: date | None = None, reason: str
) -> Discount:
    """Take per cent off one kind of price, or off all (`kind` empty). Raises BadValue, NotThere."""
    contract = locked_contract(contract_id)
    checks.one_of("kind", kind, ["", *PriceKind.values], "Choose what it is on.")
    share = checks.share("percent", percent)
    checks.days("from_on", from_on, "until_on", until_on, "the discount")
    why = checks.line("reason", reason, most=200, missing="Say why: it stands on the invoice.")
    if from_on > contract.ends_on:
        raise BadValue("from_on", f"The contract ends on {checks.said(contract.ends_on)}, before this begins.")
    require_not_billed(contract.id, field="from_on", first=from_on, last=until_on, ends=False)
    return Discount.objects.create(
        contract=contract, kind=kind, percent=share, from_on=from_on, until_on=until_on, reason=why
    )


@transaction.atomic(using=SHARED_ALIAS)
def end_discount(*, discount_id: UUID, until_on: date) -> Discount | None:
    """End a discount: `until_on` is its last day. One that ends before it began is taken back whole: None.

    Raises BadValue where that changes what is billed, NotThere.
    """
    found = Discount.objects.filter(id=discount_id).first()
    if found is None:
        raise NotThere("There is no such discount.")
    contract = locked_contract(found.contract_id)
    discount = Discount.objects.filter(id=discount_id).first()
    if discount is None:
        raise NotThere("There is no such discount.")
    checks.day("until_on", until_on)
    if discount.until_on and until_on > discount.until_on:
        last = checks.said(discount.until_on)
        raise BadValue("until_on", f"It ends on {last} already: choose that day or an earlier one.")
    changed = max(until_on + DAY, discount.from_on)
    require_not_billed(contract.id, field="until_on", first=changed, last=discount.until_on, ends=True)
    if until_on < discount.from_on:
        discount.delete()
        return None
    discount.until_on = until_on
    discount.save(update_fields=["until_on"])
    return discount


@transaction.atomic(using=SHARED_ALIAS)
def add_charge(
    *, contract_id: UUID, kind: str, description: str, on: date, quantity: Decimal,
    agreed_price: Decimal | None = None, council: UUID | None = None, at: datetime,
) -> Charge:  # fmt: skip
    """Charge something once, in the month of its day. `council` is a ContractCouncil's id. Raises BadValue, NotThere.

    Without an agreed price the book's holds; what a book has no price for needs one.
    """
    contract = locked_contract(contract_id)
    checks.one_of("kind", kind, [str(one) for one in ONCE], "Choose what is billed.")
    words = checks.line("description", description, most=200, missing="Enter what the invoice says.")
    pieces = checks.quantity("quantity", quantity, most=MOST_PIECES)
    if agreed_price is not None:
        agreed_price = checks.amount("agreed_price", agreed_price)
        if pieces * agreed_price > MOST_CHARGE:
            raise BadValue("agreed_price", "So many at this price are more than any council is billed.")
    elif kind == PriceKind.OTHER:
        raise BadValue("agreed_price", "Enter the agreed price: the price book has none for this.")
    checks.day("on", on)
    if not add_months(contract.starts_on, -MONTHS_BEFORE) <= on <= contract.ends_on:
        days = f"from {checks.said(contract.starts_on)} to {checks.said(contract.ends_on)}"
        raise BadValue("on", f"The contract runs {days}: choose a day of that, or of the year before.")
    if council and not ContractCouncil.objects.filter(id=council, contract=contract).exists():
        raise BadValue("council", "Choose a council of this contract.")
    return Charge.objects.create(
        contract=contract, council_id=council, kind=kind, description=words, on=on, quantity=pieces,
        agreed_price=agreed_price, created_at=at,
    )  # fmt: skip


@transaction.atomic(using=SHARED_ALIAS)
def cancel_charge(*, charge_id: UUID, at: datetime) -> Charge:
    """Do not bill something after all. Again changes nothing. Raises NotPossible once it is billed, NotThere."""
    found = Charge.objects.filter(id=charge_id).first()
    if found is None:
        raise NotThere("There is no such charge.")
    contract = locked_contract(found.contract_id)
    charge = Charge.objects.get(id=charge_id)
    if charge.cancelled_at:
        return charge
    billed = Covered.objects.filter(
        contract=contract, key=f"charge {charge.id}", invoice__isnull=False, released_at=None
    ).select_related("invoice")
    cover = billed.first()
    if cover and cover.invoice:
        raise NotPossible(f"It is billed on {cover.invoice.number}: credit it there.")
    charge.cancelled_at = at
    charge.save(update_fields=["cancelled_at"])
    return charge


@transaction.atomic(using=SHARED_ALIAS)
def add_order(
    *, contract_id: UUID, number: str, value: Decimal | None = None, valid_from: date, valid_until: date | None = None
) -> PurchaseOrder:
    """Note a customer's purchase order; `value` is before tax, None has no limit. Raises BadValue, NotThere."""
    contract = locked_contract(contract_id)
    text = checks.line("number", number, most=40, missing="Enter the order's number.")
    if value is not None and checks.amount("value", value) == 0:
        raise BadValue("value", "Enter an amount above zero, or none where it has no limit.")
    checks.days("valid_from", valid_from, "valid_until", valid_until, "the order")
    try:
        with transaction.atomic(using=SHARED_ALIAS):
            return PurchaseOrder.objects.create(
                contract=contract, number=text, value=value, valid_from=valid_from, valid_until=valid_until
            )
    except IntegrityError as error:
        raise BadValue("number", "This contract has an order of this number already.") from error


@transaction.atomic(using=SHARED_ALIAS)
def close_order(*, order_id: UUID, at: datetime) -> PurchaseOrder:
    """Bill on a purchase order no more. Again changes nothing. Raises NotThere."""
    found = PurchaseOrder.objects.filter(id=order_id).first()
    if found is None:
        raise NotThere("There is no such purchase order.")
    locked_contract(found.contract_id)
    order = PurchaseOrder.objects.get(id=order_id)
    if order.closed_at is None:
        order.closed_at = at
        order.save(update_fields=["closed_at"])
    return order
