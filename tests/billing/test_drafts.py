"""What a draft bills, what holds it, and what is refused because it changed meanwhile."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import pytest

from tenants.context import shared
from tests.billing.runs import AT, billed, correct, drafted, issued, read
from tests.factories.billing import make_book, make_contract, make_customer, make_reading

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

JAN, FEB, MAR, DEC = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1), date(2026, 12, 1)


@pytest.fixture
def world(db):
    with shared():
        make_book()
        yield


def order(contract, number, value, **given):
    from billing.models import PurchaseOrder

    return PurchaseOrder.objects.create(
        contract=contract, number=number, value=value and Decimal(value), **{"valid_from": JAN, **given}
    )


def test_a_month_is_drafted_with_its_lines_its_tax_and_what_it_covers(world):
    contract = make_contract()
    read(contract, JAN, 250)
    draft = drafted(contract, JAN).draft
    lines = list(draft.lines.order_by("position"))
    assert [line.net for line in lines] == [Decimal("750.00"), Decimal("640.00"), Decimal("130.00")]
    assert (draft.net, draft.tax, draft.gross) == (Decimal("1520.00"), Decimal("304.00"), Decimal("1824.00"))
    assert [cover.key for cover in draft.covers.all()] == ["2026-01"]
    assert draft.holds == []


def test_drafting_twice_drafts_nothing_more(world):
    contract = make_contract()
    read(contract, JAN)
    assert drafted(contract, JAN).outcome == "drafted"
    again = drafted(contract, JAN)
    assert (again.outcome, again.draft) == ("nothing", None)


def test_a_month_that_is_not_counted_waits_and_is_drafted_later(world):
    contract = make_contract(councils=2)
    first, second = contract.councils.order_by("name")
    make_reading(first.council_id, JAN, 10)
    found = drafted(contract, JAN)
    assert (found.outcome, found.draft) == ("held", None)
    assert found.detail == {"code": "no_reading", "waiting": {"2026-01": [second.name]}}
    read(contract, FEB)
    found = drafted(contract, FEB)
    assert found.detail["months"] == ["2026-02"]
    assert found.detail["waiting"] == {"2026-01": [second.name]}
    make_reading(second.council_id, JAN, 10)
    assert drafted(contract, FEB).detail["months"] == ["2026-01"]


def test_a_quarter_is_billed_with_its_last_month_and_what_is_left_with_the_end(world):
    contract = make_contract(billed_every=3, ends_on=date(2026, 4, 10))
    for month in (JAN, FEB, MAR, date(2026, 4, 1)):
        read(contract, month)
    assert drafted(contract, FEB).outcome == "nothing"
    assert drafted(contract, MAR).detail["months"] == ["2026-01", "2026-02", "2026-03"]
    assert drafted(contract, date(2026, 4, 1)).detail["months"] == ["2026-04"]


def test_a_charge_is_billed_once_with_the_month_of_its_day(world):
    from billing.models import Charge

    contract = make_contract()
    read(contract, JAN)
    read(contract, FEB)
    Charge.objects.create(
        contract=contract, kind="training", description="Training", on=date(2026, 2, 3), quantity=2, created_at=AT
    )
    assert drafted(contract, JAN).draft.lines.filter(kind="training").count() == 0
    draft = drafted(contract, FEB).draft
    assert draft.lines.get(kind="training").net == Decimal("1500.00")


def test_without_a_price_book_a_contract_is_held_with_the_reason(db):
    with shared():
        contract = make_contract()
        read(contract, JAN)
        found = drafted(contract, JAN)
        assert (found.outcome, found.detail["code"]) == ("held", "no_price")


def test_a_draft_is_issued_once_reviewed_and_says_everything_it_said(world):
    from billing.actions.issuing import issue
    from billing.errors import ChangedMeanwhile, NotPossible
    from billing.numbers import checksum_of

    contract = make_contract(terms="Call-off 7")
    read(contract, JAN)
    draft = drafted(contract, JAN).draft
    with pytest.raises(NotPossible, match="Review"):
        issue(draft_id=draft.id, on=date(2026, 2, 1), by=None, at=AT)
    invoice = issued(draft, date(2026, 2, 1))
    invoice.refresh_from_db()
    assert invoice.number == "PWUK-2026-000001"
    assert (invoice.net, invoice.gross, invoice.terms) == (draft.net, draft.gross, "Call-off 7")
    assert (invoice.due_on, invoice.tax_point) == (date(2026, 3, 3), date(2026, 1, 31))
    assert [line.net for line in invoice.lines.order_by("position")] == [
        line.net for line in draft.lines.order_by("position")
    ]
    assert [cover.key for cover in invoice.covers.all()] == ["2026-01"]
    assert invoice.checksum == checksum_of(invoice, invoice.lines.all())
    with pytest.raises(ChangedMeanwhile, match="PWUK-2026-000001"):
        issue(draft_id=draft.id, on=date(2026, 2, 1), by=None, at=AT)


def test_a_day_to_come_and_a_day_before_the_last_number_are_refused(world):
    from billing.errors import BadValue

    contract = make_contract()
    read(contract, JAN)
    read(contract, FEB)
    billed(contract, JAN, on=date(2026, 5, 1))
    draft = drafted(contract, FEB).draft
    for on in (date(2026, 4, 30), date(2025, 12, 31), date(2027, 1, 16)):
        with pytest.raises(BadValue) as refused:
            issued(draft, on)
        assert refused.value.field == "on"
    assert issued(draft, date(2026, 5, 1)).number == "PWUK-2026-000002"


def test_nothing_is_issued_before_what_it_bills_was_supplied_or_what_it_credits_was_issued(world):
    from billing.actions.asked import ask_to_issue
    from billing.actions.crediting import draft_credit
    from billing.errors import BadValue
    from billing.models import Draft, InvoiceRun, NumberSeries

    contract = make_contract()
    read(contract, FEB)
    read(contract, JAN)
    run = InvoiceRun.objects.create(entity=contract.entity, month=FEB, started_at=AT)
    draft = drafted(contract, FEB).draft
    Draft.objects.update(run=run, reviewed_at=AT)
    for on in (date(2025, 3, 1), date(2026, 2, 27)):
        with pytest.raises(BadValue, match="28 February 2026") as refused:
            issued(draft, on)
        assert refused.value.field == "on"
        with pytest.raises(BadValue, match="28 February 2026"):
            ask_to_issue(run_id=run.id, on=on, by=None, at=AT)
    assert not NumberSeries.objects.filter(last__gt=0).exists()
    invoice = issued(draft, date(2026, 5, 1))
    NumberSeries.objects.update(last_issued_on=None)
    credit = draft_credit(invoice_id=invoice.id, amounts=None, reason="Wrong", bills_again=False, at=AT)
    with pytest.raises(BadValue, match=f"{invoice.number}.*1 May 2026"):
        issued(credit, date(2026, 4, 30))
    assert issued(credit, date(2026, 5, 1)).issued_on == date(2026, 5, 1)


def test_numbers_begin_again_with_a_year(world):
    contract = make_contract()
    read(contract, JAN)
    read(contract, FEB)
    assert billed(contract, JAN, on=date(2026, 12, 31)).number == "PWUK-2026-000001"
    assert billed(contract, FEB, on=date(2027, 1, 1)).number == "PWUK-2027-000001"


def _another_book():
    make_book(valid_from=JAN, prices={"platform": {0: "12000.00"}, "practitioner": {0: "4.00"}, "setup": {0: "9.00"}})


def _another_count(contract):
    from billing.models import UsageReading

    correct(UsageReading.objects.get(council_id=contract.councils.get().council_id, month=JAN), 90)


def _a_discount(contract):
    from billing.models import Discount

    Discount.objects.create(contract=contract, kind="platform", percent=10, from_on=JAN, reason="Early")


def _a_charge_called_off(contract):
    contract.charges.update(cancelled_at=AT)


@pytest.mark.parametrize(
    "change", [lambda _: _another_book(), _another_count, _a_discount, _a_charge_called_off],
    ids=["a price", "a reading", "a discount", "a charge"],
)  # fmt: skip
def test_what_changed_between_draft_and_issue_is_refused_and_drafted_again(world, change):
    from billing.actions.drafting import redraft
    from billing.actions.issuing import issue
    from billing.errors import ChangedMeanwhile
    from billing.models import Charge, Draft, Invoice, NumberSeries

    contract = make_contract()
    read(contract, JAN)
    Charge.objects.create(
        contract=contract, kind="setup", description="Setting up", on=JAN, quantity=1, created_at=AT
    )  # fmt: skip
    draft = drafted(contract, JAN).draft
    Draft.objects.update(reviewed_at=AT)
    change(contract)
    with pytest.raises(ChangedMeanwhile, match="Draft it again"):
        issue(draft_id=draft.id, on=FEB, by=None, at=AT)
    assert not Invoice.objects.exists()
    assert not NumberSeries.objects.filter(last__gt=0).exists()
    again = redraft(draft_id=draft.id, at=AT)
    assert (again.id != draft.id, again.net != draft.net, again.reviewed_at) == (True, True, None)
    assert issued(again).net == again.net


def test_a_draft_whose_price_is_missing_now_stays_and_is_not_made_again(world):
    from django.db import transaction

    from billing.actions.drafting import redraft
    from billing.errors import NotPossible
    from billing.models import Draft

    contract = make_contract()
    read(contract, JAN)
    draft = drafted(contract, JAN).draft
    make_book(valid_from=JAN, prices={"practitioner": {0: "4.00"}})
    with pytest.raises(NotPossible, match="platform fee"), transaction.atomic(using="console"):
        redraft(draft_id=draft.id, at=AT)
    assert Draft.objects.get() == draft


def test_what_does_not_touch_a_draft_leaves_it_as_it_is(world):
    from billing.models import Discount

    contract = make_contract()
    read(contract, JAN)
    draft = drafted(contract, JAN).draft
    Discount.objects.create(contract=contract, percent=10, from_on=FEB, reason="From February on")
    make_book(valid_from=MAR)
    assert issued(draft).net == draft.net


def test_an_order_is_chosen_by_number_and_runs_out(world):
    contract = make_contract()
    for month in (JAN, FEB, MAR):
        read(contract, month)
    one, two = order(contract, "PO-1", "1500.00"), order(contract, "PO-2", "2000.00")
    order(contract, "PO-0", "99999.00", valid_until=date(2025, 12, 31), valid_from=date(2025, 1, 1))
    assert drafted(contract, JAN).draft.order_id == one.id  # 1,070.00 of it
    assert drafted(contract, FEB).draft.order_id == two.id  # what an open draft will take is gone
    march = drafted(contract, MAR).draft
    assert (march.order_id, march.holds) == (two.id, ["order_short"])


def test_an_order_that_is_short_holds_until_finance_allows_it_with_a_reason(world):
    from billing.actions.drafting import allow_holds, review_draft
    from billing.errors import BadValue, NotPossible

    contract = make_contract()
    read(contract, JAN)
    order(contract, "PO-1", "100.00")
    draft = drafted(contract, JAN).draft
    with pytest.raises(NotPossible, match="purchase order"):
        review_draft(draft_id=draft.id, by=None, at=AT)
    with pytest.raises(BadValue):
        allow_holds(draft_id=draft.id, reason=" ", by=None)
    allow_holds(draft_id=draft.id, reason="A new order is on its way", by=None)
    assert issued(draft).order_number == "PO-1"


def test_an_order_closed_after_drafting_stops_the_issue(world):
    from billing.actions.drafting import review_draft
    from billing.actions.issuing import issue
    from billing.errors import NotPossible

    contract = make_contract()
    read(contract, JAN)
    one = order(contract, "PO-1", None)
    draft = drafted(contract, JAN).draft
    review_draft(draft_id=draft.id, by=None, at=AT)
    one.closed_at = AT
    one.save()
    with pytest.raises(NotPossible, match="purchase order"):
        issue(draft_id=draft.id, on=FEB, by=None, at=AT)


def test_an_order_closed_after_drafting_can_be_allowed_with_a_reason(world):
    from billing.actions.drafting import allow_holds, review_draft
    from billing.errors import NotPossible

    contract = make_contract()
    read(contract, JAN)
    one = order(contract, "PO-1", None)
    draft = drafted(contract, JAN).draft
    with pytest.raises(NotPossible, match="No purchase order holds"):
        allow_holds(draft_id=draft.id, reason="Not asked for", by=None)
    one.closed_at = AT
    one.save()
    with pytest.raises(NotPossible, match="purchase order"):
        review_draft(draft_id=draft.id, by=None, at=AT)
    assert allow_holds(draft_id=draft.id, reason="A new order is on its way", by=None).holds == ["order_short"]
    draft.refresh_from_db()
    assert draft.holds == ["order_short"]
    assert issued(draft).order_number == "PO-1"


def test_a_customer_who_asks_for_an_order_and_gave_none_is_held_until_it_does(world):
    from billing.actions.drafting import redraft

    contract = make_contract(make_customer(needs_order=True))
    read(contract, JAN)
    draft = drafted(contract, JAN).draft
    assert draft.holds == ["order_missing"]
    order(contract, "PO-1", "5000.00")
    again = redraft(draft_id=draft.id, at=AT)
    assert (again.holds, again.order.number) == ([], "PO-1")


def test_a_customer_nobody_can_be_written_to_at_is_held_and_no_reason_helps(world):
    from billing.actions.drafting import allow_holds, review_draft
    from billing.errors import NotPossible
    from billing.models import Contact

    contract = make_contract()
    read(contract, JAN)
    Contact.objects.update(ended_at=AT)
    draft = drafted(contract, JAN).draft
    assert draft.holds == ["buyer_incomplete"]
    with pytest.raises(NotPossible):
        allow_holds(draft_id=draft.id, reason="Never mind", by=None)
    Contact.objects.update(ended_at=None)
    assert review_draft(draft_id=draft.id, by=None, at=AT).holds == []


def test_what_is_left_of_an_order_counts_invoices_credits_and_open_drafts(world):
    from billing.actions.crediting import draft_credit
    from billing.queries.orders import order_left

    contract = make_contract()
    read(contract, JAN)
    read(contract, FEB)
    one = order(contract, "PO-1", "5000.00")
    invoice = billed(contract, JAN)
    assert order_left(one) == Decimal("3930.00")
    drafted(contract, FEB)
    assert order_left(one) == Decimal("2860.00")
    credit = draft_credit(invoice_id=invoice.id, amounts=None, reason="Wrong", bills_again=False, at=AT)
    assert order_left(one) == Decimal("2860.00")
    issued(credit)
    assert order_left(one) == Decimal("3930.00")


def test_a_draft_that_is_thrown_away_is_due_again(world):
    from billing.actions.drafting import discard_draft
    from billing.errors import NotThere

    contract = make_contract()
    read(contract, JAN)
    draft = drafted(contract, JAN).draft
    discard_draft(draft_id=draft.id)
    with pytest.raises(NotThere):
        discard_draft(draft_id=draft.id)
    assert drafted(contract, JAN).outcome == "drafted"


def test_the_tax_is_that_of_the_day_and_a_customer_abroad_pays_none(world):
    contract = make_contract(make_customer(country="AU"), entity=make_contract().entity)
    read(contract, JAN)
    invoice = billed(contract, JAN)
    assert (invoice.tax, invoice.gross, invoice.currency) == (Decimal("0.00"), invoice.net, "GBP")
    assert invoice.taxes[0]["category"] == "O"
    assert "Outside the scope" in invoice.taxes[0]["reason"]


def test_the_day_to_come_is_that_of_the_company_s_own_time_zone(db):
    from datetime import UTC

    from billing.actions.runs import start_run
    from billing.errors import BadValue
    from tests.factories.billing import make_entity

    with shared():
        melbourne = make_entity("AU")
        eve = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)  # 23:00 in Melbourne
        with pytest.raises(BadValue, match="over"):
            start_run(entity_id=melbourne.id, month=JAN, is_dry=False, by=None, at=eve)
        midnight = datetime(2026, 1, 31, 13, 30, tzinfo=UTC)
        assert start_run(entity_id=melbourne.id, month=JAN, is_dry=False, by=None, at=midnight).month == JAN
