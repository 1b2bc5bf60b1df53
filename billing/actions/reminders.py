"""Asking again for what is overdue, in steps: each once. The last step writes nothing: finance rings.

No reminder threatens anything, and nothing but money follows from one: no service is ever taken away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from billing.actions.delivery import queue_reminder
from billing.actions.payments import entity_with, lock_customers
from billing.errors import BadValue, ChangedMeanwhile, NotPossible, NotThere
from billing.models import CallMade, Delivery, Invoice, Reminder
from billing.queries.reminders import calls_to_make, due_reminders
from tenants.context import SHARED_ALIAS

LATEST: Final = timedelta(days=90)
"""For how long at most a customer who was rung is left in peace."""


@dataclass(frozen=True, slots=True)
class Reminded:
    """A step that was taken. `deliveries` are the letters to be sent: none where finance rings."""

    reminder: Reminder
    deliveries: tuple[Delivery, ...]


@transaction.atomic(using=SHARED_ALIAS)
def remind(*, invoice_id: UUID, on: date, by: UUID | None, at: datetime) -> Reminded | None:
    """Take the step of reminding that is due for an invoice on a day, or none: it was paid, or the step was taken.

    A step that was missed is left out for the one after it, so that nobody gets two letters at once. `on` is the
    entity's today. Raises NotThere.
    """
    invoice = Invoice.objects.select_related("entity").filter(id=invoice_id).first()
    if invoice is None:
        raise NotThere("There is no such invoice.")
    lock_customers([invoice.customer_id])
    due = due_reminders(invoice.entity, on, invoice_ids=[invoice.id])
    if not due:
        return None
    step = due[0].step
    letters: Sequence[Delivery] = ()
    if not due[0].is_last:
        try:
            letters = queue_reminder(invoice_id=invoice.id, step=step, on=on, by=by, at=at)
        except NotPossible:  # nobody there gets reminders: it stands among the calls to make at once
            letters = ()
    first = letters[0] if letters else None
    return Reminded(Reminder.objects.create(invoice=invoice, step=step, on=on, delivery=first), tuple(letters))


def remind_due(*, entity_id: UUID, on: date, by: UUID | None, at: datetime) -> tuple[Reminded, ...]:
    """Take every step that is due with an entity on a day, each in a unit of work of its own. Raises NotThere."""
    due = due_reminders(entity_with(entity_id), on)
    taken = (remind(invoice_id=one.invoice_id, on=on, by=by, at=at) for one in due)
    return tuple(one for one in taken if one is not None)


@transaction.atomic(using=SHARED_ALIAS)
def note_call(
    *, customer_id: UUID, entity_id: UUID, again_on: date, on: date, by: UUID | None, at: datetime
) -> CallMade:
    """Note that a customer was rung about what is overdue with an entity, and from which day on to ring them again.

    `on` is the entity's today. Raises NotThere, BadValue (again_on), and ChangedMeanwhile when they need not be rung.
    """
    lock_customers([customer_id])
    entity_with(entity_id)
    if not on < again_on <= on + LATEST:
        raise BadValue("again_on", "Choose a day to ring them again: from tomorrow, and within three months.")
    if not calls_to_make(on, entity_id=entity_id, customer_id=customer_id):
        raise ChangedMeanwhile("They need not be rung now: they have paid, or somebody rang them already.")
    return CallMade.objects.create(
        customer_id=customer_id, entity_id=entity_id, on=on, again_on=again_on, at=at, by_id=by
    )
