"""Sending invoices, reminders and statements: what is to go to whom, and what came of it.

A row here is one sending to one address. Whoever calls puts each row into an outbox in the same transaction;
`billing.actions.sending` composes it when its turn comes. What was sent is never sent again by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from billing.choices import DeliveryKind, DeliveryState, DeliveryWay
from billing.errors import BadValue, NotPossible, NotThere
from billing.models import Contact, Customer, Delivery, Invoice, InvoiceRun, LegalEntity
from tenants.context import SHARED_ALIAS

UNDER_WAY: Final = (DeliveryState.WAITING, DeliveryState.FAILING)
NO_CONTACT: Final = "They are no contact any more: nothing was sent."


@transaction.atomic(using=SHARED_ALIAS)
def queue_invoice(*, invoice_id: UUID, by: UUID | None, at: datetime) -> tuple[Delivery, ...]:
    """Have an invoice or credit note mailed to everyone who gets invoices, and put into the folder for its network.

    An address that it is on its way to already is left out. Raises NotThere, and NotPossible when nobody gets it.
    """
    invoice = _invoice(invoice_id)
    customer = _locked(invoice.customer_id)
    to = _receivers(invoice, _addresses(customer, gets_invoices=True))
    if not to:
        raise NotPossible(f"Nobody at {customer.name} gets invoices. Add a contact who does, then send it.")
    waiting = Delivery.objects.filter(invoice=invoice, kind=DeliveryKind.INVOICE, state__in=UNDER_WAY)
    on_its_way = set(waiting.values_list("way", "to"))
    made = [
        _made(DeliveryKind.INVOICE, customer, address, by, at, way=way, invoice=invoice)
        for way, address in to
        if (way, address) not in on_its_way
    ]
    if not made:
        raise NotPossible(f"{invoice.number} is on its way to everyone who gets it. See below how far it has come.")
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Queued:
    """What of a run goes out, and the numbers of what nobody gets: there a contact is missing."""

    run: InvoiceRun
    deliveries: tuple[Delivery, ...]
    unreached: tuple[str, ...]


@transaction.atomic(using=SHARED_ALIAS)
def queue_run(*, run_id: UUID, by: UUID | None, at: datetime) -> Queued:
    """Have every invoice of a run that was never sent go to everyone who gets it. Raises NotThere.

    Asked twice it sends nothing twice: what was queued once is left to `queue_invoice` and `again`.
    """
    run = InvoiceRun.objects.select_for_update().filter(id=run_id).first()
    if run is None:
        raise NotThere("There is no such run.")
    known = Delivery.objects.filter(kind=DeliveryKind.INVOICE, invoice__run_id=run_id).values("invoice_id")
    of_run = Invoice.objects.filter(run_id=run_id).values("customer_id")
    # Locked in one order, and before looking at what was sent: somebody may be sending one of them by itself.
    customers = {one.id: one for one in Customer.objects.select_for_update().filter(id__in=of_run).order_by("id")}
    addresses: dict[UUID, dict[str, None]] = {}
    for contact in Contact.objects.filter(customer_id__in=customers, ended_at=None, gets_invoices=True).order_by(
        "email"
    ):
        addresses.setdefault(contact.customer_id, {})[contact.email] = None
    made, unreached = [], []
    for invoice in Invoice.objects.filter(run_id=run_id).exclude(id__in=known).order_by("number"):
        to = _receivers(invoice, tuple(addresses.get(invoice.customer_id, ())))
        customer = customers[invoice.customer_id]
        made += [_new(DeliveryKind.INVOICE, customer, one, by, at, way=way, invoice=invoice) for way, one in to]
        unreached += [] if to else [invoice.number]
    return Queued(run, tuple(Delivery.objects.bulk_create(made, batch_size=500)), tuple(unreached))


@transaction.atomic(using=SHARED_ALIAS)
def queue_reminder(*, invoice_id: UUID, step: int, on: date, by: UUID | None, at: datetime) -> tuple[Delivery, ...]:
    """Have an overdue invoice asked for again, of everyone who gets reminders. `on` is the day as its entity counts.

    Raises NotThere, and NotPossible when nobody gets reminders: then finance rings.
    """
    invoice = _invoice(invoice_id)
    customer = _locked(invoice.customer_id)
    addresses = _addresses(customer, gets_reminders=True)
    if not addresses:
        raise NotPossible(f"Nobody at {customer.name} gets reminders. Add a contact who does, or ring them.")
    about = {"step": step, "on": on.isoformat()}
    return tuple(
        _made(DeliveryKind.REMINDER, customer, address, by, at, invoice=invoice, about=about) for address in addresses
    )


@transaction.atomic(using=SHARED_ALIAS)
def queue_statement(
    *, customer_id: UUID, entity_id: UUID, first: date, last: date, by: UUID | None, at: datetime
) -> tuple[Delivery, ...]:
    """Have a customer's statement from a day to a day mailed to everyone who gets invoices.

    Raises NotThere, BadValue, and NotPossible when nobody gets invoices.
    """
    if last < first:
        raise BadValue("last", "A statement can't end before it begins.")
    customer = _locked(customer_id)
    if not LegalEntity.objects.filter(id=entity_id).exists():
        raise NotThere("There is no such company of ours.")
    addresses = _addresses(customer, gets_invoices=True)
    if not addresses:
        raise NotPossible(f"Nobody at {customer.name} gets invoices. Add a contact who does, then send it.")
    about = {"entity": str(entity_id), "first": first.isoformat(), "last": last.isoformat()}
    return tuple(_made(DeliveryKind.STATEMENT, customer, address, by, at, about=about) for address in addresses)


@transaction.atomic(using=SHARED_ALIAS)
def again(*, delivery_id: UUID, by: UUID | None, at: datetime) -> Delivery:
    """Send the same to the same address once more, as a sending of its own; one that keeps failing is given up for it.

    Raises NotThere, and NotPossible while it waits or when the address is no contact's any more.
    """
    delivery = _delivery(delivery_id)
    if delivery.state == DeliveryState.WAITING:
        raise NotPossible("It has not been tried yet: it goes out within a minute.")
    if delivery.way == DeliveryWay.MAIL and delivery.to not in _addresses(delivery.customer):
        raise NotPossible(f"{delivery.to} is no contact of {delivery.customer.name} any more. Send it anew instead.")
    if delivery.state == DeliveryState.FAILING:
        _give_up(delivery)
    return _made(
        DeliveryKind(delivery.kind), delivery.customer, delivery.to, by, at, way=DeliveryWay(delivery.way),
        invoice=delivery.invoice, about=delivery.about,
    )  # fmt: skip


@transaction.atomic(using=SHARED_ALIAS)
def stop(*, delivery_id: UUID) -> Delivery:
    """Give up on a sending that has not gone out. One that is being handed over at this moment may still arrive: then
    it says so itself. Raises NotThere, NotPossible.
    """
    delivery = _delivery(delivery_id)
    if delivery.state == DeliveryState.SENT:
        raise NotPossible("It has gone out already.")
    if delivery.state == DeliveryState.STOPPED:
        raise NotPossible("It was given up on before.")
    return _give_up(delivery)


def note_sent(*, delivery_id: UUID, proof: Mapping[str, Any], at: datetime) -> None:
    """Keep when it was taken, and the proof. What happened is told even of one that was stopped meanwhile."""
    Delivery.objects.filter(id=delivery_id).update(
        state=DeliveryState.SENT, sent_at=at, proof=dict(proof), error="", attempts=F("attempts") + 1
    )


def note_failed(*, delivery_id: UUID, sentence: str) -> None:
    """Note why a try failed; it will be tried again unless it was stopped."""
    Delivery.objects.filter(id=delivery_id).exclude(state=DeliveryState.SENT).update(
        error=sentence[:120], attempts=F("attempts") + 1
    )
    Delivery.objects.filter(id=delivery_id, state=DeliveryState.WAITING).update(state=DeliveryState.FAILING)


def _give_up(delivery: Delivery) -> Delivery:
    delivery.state = DeliveryState.STOPPED
    delivery.save(update_fields=["state"])
    return delivery


def _receivers(invoice: Invoice, addresses: tuple[str, ...]) -> list[tuple[DeliveryWay, str]]:
    """By which way an invoice goes to whom: mail to each address, and the folder where it has an electronic form."""
    to = [(DeliveryWay.MAIL, address) for address in addresses]
    if invoice.xml:
        said = invoice.buyer
        to.append((DeliveryWay.FOLDER, f"{said['endpoint_scheme']}:{said['endpoint_id']}"))
    return to


def _made(
    kind: DeliveryKind, customer: Customer, to: str, by: UUID | None, at: datetime, *,
    way: DeliveryWay = DeliveryWay.MAIL, invoice: Invoice | None = None, about: Mapping[str, Any] | None = None,
) -> Delivery:  # fmt: skip
    made = _new(kind, customer, to, by, at, way=way, invoice=invoice, about=about)
    made.save(force_insert=True)
    return made


def _new(
    kind: DeliveryKind, customer: Customer, to: str, by: UUID | None, at: datetime, *,
    way: DeliveryWay = DeliveryWay.MAIL, invoice: Invoice | None = None, about: Mapping[str, Any] | None = None,
) -> Delivery:  # fmt: skip
    return Delivery(
        kind=kind, way=way, customer=customer, invoice=invoice, about=dict(about or {}), to=to, queued_at=at,
        queued_by_id=by,
    )  # fmt: skip


def _invoice(invoice_id: UUID) -> Invoice:
    invoice = Invoice.objects.filter(id=invoice_id).first()
    if invoice is None:
        raise NotThere("There is no such invoice.")
    return invoice


def _locked(customer_id: UUID) -> Customer:
    """The customer, locked: of two who send the same at once, the second sees what the first queued."""
    customer = Customer.objects.select_for_update().filter(id=customer_id).first()
    if customer is None:
        raise NotThere("There is no such customer.")
    return customer


def _delivery(delivery_id: UUID) -> Delivery:
    found = Delivery.objects.select_for_update(of=("self",)).select_related("customer", "invoice")
    delivery = found.filter(id=delivery_id).first()
    if delivery is None:
        raise NotThere("There is no such sending.")
    return delivery


def _addresses(customer: Customer, **which: bool) -> tuple[str, ...]:
    """The addresses of the customer's contacts, each once."""
    found = Contact.objects.filter(customer=customer, ended_at=None, **which).order_by("email")
    return tuple(dict.fromkeys(found.values_list("email", flat=True)))
