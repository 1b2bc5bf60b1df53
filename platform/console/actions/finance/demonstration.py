"""A demonstration's money: made by the actions that finance uses, on days in the past, by an invented finance operator.

Six months are counted; all but the last are issued. What is paid, in part, late or open,
`console.samples` says.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from billing.actions import agreed, contracts, delivery, drafting, issuing, parties, payments, prices, runs, usage
from billing.choices import Source
from billing.models import Contract, ContractCouncil, Draft, Invoice, LegalEntity, Payment, PriceBook
from billing.money import to_penny, written
from billing.periods import DAY, add_months, month_of
from billing.queries.balances import open_invoices
from console.models import Council, Operator
from console.samples import SampleContract, SampleMoney, read_money
from core import clock
from core.audit.actions import record
from tenants.context import shared

ACTOR: Final = "command:load_billing"
BY: Final = "Fola Finance"
MONTHS: Final = 6
LATE_FOR: Final = 10
"""Days by which one invoice is overdue: its first reminder is due, and no other."""
PAID_AFTER: Final = timedelta(days=12)
AT_NOON: Final = time(12)


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much there is of each."""

    contracts: int
    invoices: int
    payments: int


def load_money() -> Loaded:
    """Make what is not there yet, for those of the demonstration's councils that this console knows. Outside of scopes.

    An entity's months are drafted by runs, as finance would; one that has invoices is left as it is. Raises ValueError
    outside of a demonstration.
    """
    if settings.MODE != "demo":
        raise ValueError("Invented money is loaded in demo mode alone: PATCHWORK_MODE is not demo.")
    money = read_money()
    with shared(actor=ACTOR):
        by = Operator.objects.filter(name=BY).values_list("id", flat=True).first()
        known = dict(
            Council.objects.filter(name__in=[one.council for one in money.contracts]).values_list("name", "id")
        )
        for values in money.entities:
            entity = LegalEntity.objects.filter(code=values["code"]).first() or parties.save_entity(values=values)
            _publish(entity, money, by)
        for one in money.contracts:
            if one.council in known and not ContractCouncil.objects.filter(council_id=known[one.council]).exists():
                _agree(one, known[one.council], money.how, by)
                record("console.contract.made", by=None, detail={"council": one.council})
    for values in money.entities:
        with shared(actor=ACTOR):
            entity = LegalEntity.objects.get(code=values["code"])
            is_new = not Invoice.objects.filter(entity=entity).exists()
        if is_new:
            _bill(entity, money, by)
    with shared(actor=ACTOR):
        return Loaded(Contract.objects.count(), Invoice.objects.count(), Payment.objects.count())


def sample_bank_file() -> bytes:
    """A bank's file of the British company: what pays an open invoice surely, what may, and what is nobody's."""
    with shared(actor=ACTOR):
        entity = LegalEntity.objects.get(code=read_money().entities[0]["code"])
        today = _today(entity)
        waiting = open_invoices(on=today, entity_id=entity.id)
    rows: list[tuple[str, str, str, Decimal]] = []
    for number, one in enumerate(waiting):
        if number % 2:
            rows.append((today.strftime("%d/%m/%Y"), one.customer_name.upper(), one.number, one.open))
        else:
            rows.append((today.strftime("%d/%m/%Y"), one.customer_name.upper(), "PATCHWORK INVOICE", one.open - 10))
    rows.append((today.strftime("%d/%m/%Y"), "A TRADER", "REFUND 1182", Decimal("48.20")))
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["Date", "Name", "Reference", "Paid in", "Paid out"])
    writer.writerows((day, name, said, f"{amount:.2f}", "") for day, name, said, amount in rows)
    return out.getvalue().encode()


def _publish(entity: LegalEntity, money: SampleMoney, by: UUID | None) -> None:
    """A book for last year and one for this."""
    today = _today(entity)
    for number, year in enumerate((today.year - 1, today.year)):
        first = date(year, 1, 1)
        name = f"Prices {year}"
        if PriceBook.objects.filter(currency=entity.currency, name=name).exists():
            continue
        factor = money.dearer**number
        bands = {
            kind: {start: to_penny(amount * factor) for start, amount in ones.items()}
            for kind, ones in money.prices[entity.currency].items()
        }
        prices.publish_book(
            currency=entity.currency, name=name, valid_from=first, prices=bands, group_discounts=money.group_discounts,
            note="Made up for this demonstration.", by=by, at=_noon(entity, first - DAY), on=first - DAY,
        )  # fmt: skip


def _agree(one: SampleContract, council_id: UUID, how: str, by: UUID | None) -> None:
    """The customer, the contract of a year, and what was counted of the months that are over."""
    entity = LegalEntity.objects.get(code=one.entity)
    first = _first_month(entity)
    at = _noon(entity, first - timedelta(days=20))
    customer = parties.save_customer(values=one.customer, at=at)
    parties.add_contact(customer_id=customer.id, **one.contact)
    contract = contracts.create_contract(
        customer=customer.id, entity=entity.id, reference=f"C-{first.year}-{one.council[:3].upper()}",
        starts_on=first, ends_on=add_months(first, 12) - DAY, payment_days=one.payment_days,
        councils=[contracts.Joining(council_id, one.council, one.population)], by=by, at=at,
    )  # fmt: skip
    if one.order:
        agreed.add_order(contract_id=contract.id, number=one.order, value=Decimal("60000.00"), valid_from=first)
    for number, count in enumerate(one.counts):
        month = month_of(add_months(first, number))
        usage.take_reading(
            council_id=council_id, month=month.first, count=count, how=how, source=Source.HAND, counted_on=month.last,
            by=by, at=_noon(entity, month.last + DAY),
        )  # fmt: skip


def _bill(entity: LegalEntity, money: SampleMoney, by: UUID | None) -> None:
    """A run a month, up to the month before last: reviewed, issued and mostly paid."""
    first, today = _first_month(entity), _today(entity)
    for number in range(MONTHS - 1):
        month = add_months(first, number)
        is_newest = number == MONTHS - 2
        day = today - timedelta(days=14 + LATE_FOR) if is_newest else add_months(month, 1) + timedelta(days=2)
        now = _noon(entity, day)
        with shared(actor=ACTOR):
            run = runs.start_run(entity_id=entity.id, month=month, is_dry=False, by=by, at=now)
        runs.work_run(run.id, partial(_at, now))
        with shared(actor=ACTOR):
            drafting.review_run(run_id=run.id, by=by, at=now)
            ready = Draft.objects.filter(run=run, issued=None, reviewed_at__isnull=False).order_by("customer__name")
            for draft_id in list(ready.values_list("id", flat=True)):
                invoice = issuing.issue(draft_id=draft_id, on=day, by=by, at=now)
                _say_sent(invoice, by, now)
                wanted = next(one.newest for one in money.contracts if one.customer["name"] == invoice.customer.name)
                _pay(entity, invoice, newest=wanted if is_newest else "", today=today, by=by)


def _say_sent(invoice: Invoice, by: UUID | None, at: datetime) -> None:
    """It counts as sent, though nothing of a demonstration goes out: what was not sent is never asked for."""
    for sending in delivery.queue_invoice(invoice_id=invoice.id, by=by, at=at):
        delivery.note_sent(delivery_id=sending.id, proof={}, at=at)


def _pay(entity: LegalEntity, invoice: Invoice, *, newest: str, today: date, by: UUID | None) -> None:
    """What came in for an invoice: all of an older one, of the newest half or nothing, as the sample says."""
    amount = invoice.gross
    if newest:
        if newest != "part":
            return
        amount = to_penny(invoice.gross / 2)
    on = min(invoice.issued_on + PAID_AFTER, today)
    said: dict[str, Any] = {"reference": invoice.number, "by": by, "at": _noon(entity, on)}
    payments.record_payment(
        entity_id=entity.id, customer_id=invoice.customer_id, received_on=on, amount=amount,
        allocations={invoice.id: amount}, note=f"{written(amount, invoice.currency)} by transfer", **said,
    )  # fmt: skip


def _first_month(entity: LegalEntity) -> date:
    return add_months(_today(entity).replace(day=1), -MONTHS)


def _today(entity: LegalEntity) -> date:
    return clock.now().astimezone(ZoneInfo(entity.time_zone)).date()


def _noon(entity: LegalEntity, day: date) -> datetime:
    """The middle of a day of the entity's, or now where that is still to come."""
    return min(datetime.combine(day, AT_NOON, ZoneInfo(entity.time_zone)), clock.now())


def _at(now: datetime) -> datetime:
    return now
