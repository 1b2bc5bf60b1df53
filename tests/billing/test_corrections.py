"""Usage that is corrected after it was billed: the difference is billed or credited, once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tenants.context import shared
from tests.billing.runs import AT, billed, correct, drafted, issued, read
from tests.factories.billing import make_book, make_contract

pytestmark = pytest.mark.django_db(databases=["default", "router", "console"])

JAN, FEB, MAR = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture
def contract(db):
    with shared():
        make_book()
        contract = make_contract()
        contract.january = read(contract, JAN, 100)[0]
        yield contract


def test_a_correction_after_issuing_is_billed_with_the_next_month_as_one_line(contract):
    billed(contract, JAN)
    reading = correct(contract.january, 110)
    read(contract, FEB, 100)
    draft = drafted(contract, FEB).draft
    line = draft.lines.get(key=f"usage {reading.id}")
    assert (line.net, line.month, line.quantity) == (Decimal("32.00"), JAN, 1)
    assert draft.net == Decimal("1070.00") + 32
    issued(draft)
    assert drafted(contract, FEB).outcome == "nothing"


def test_a_correction_downwards_lowers_the_next_invoice(contract):
    billed(contract, JAN)
    correct(contract.january, 90)
    read(contract, FEB, 100)
    invoice = billed(contract, FEB)
    line = invoice.lines.get(key__startswith="usage")
    assert (line.net, line.quantity, line.unit_price) == (Decimal("-32.00"), -1, Decimal("32.00"))
    assert invoice.net == Decimal("1038.00")


def test_a_correction_alone_that_lowers_is_a_credit_note_with_the_invoice_s_tax(contract):
    from billing.models import Allocation

    invoice = billed(contract, JAN)
    correct(contract.january, 90)
    draft = drafted(contract, JAN).draft
    assert (draft.kind, draft.credits_id, draft.net, draft.gross) == (
        "credit_note", invoice.id, Decimal("32.00"), Decimal("38.40"),
    )  # fmt: skip
    note = issued(draft)
    assert note.number == "PWUK-2027-000002"
    assert Allocation.objects.get(credit_note=note).amount == Decimal("38.40")
    assert drafted(contract, JAN).outcome == "nothing"


def test_a_correction_of_a_correction_bills_the_difference_to_what_was_billed(contract):
    billed(contract, JAN)
    second = correct(contract.january, 110)
    first_draft = drafted(contract, JAN).draft
    third = correct(second, 105)
    assert drafted(contract, JAN).outcome == "nothing"  # the open draft is to be made again with it
    from billing.actions.drafting import redraft, review_draft
    from billing.errors import ChangedMeanwhile

    with pytest.raises(ChangedMeanwhile):
        review_draft(draft_id=first_draft.id, by=None, at=AT)
    draft = redraft(draft_id=first_draft.id, at=AT)
    assert [(line.key, line.net) for line in draft.lines.all()] == [(f"usage {third.id}", Decimal("16.00"))]
    issued(draft)
    correct(third, 100)
    assert drafted(contract, JAN).draft.net == Decimal("16.00")  # as a credit note


def test_a_correction_before_issuing_is_no_correction_but_changes_the_draft(contract):
    from billing.actions.drafting import redraft

    draft = drafted(contract, JAN).draft
    correct(contract.january, 110)
    assert drafted(contract, JAN).outcome == "nothing"
    again = redraft(draft_id=draft.id, at=AT)
    assert again.net == Decimal("1102.00")
    invoice = issued(again)
    assert not invoice.lines.filter(key__startswith="usage").exists()
    assert drafted(contract, JAN).outcome == "nothing"


def test_a_correction_is_priced_as_its_month_was_whatever_was_published_since(contract):
    billed(contract, JAN)
    make_book(valid_from=JAN, prices={"platform": {0: "1.00"}, "practitioner": {0: "99.00"}})
    correct(contract.january, 110)
    assert drafted(contract, JAN).draft.net == Decimal("32.00")


def test_a_correction_too_large_for_any_invoice_waits_its_turn(contract):
    from billing.models import UsageReading

    for month in (FEB, MAR):
        read(contract, month, 1000)
    for month in (JAN, FEB, MAR):
        billed(contract, month)
    for reading in UsageReading.objects.filter(count=1000):
        correct(reading, 0)
    found = drafted(contract, MAR)
    assert found.detail["corrections_left"] == 1
    assert (found.draft.kind, found.draft.net) == ("credit_note", Decimal("2720.00"))
    issued(found.draft)
    second = drafted(contract, MAR).draft
    assert (second.net, second.credits_id != found.draft.credits_id) == (Decimal("2720.00"), True)


def test_what_is_billed_again_after_a_correction_comes_to_what_is_so(contract):
    """Billed at 100, corrected to 110, the first invoice credited whole and billed again: 110 are paid for, once."""
    from billing.actions.crediting import draft_credit

    first = billed(contract, JAN)
    correct(contract.january, 110)
    correction = billed(contract, JAN)
    credit = draft_credit(invoice_id=first.id, amounts=None, reason="Wrong address", bills_again=True, at=AT)
    issued(credit)
    again = billed(contract, JAN)
    assert correction.net + again.net == Decimal("750.00") + 110 * Decimal("3.20")
    assert drafted(contract, JAN).outcome == "nothing"
    both = draft_credit(invoice_id=correction.id, amounts=None, reason="Both on one", bills_again=True, at=AT)
    issued(both)
    assert drafted(contract, JAN).draft.net == Decimal("32.00")


def test_what_finance_credited_as_a_kindness_is_not_taken_back_by_a_correction(contract):
    from billing.actions.crediting import draft_credit

    invoice = billed(contract, JAN)
    line = invoice.lines.get(kind="practitioner")
    issued(
        draft_credit(
            invoice_id=invoice.id, amounts={line.id: Decimal("100.00")}, reason="Sorry", bills_again=False, at=AT
        )
    )
    correct(contract.january, 101)
    assert drafted(contract, JAN).draft.net == Decimal("3.20")


@pytest.mark.parametrize("count", [90, 110])
def test_what_was_credited_whole_is_not_asked_for_and_has_no_corrections(contract, count):
    from billing.actions.crediting import draft_credit

    invoice = billed(contract, JAN)
    issued(draft_credit(invoice_id=invoice.id, amounts=None, reason="Waived", bills_again=False, at=AT))
    correct(contract.january, count)
    assert drafted(contract, JAN).outcome == "nothing"
    read(contract, FEB, 100)
    assert drafted(contract, FEB).draft.net == Decimal("1070.00")
