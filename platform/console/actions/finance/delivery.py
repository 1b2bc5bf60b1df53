"""Sending invoices, reminders and statements: rows of the outbox, in the transaction of whoever asks."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final
from uuid import UUID

from django.db import transaction

from billing.actions import delivery
from billing.models import Delivery
from console.choices import Permission
from console.policies import require
from console.queries.operators import OperatorRef
from core import clock
from core.audit.actions import record
from core.notices.actions import queue_many
from tenants.context import SHARED_ALIAS

KIND: Final = "console.billing_letter"


def post(deliveries: Iterable[Delivery]) -> None:
    """Put sendings into the outbox: they go out soon after the transaction is committed, and are tried until done."""
    queue_many(kind=KIND, payloads=[{"delivery": str(one.id)} for one in deliveries])


@transaction.atomic(using=SHARED_ALIAS)
def send_invoice(*, invoice_id: UUID, by: OperatorRef) -> int:
    """Send an invoice or credit note to everyone who gets it. Returns to how many addresses.

    Raises NotPermitted and BillingError.
    """
    require(by, Permission.FINANCE)
    made = delivery.queue_invoice(invoice_id=invoice_id, by=by.id, at=clock.now())
    post(made)
    record("console.invoice.sent", by=by, subject=made[0].invoice, detail={"addresses": len(made)})
    return len(made)


@transaction.atomic(using=SHARED_ALIAS)
def send_run(*, run_id: UUID, by: OperatorRef) -> delivery.Queued:
    """Send all that was issued of a run and never sent, in as many statements however many they are.

    Raises NotPermitted and BillingError.
    """
    require(by, Permission.FINANCE)
    queued = delivery.queue_run(run_id=run_id, by=by.id, at=clock.now())
    post(queued.deliveries)
    detail = {"addresses": len(queued.deliveries), "unreached": len(queued.unreached)}
    record("console.invoice_run.sent", by=by, subject=queued.run, detail=detail)
    return queued


@transaction.atomic(using=SHARED_ALIAS)
def send_statement(*, customer_id: UUID, entity_id: UUID, first: date, last: date, by: OperatorRef) -> int:
    """Send a customer its statement from a day to a day. Returns to how many addresses.

    Raises NotPermitted and BillingError.
    """
    require(by, Permission.FINANCE)
    made = delivery.queue_statement(
        customer_id=customer_id, entity_id=entity_id, first=first, last=last, by=by.id, at=clock.now()
    )
    post(made)
    detail = {"first": first.isoformat(), "last": last.isoformat(), "addresses": len(made)}
    record("console.statement.sent", by=by, subject=made[0].customer, detail=detail)
    return len(made)


@transaction.atomic(using=SHARED_ALIAS)
def send_again(*, delivery_id: UUID, by: OperatorRef) -> None:
    """Send the same to the same address once more. Raises NotPermitted and BillingError."""
    require(by, Permission.FINANCE)
    made = delivery.again(delivery_id=delivery_id, by=by.id, at=clock.now())
    post([made])
    record("console.delivery.sent_again", by=by, subject=made, detail={"of": str(delivery_id)})


@transaction.atomic(using=SHARED_ALIAS)
def stop_sending(*, delivery_id: UUID, by: OperatorRef) -> None:
    """Give up on a sending that has not gone out. Raises NotPermitted and BillingError."""
    require(by, Permission.FINANCE)
    record("console.delivery.stopped", by=by, subject=delivery.stop(delivery_id=delivery_id))
