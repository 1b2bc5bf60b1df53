"""A bank's file is taken in once: what is sure is paid at once, what is doubtful waits for somebody."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from tenants.context import shared
from tests.billing.test_payments import left_of, open_of, paid, refused
from tests.factories.billing import make_customer, make_entity, make_invoice

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

AT = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
HEAD = "Date,Reference,Name,Amount\n"


def taken(*rows: str, head: str = HEAD, **given):
    """A file taken in."""
    from billing.actions.bank import import_file

    values = {"entity_id": make_entity().id, "name": "march.csv", "by": None, "at": AT, **given}
    return import_file(content=(head + "\n".join(rows) + "\n").encode(), **values)


def states(made) -> list[str]:
    return list(made.lines.order_by("position").values_list("state", flat=True))


def test_a_line_whose_number_and_amount_agree_pays_its_invoice():
    from billing.models import Payment

    with shared():
        invoice = make_invoice(net="100.00")
        made = taken(f"09/03/2026,{invoice.number},LARCH,120.00")
        assert (states(made), made.rows, made.total) == (["matched"], 1, Decimal("120.00"))
        payment = Payment.objects.get(bank_line__bank_import=made)
        assert (payment.customer_id, payment.received_on, payment.method) == (
            invoice.customer_id, date(2026, 3, 9), "bank",
        )  # fmt: skip
        assert (open_of(invoice), left_of(payment)) == (Decimal("0.00"), Decimal("0.00"))


def test_every_other_line_waits_with_what_it_may_be_for():
    with shared():
        invoice = make_invoice(net="100.00")
        made = taken(
            f"09/03/2026,{invoice.number},LARCH,100.00", "09/03/2026,hello,X,120.00", "09/03/2026,nothing,Y,1.11"
        )
        assert states(made) == ["doubtful"] * 3
        part, amount, unknown = made.lines.order_by("position")
        (suggestion,) = part.suggestions
        assert (suggestion["invoice"], suggestion["amount"]) == (str(invoice.id), "100.00")
        assert "£20.00 less" in part.note
        assert amount.suggestions[0]["why"] == "Only the amount agrees."
        assert (unknown.suggestions, open_of(invoice)) == ([], Decimal("120.00"))


def test_the_same_file_is_refused_and_lines_of_an_overlapping_one_are_left_out():
    from billing.models import Payment

    with shared():
        first, second = make_invoice(net="100.00"), make_invoice(net="50.00")
        row = f"09/03/2026,{first.number},LARCH,120.00"
        taken(row)
        assert "taken in on 10 March 2026 already" in refused(taken, row)
        made = taken(row, f"10/03/2026,{second.number},HAZEL,60.00", name="later.csv")
        assert (made.rows, made.repeated, states(made)) == (2, 1, ["matched"])
        assert Payment.objects.count() == 2


def test_an_equal_line_in_the_same_file_is_looked_at_before_it_is_money():
    with shared():
        invoice = make_invoice(net="100.00")
        row = f"09/03/2026,{invoice.number},LARCH,120.00"
        made = taken(row, row)
        assert states(made) == ["matched", "doubtful"]
        assert "twice" in made.lines.get(state="doubtful").note


def test_the_second_line_for_an_invoice_finds_it_paid():
    with shared():
        invoice = make_invoice(net="100.00")
        made = taken(f"08/03/2026,{invoice.number},A,120.00", f"09/03/2026,{invoice.number},A,120.00")
        assert states(made) == ["matched", "doubtful"]
        assert "paid twice" in made.lines.get(state="doubtful").note
        assert open_of(invoice) == 0


def test_of_a_wrong_file_nothing_is_kept():
    from billing.models import BankImport, BankLine, Payment

    with shared():
        invoice = make_invoice(net="100.00")
        good = f"09/03/2026,{invoice.number},A,120.00"
        assert "Row 3" in refused(taken, good, "31/02/2026,B,B,1.00")
        assert "still to come" in refused(taken, good, "11/03/2026,B,B,1.00")
        assert not BankImport.objects.exists()
        assert not BankLine.objects.exists()
        assert not Payment.objects.exists()


def test_a_doubtful_line_is_settled_once_and_what_it_does_not_pay_is_credit():
    from billing.actions.bank import ignore_line, settle_line
    from billing.queries.balances import credits_of

    with shared():
        invoice = make_invoice(net="100.00")
        line = taken("09/03/2026,late,LARCH,150.00").lines.get()
        given = {"line_id": line.id, "customer_id": invoice.customer_id, "by": None, "at": AT}
        assert "Only £120.00" in refused(settle_line, allocations={invoice.id: Decimal("150.00")}, **given)
        payment = settle_line(allocations={invoice.id: Decimal("120.00")}, **given)
        line.refresh_from_db()
        assert (line.state, payment.bank_line_id, open_of(invoice)) == ("taken", line.id, Decimal("0.00"))
        assert [one.left for one in credits_of(customer_id=invoice.customer_id)] == [Decimal("30.00")]
        assert "already: taken as a payment by hand" in refused(settle_line, allocations={}, **given)
        assert "already" in refused(ignore_line, line_id=line.id, note="x", by=None, at=AT)


def test_a_line_that_is_no_payment_is_left_out_with_a_note():
    from billing.actions.bank import ignore_line, settle_line

    with shared():
        line = taken("09/03/2026,interest,BANK,0.15").lines.get()
        assert ignore_line(line_id=line.id, note="Interest", by=None, at=AT).state == "ignored"
        customer = make_customer()
        assert "already" in refused(
            settle_line, line_id=line.id, allocations={}, customer_id=customer.id, by=None, at=AT
        )


def test_a_doubtful_line_is_looked_at_again_when_more_was_issued_since():
    from billing.actions.bank import look_again

    with shared():
        line = taken("09/03/2026,hello,X,120.00").lines.get()
        assert line.suggestions == []
        invoice = make_invoice(net="100.00")
        assert look_again(line_id=line.id).suggestions[0]["invoice"] == str(invoice.id)


def test_a_line_that_came_after_the_invoice_was_paid_by_hand_is_not_taken_for_sure():
    with shared():
        invoice = make_invoice(net="100.00")
        paid(invoice, "120.00")
        assert states(taken(f"09/03/2026,{invoice.number},A,120.00")) == ["doubtful"]


def test_a_file_is_read_in_the_currency_of_its_account():
    with shared():
        entity = make_entity("AU")
        assert "Amounts here are in AUD" in refused(taken, "09/03/2026,A,A,£5.00", entity_id=entity.id)
        assert states(taken("09/03/2026,A,A,A$5.00", entity_id=entity.id)) == ["doubtful"]


TAKER = """
import sys, time
from datetime import datetime, UTC
from uuid import UUID
from tenants.context import shared
from billing.actions.bank import import_file
from billing.errors import NotPossible
entity, content, start = sys.argv[1:]
while time.time() < float(start):
    pass
try:
    with shared():
        made = import_file(entity_id=UUID(entity), name="x.csv", content=content.encode(), by=None, at=datetime(2026, 3, 10, 9, 0, tzinfo=UTC))
    print("taken", made.rows, made.repeated)
except NotPossible:
    print("refused")
"""
SET_UP = """
from tenants.context import shared
from tests.factories.billing import make_invoice
with shared():
    first = make_invoice(net="100.00")
    second = make_invoice(net="50.00")
    print(first.entity_id, first.number, second.number)
"""


@pytest.mark.timeout(300)
def test_files_taken_in_at_once_pay_each_invoice_once(own_database):
    entity, first, second = own_database.python(SET_UP).stdout.split()
    row, other = f"09/03/2026,{first},A,120.00\n", f"09/03/2026,{second},B,60.00\n"
    start = str(time.time() + 15)
    env = {**own_database.env, "DJANGO_SETTINGS_MODULE": "config.settings"}
    takers = [
        subprocess.Popen(
            [sys.executable, "-c", f"import django; django.setup()\n{TAKER}", entity, HEAD + rows, start],
            env=env, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for rows in (row, row, row + other)
    ]  # fmt: skip
    said = [taker.communicate(timeout=200) for taker in takers]
    assert [taker.returncode for taker in takers] == [0] * 3, said
    assert sorted(out.split()[0] for out, _error in said) == ["refused", "taken", "taken"]
    ((imports, lines, paid_in, allocated),) = own_database.sql(
        "SELECT (SELECT count(*) FROM shared.billing_bankimport), (SELECT count(*) FROM shared.billing_bankline),"
        " (SELECT sum(amount) FROM shared.billing_payment), (SELECT sum(amount) FROM shared.billing_allocation)"
    )
    assert (imports, lines, paid_in, allocated) == (2, 2, Decimal("180.00"), Decimal("180.00"))


def test_a_payment_that_was_entered_by_hand_is_not_booked_again_by_the_bank_s_file():
    from billing.models import Payment

    with shared():
        invoice, other = make_invoice(net="100.00"), make_invoice(net="50.00")
        paid(invoice, "120.00", to={}, received_on=date(2026, 3, 5))
        made = taken(f"09/03/2026,{invoice.number},LARCH,120.00", f"09/03/2026,{other.number},HAZEL,60.00")
        assert states(made) == ["doubtful", "matched"]
        line = made.lines.get(state="doubtful")
        assert "5 March 2026 was entered by hand" in line.note
        assert line.suggestions[0]["invoice"] == str(invoice.id)
        assert Payment.objects.filter(method="bank").count() == 1


def test_a_payment_by_hand_of_the_same_reference_is_looked_at_whenever_it_came():
    with shared():
        invoice = make_invoice(net="100.00")
        paid(invoice, "120.00", to={}, reference=f"for {invoice.number}", received_on=date(2026, 1, 5))
        made = taken(f"09/03/2026,{invoice.number},LARCH,120.00")
        assert (states(made), open_of(invoice)) == (["doubtful"], Decimal("120.00"))
        assert "by hand" in made.lines.get().note


@pytest.mark.parametrize(
    ("amount", "given", "is_reversed"),
    [("120.00", {"received_on": date(2026, 1, 5)}, False), ("119.00", {}, False), ("120.00", {}, True)],
)
def test_a_payment_by_hand_that_is_another_one_or_was_taken_back_casts_no_doubt(amount, given, is_reversed):
    from billing.actions.payments import reverse_payment

    with shared():
        invoice = make_invoice(net="100.00")
        by_hand = paid(invoice, amount, to={}, reference="cheque", **given)
        if is_reversed:
            reverse_payment(payment_id=by_hand.id, on=date(2026, 3, 9), note="", by=None, at=AT)
        assert states(taken(f"09/03/2026,{invoice.number},LARCH,120.00")) == ["matched"]


def test_the_same_movement_in_another_form_of_the_bank_s_is_perhaps_had_before():
    from billing.models import Payment

    wide = "Date,Reference,Description,Amount\n"
    with shared():
        invoice = make_invoice(net="100.00")
        taken("09/03/2026,COUNCIL RENT,,50.00", f"09/03/2026,{invoice.number},LARCH,20.00")
        made = taken(
            "09/03/2026,COUNCIL RENT,BANK CREDIT,50.00", f"09/03/2026,{invoice.number},FASTER PAYMENT LARCH,20.00",
            "09/03/2026,something else,WHOLLY,50.00", head=wide,
        )  # fmt: skip
        assert made.repeated == 0
        notes = list(made.lines.order_by("position").values_list("note", flat=True))
        assert [note.startswith("Perhaps had before") for note in notes] == [True, True, False]
        assert Payment.objects.count() == 0


def test_what_is_sure_is_doubtful_where_it_came_in_another_form_before():
    from billing.actions.bank import ignore_line

    with shared():
        line = taken("09/03/2026,PWUK-2026-999999 LARCH,,120.00").lines.get()
        ignore_line(line_id=line.id, note="Not ours", by=None, at=AT)
        invoice = make_invoice(net="100.00", number="PWUK-2026-999999")
        made = taken("09/03/2026,PWUK-2026-999999,LARCH,120.00")
        assert (states(made), open_of(invoice)) == (["doubtful"], Decimal("120.00"))


def test_another_movement_of_the_same_day_and_amount_is_no_repeat_of_one_that_the_file_has_too():
    with shared():
        first, second = make_invoice(net="100.00"), make_invoice(net="100.00")
        row = f"09/03/2026,{first.number},LARCH,120.00"
        taken(row)
        assert states(taken(row, f"09/03/2026,{second.number},LARCH,120.00", name="more.csv")) == ["matched"]
