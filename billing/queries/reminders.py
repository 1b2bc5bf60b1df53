"""Which steps of reminding are due, and whom finance has to ring."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Max

from billing.choices import DeliveryKind, DeliveryState
from billing.models import CallMade, Contact, Delivery, LegalEntity, Reminder
from billing.queries.balances import NOTHING, OpenInvoice, credits_of, open_invoices


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A step that is due for an invoice, counted from 1. `is_last`: finance rings, and no letter goes out."""

    invoice_id: UUID
    number: str
    customer_id: UUID
    step: int
    is_last: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Someone to ring, or to write to where no number is known."""

    name: str
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class Rung:
    """That somebody rang a customer: when, who, and from which day on they are to be rung again."""

    on: date
    by_id: UUID | None
    again_on: date


@dataclass(frozen=True, slots=True)
class Call:
    """A customer to ring: for which overdue invoices, since when the first of them asks for it, and whom to ask for.

    `credit` is what came in and is for no invoice yet: where there is some, allocate it before ringing. `last` is the
    newest call that was made.
    """

    customer_id: UUID
    customer_name: str
    entity_id: UUID
    entity_name: str
    currency: str
    since: date
    invoices: tuple[OpenInvoice, ...]
    open: Decimal
    credit: Decimal
    people: tuple[Person, ...]
    last: Rung | None = None


@dataclass(frozen=True, slots=True)
class Calls:
    """Whom to ring now, and who was rung and is to be rung again later. The longest waiting first."""

    now: tuple[Call, ...]
    later: tuple[Call, ...]


def due_reminders(
    entity: LegalEntity, on: date, *, invoice_ids: Iterable[UUID] | None = None
) -> tuple[DueReminder, ...]:
    """The steps that are due with an entity on a day: of each overdue invoice the last that its days have reached.

    None for what was never sent, and none for a customer whose credit would settle all that is overdue: then it is
    ours to send or to allocate it. Six statements, which of one customer's invoices read that customer's money alone.
    """
    steps = sorted(entity.reminder_days)
    overdue = _overdue(on, entity.id, ids=invoice_ids)
    late = dict.fromkeys((one.customer_id for one in overdue), NOTHING)
    if not late:
        return ()
    only = next(iter(late)) if len(late) == 1 else None
    credit = _credit_by_customer(entity.id, only)
    was_sent = sent_of(one.id for one in overdue)
    for one in open_invoices(on=on, entity_id=entity.id, customer_id=only):
        if one.days_late and one.customer_id in late:
            late[one.customer_id] += one.open
    taken = _last_steps(one.id for one in overdue)
    found = []
    for one in overdue:
        if one.id not in was_sent:
            continue
        step = sum(days <= one.days_late for days in steps)
        if step > taken.get(one.id, 0) and credit.get(one.customer_id, NOTHING) < late[one.customer_id]:
            found.append(DueReminder(one.id, one.number, one.customer_id, step, is_last=step == len(steps)))
    return tuple(found)


def never_sent(on: date) -> tuple[OpenInvoice, ...]:
    """What is overdue and reached nobody: it is sent before anybody is asked for it. `on` is today. Two statements."""
    overdue = _overdue(on)
    was_sent = sent_of(one.id for one in overdue)
    return tuple(one for one in overdue if one.id not in was_sent)


def sent_of(invoice_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Those of these invoices that reached somebody: by mail, or over the network. One statement."""
    rows = Delivery.objects.filter(
        invoice_id__in=list(invoice_ids), kind=DeliveryKind.INVOICE, state=DeliveryState.SENT
    )
    return frozenset(one for one in rows.values_list("invoice_id", flat=True) if one)


def calls_to_make(on: date, *, entity_id: UUID | None = None, customer_id: UUID | None = None) -> tuple[Call, ...]:
    """Whom finance has to ring now. As `calls`."""
    return calls(on, entity_id=entity_id, customer_id=customer_id).now


def calls(on: date, *, entity_id: UUID | None = None, customer_id: UUID | None = None) -> Calls:
    """Whom finance has to ring: who was asked in every step, or whom no letter could be sent. Who was rung is left in
    peace until the day that was noted then. `on` is today. Five statements and two a company, however many there are.
    """
    entities = {one.id: one for one in LegalEntity.objects.all()}
    overdue = _overdue(on, entity_id, customer_id)
    since = _since(overdue, entities)
    asked = [one for one in overdue if one.id in since]
    credit = {one: _credit_by_customer(one, customer_id) for one in {one.entity_id for one in asked}}
    people = _people({one.customer_id for one in asked})
    rung = _rung({one.customer_id for one in asked})
    by_account: dict[tuple[UUID, UUID], list[OpenInvoice]] = {}
    for one in asked:
        by_account.setdefault((one.customer_id, one.entity_id), []).append(one)
    found = [
        Call(
            customer_id=customer, customer_name=theirs[0].customer_name, entity_id=entity,
            entity_name=entities[entity].name, currency=theirs[0].currency, since=min(since[one.id] for one in theirs),
            invoices=tuple(theirs), open=sum((one.open for one in theirs), NOTHING),
            credit=credit[entity].get(customer, NOTHING), people=people.get(customer, ()),
            last=rung.get((customer, entity)),
        )
        for (customer, entity), theirs in by_account.items()
    ]  # fmt: skip
    found.sort(key=lambda one: (one.since, one.customer_name.casefold()))
    now = [one for one in found if one.last is None or one.last.again_on <= on]
    return Calls(tuple(now), tuple(one for one in found if one.last and one.last.again_on > on))


def _overdue(
    on: date, entity_id: UUID | None = None, customer_id: UUID | None = None, *, ids: Iterable[UUID] | None = None
) -> list[OpenInvoice]:
    rows = open_invoices(on=on, entity_id=entity_id, customer_id=customer_id, ids=ids)
    return [one for one in rows if one.days_late]


def _rung(customer_ids: Iterable[UUID]) -> dict[tuple[UUID, UUID], Rung]:
    """The newest call to each of these customers, by customer and company."""
    rows = CallMade.objects.filter(customer_id__in=list(customer_ids)).order_by("at")
    return {(one.customer_id, one.entity_id): Rung(one.on, one.by_id, one.again_on) for one in rows}


def _since(overdue: Iterable[OpenInvoice], entities: dict[UUID, LegalEntity]) -> dict[UUID, date]:
    """From which day on each of these invoices asks for a call; those that do not are left out."""
    entity_of = {one.id: one.entity_id for one in overdue}
    found: dict[UUID, date] = {}
    for one in Reminder.objects.filter(invoice_id__in=list(entity_of)).order_by("step"):
        is_last = one.step >= len(entities[entity_of[one.invoice_id]].reminder_days)
        if is_last or one.delivery_id is None:
            found.setdefault(one.invoice_id, one.on)
    return found


def _last_steps(invoice_ids: Iterable[UUID]) -> dict[UUID, int]:
    rows = Reminder.objects.filter(invoice_id__in=list(invoice_ids)).order_by().values_list("invoice_id")
    return dict(rows.annotate(last=Max("step")))


def _credit_by_customer(entity_id: UUID, customer_id: UUID | None = None) -> dict[UUID, Decimal]:
    """What is left over of each customer's money, or of one's alone."""
    found: dict[UUID, Decimal] = {}
    for one in credits_of(entity_id=entity_id, customer_id=customer_id):
        found[one.customer_id] = found.get(one.customer_id, NOTHING) + one.left
    return found


def _people(customer_ids: Iterable[UUID]) -> dict[UUID, tuple[Person, ...]]:
    found: dict[UUID, tuple[Person, ...]] = {}
    rows = Contact.objects.filter(customer_id__in=list(customer_ids), ended_at=None).order_by("-gets_reminders", "name")
    for one in rows:
        found[one.customer_id] = (*found.get(one.customer_id, ()), Person(one.name, one.phone, one.email))
    return found
