"""What is overdue is asked for in steps, each once and on the entity's own day; the last one is a call."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from tenants.context import shared
from tests.billing.test_payments import paid, refused
from tests.factories.billing import make_contract, make_customer, make_invoice, sent

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

DUE = date(2026, 3, 1)
AT_CALL = datetime(2026, 4, 16, 9, tzinfo=UTC)


def due_invoice(contract=None, **given):
    return sent(make_invoice(contract, issued_on=date(2026, 2, 1), due_on=DUE, **given))


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


@pytest.mark.parametrize("state", ["", "waiting", "failing", "stopped"])
def test_what_reached_nobody_is_not_asked_for_and_stands_before_finance_until_it_is_sent(state):
    from billing.models import Delivery
    from billing.queries.reminders import never_sent

    with shared():
        there = due_invoice()
        late = make_invoice(issued_on=date(2026, 2, 1), due_on=DUE)
        if state:
            sent(late, state=state)
        sent(late, kind="reminder")
        assert [one.reminder.invoice_id for one in reminded(late, 7)] == [there.id]
        assert [one.id for one in never_sent(DUE + timedelta(days=7))] == [late.id]
        assert never_sent(DUE) == ()
        Delivery.objects.filter(invoice=late, kind="invoice").delete()
        sent(late, way="folder")
        assert [one.reminder.invoice_id for one in reminded(late, 8)] == [late.id]
        assert never_sent(DUE + timedelta(days=8)) == ()


def test_a_reminder_says_that_we_wrote_before_only_where_an_earlier_one_was_sent(monkeypatch):
    from billing.actions.sending import compose
    from billing.models import Delivery

    monkeypatch.setattr("billing.actions.sending.rendered", lambda html: b"%PDF-1.7")
    at = datetime(2026, 3, 31, 9, tzinfo=UTC)
    with shared():
        late, asked = due_invoice(), due_invoice()
        (first,) = next(one.deliveries for one in reminded(asked, 7) if one.reminder.invoice_id == asked.id)
        Delivery.objects.filter(id=first.id).update(state="sent")
        Delivery.objects.filter(invoice=late, kind="reminder").update(state="stopped")
        by_invoice = {one.reminder.invoice_id: one.deliveries[0] for one in reminded(late, 30)}
    told = {one: compose(letter.id, at=at).words.text for one, letter in by_invoice.items()}
    assert "We wrote to you about this before" not in told[late.id]
    assert "We wrote to you about this before" in told[asked.id]


def test_one_invoice_s_reminder_reads_the_money_of_its_customer_alone():
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    from billing.actions.reminders import remind

    with shared():
        late = due_invoice()
        others = [due_invoice() for _number in range(3)]
        with CaptureQueriesContext(connections["console"]) as seen:
            remind(invoice_id=late.id, on=DUE + timedelta(days=7), by=None, at=datetime(2026, 3, 8, 9, tzinfo=UTC))
        read = [
            one["sql"] for one in seen
            if one["sql"].startswith("SELECT") and ('FROM "billing_invoice"' in one["sql"] or '"billing_payment"' in one["sql"])
        ]  # fmt: skip
        assert len(read) > 3
        said = {str(late.customer_id), late.customer_id.hex, str(late.id), late.id.hex}
        assert [sql for sql in read if not any(one in sql for one in said)] == []
        assert [steps_taken(one) for one in others] == [[], [], []]


def test_who_was_rung_is_left_in_peace_until_the_day_that_was_noted():
    from uuid import uuid4

    from billing.actions.reminders import note_call
    from billing.queries.reminders import calls, calls_to_make

    with shared():
        late, other = due_invoice(), due_invoice()
        for days in (7, 21, 45):
            reminded(late, days)
        on, by = DUE + timedelta(days=46), uuid4()
        given = {"customer_id": late.customer_id, "entity_id": late.entity_id, "by": by, "at": AT_CALL, "on": on}
        assert {one.customer_id for one in calls_to_make(on)} == {late.customer_id, other.customer_id}
        for again_on in (on, on - timedelta(days=1), on + timedelta(days=91)):
            assert "three months" in refused(note_call, again_on=again_on, **given)
        note_call(again_on=on + timedelta(days=5), **given)
        assert [one.customer_id for one in calls_to_make(on)] == [other.customer_id]
        (later,) = calls(on).later
        assert (later.customer_id, later.last.on, later.last.by_id, later.last.again_on) == (
            late.customer_id, on, by, on + timedelta(days=5),
        )  # fmt: skip
        assert "rang them already" in refused(note_call, again_on=on + timedelta(days=6), **given)
        on += timedelta(days=5)
        assert late.customer_id in {one.customer_id for one in calls_to_make(on)}
        note_call(again_on=on + timedelta(days=7), **{**given, "on": on, "at": AT_CALL + timedelta(days=5)})
        assert [one.customer_id for one in calls_to_make(on + timedelta(days=6))] == [other.customer_id]


def test_nobody_is_noted_as_rung_who_owes_nothing_that_is_late():
    from uuid import uuid4

    from billing.actions.reminders import note_call

    with shared():
        late = due_invoice()
        on = DUE + timedelta(days=46)
        given = {"again_on": on + timedelta(days=5), "by": None, "at": AT_CALL, "on": on, "entity_id": late.entity_id}
        assert "need not be rung" in refused(note_call, customer_id=late.customer_id, **given)
        assert "no such customer" in refused(note_call, customer_id=uuid4(), **given)
        given["entity_id"] = uuid4()
        assert "no such company" in refused(note_call, customer_id=late.customer_id, **given)


def test_a_call_that_was_made_can_be_neither_changed_nor_deleted_by_the_service():
    from django.db import connections

    with shared(), connections["console"].cursor() as cursor:
        for right, may in (("SELECT", True), ("INSERT", True), ("UPDATE", False), ("DELETE", False)):
            cursor.execute("SELECT has_table_privilege('billing_callmade', %s)", [right])
            assert cursor.fetchone() == (may,), right
