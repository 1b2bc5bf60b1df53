"""What is overdue is asked for in steps, each once and on the entity's own day; the last one is a call."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from tenants.context import shared
from tests.billing.test_payments import paid
from tests.factories.billing import make_contract, make_customer, make_invoice

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

DUE = date(2026, 3, 1)


def due_invoice(contract=None, **given):
    return make_invoice(contract, issued_on=date(2026, 2, 1), due_on=DUE, **given)


def steps_taken(invoice) -> list[int]:
    from billing.models import Reminder

    return list(Reminder.objects.filter(invoice=invoice).order_by("step").values_list("step", flat=True))


def reminded(invoice, days: int):
    """What is done with the invoice's entity so many days after it was due."""
    from billing.actions.reminders import remind_due

    on = DUE + timedelta(days=days)
    at = datetime(on.year, on.month, on.day, 9, tzinfo=UTC)
    return remind_due(entity_id=invoice.entity_id, on=on, by=None, at=at)


def test_each_step_is_taken_once_from_its_day_on():
    with shared():
        invoice = due_invoice()
        taken = {days: [one.reminder.step for one in reminded(invoice, days)] for days in range(60) for _again in "ab"}
        assert {days: steps for days, steps in taken.items() if steps} == {}
        assert steps_taken(invoice) == [1, 2, 3]


def test_the_first_time_on_a_step_s_day_something_is_done_and_the_second_time_nothing():
    with shared():
        invoice = due_invoice()
        done = {days: len(reminded(invoice, days)) for days in (0, 6, 7, 8, 20, 21, 44, 45, 100)}
        assert [days for days, count in done.items() if count] == [7, 21, 45]


def test_a_letter_goes_to_each_who_gets_reminders_and_the_last_step_writes_none():
    from billing.models import Contact, Delivery

    with shared():
        invoice = due_invoice()
        payers = Contact.objects.get(customer=invoice.customer)
        Contact.objects.create(customer=invoice.customer, name="Lee Late", email="lee@late.example")
        Contact.objects.create(customer=invoice.customer, name="No", email="no@late.example", gets_reminders=False)
        (first,) = reminded(invoice, 7)
        assert {one.to for one in first.deliveries} == {"lee@late.example", payers.email}
        assert first.reminder.delivery_id in {one.id for one in first.deliveries}
        (last,) = reminded(invoice, 45)
        assert (last.deliveries, last.reminder.step) == ((), 3)
        assert Delivery.objects.filter(invoice=invoice, kind="reminder").count() == 2


def test_a_step_that_was_missed_is_left_out():
    with shared():
        invoice = due_invoice()
        assert [one.reminder.step for one in reminded(invoice, 30)] == [2]
        assert steps_taken(invoice) == [2]


def test_nothing_is_asked_for_that_is_settled_however_it_was():
    from uuid import uuid4

    from billing.actions.payments import allocate_credit
    from billing.actions.write_offs import write_off

    at = datetime(2026, 3, 5, 9, tzinfo=UTC)
    with shared():
        whole = paid(due_invoice(net="100.00"), "120.00")
        credited = due_invoice(net="100.00")
        note = make_invoice(credited.contract, net="100.00", kind="credit_note", credits=credited)
        allocate_credit(note, by=None, at=at)
        given_up = due_invoice(net="100.00")
        write_off(
            proposal_id=uuid4(), invoice_id=given_up.id, amount=Decimal("120.00"), reason="x", proposed_by=uuid4(),
            approved_by=uuid4(), at=at,
        )  # fmt: skip
        unallocated = due_invoice(net="100.00")
        paid(unallocated, "120.00", to={})
        part = due_invoice(net="100.00")
        paid(part, "119.99")
        assert [one.reminder.invoice_id for one in reminded(part, 7)] == [part.id]
        assert whole.amount == Decimal("120.00")


def test_whom_no_letter_reaches_and_who_was_asked_in_every_step_is_to_be_rung():
    from billing.models import Contact
    from billing.queries.reminders import calls_to_make

    with shared():
        every, nobody = due_invoice(net="100.00"), due_invoice(net="50.00")
        Contact.objects.filter(customer=nobody.customer).update(gets_reminders=False)
        for days in (7, 21, 45):
            reminded(every, days)
        on = DUE + timedelta(days=46)
        assert [one.customer_id for one in calls_to_make(on)] == [nobody.customer_id, every.customer_id]
        call = calls_to_make(on)[1]
        assert (call.open, call.since, call.people[0].phone) == (
            Decimal("120.00"), DUE + timedelta(days=45), "01632 960123",
        )  # fmt: skip
        paid(every, "120.00")
        assert [one.customer_id for one in calls_to_make(on)] == [nobody.customer_id]


def test_reminders_go_out_from_the_morning_of_each_company_s_own_day():
    from billing.models import Reminder
    from console.actions.finance.reminders import remind_overdue
    from core.notices.models import OutboxItem

    with shared():
        british, abroad = due_invoice(), due_invoice(make_contract(make_customer(country="AU")))
    said = []
    for moment in (
        datetime(2026, 3, 7, 20, 30, tzinfo=UTC),  # the 7th in London, half past seven on the 8th in Melbourne
        datetime(2026, 3, 7, 21, 30, tzinfo=UTC),  # half past eight there
        datetime(2026, 3, 8, 7, 30, tzinfo=UTC),  # half past seven on the 8th in London
        datetime(2026, 3, 8, 8, 30, tzinfo=UTC),
        datetime(2026, 3, 8, 9, 30, tzinfo=UTC),
    ):
        with time_machine.travel(moment, tick=False):
            said.append(remind_overdue())
    assert said == [0, 1, 0, 1, 0]
    with shared():
        assert dict(Reminder.objects.values_list("invoice_id", "on")) == {
            british.id: date(2026, 3, 8), abroad.id: date(2026, 3, 8),
        }  # fmt: skip
        assert OutboxItem.objects.filter(kind="console.billing_letter").count() == 2


def test_one_that_can_t_be_asked_for_leaves_the_others_none_the_worse(monkeypatch):
    from billing.actions import reminders
    from console.actions.finance.reminders import remind_overdue

    with shared():
        first, second = due_invoice(), due_invoice()
    right = reminders.queue_reminder

    def broken(*, invoice_id, **given):
        if invoice_id == first.id:
            raise RuntimeError("no")
        return right(invoice_id=invoice_id, **given)

    monkeypatch.setattr(reminders, "queue_reminder", broken)
    with time_machine.travel(datetime(2026, 3, 8, 12, tzinfo=UTC), tick=False):
        assert remind_overdue() == 1
    with shared():
        assert (steps_taken(first), steps_taken(second)) == ([], [1])
