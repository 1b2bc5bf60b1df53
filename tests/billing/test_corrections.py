"""Usage that is corrected after it was billed: the difference is billed or credited, once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from tenants.context import shared
from tests.billing.runs import AT, billed, correct, drafted, issued, read
from tests.factories.billing import make_book, make_contract, make_reading

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


@pytest.mark.parametrize("ids", [(1, 2), (2, 1)])
def test_corrections_of_two_months_may_be_issued_whichever_id_comes_first(contract, ids):
    february = read(contract, FEB, 100)[0]
    billed(contract, FEB)
    for reading, number in zip((contract.january, february), ids, strict=True):
        make_reading(reading.council_id, reading.month, 110, id=UUID(int=number), corrects=reading, reason="Again")
    assert issued(drafted(contract, FEB).draft).net == Decimal("64.00")


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


def everything() -> Decimal:
    """What all invoices less all credit notes come to, before tax."""
    from billing.models import Invoice

    return sum((one.net if one.kind == "invoice" else -one.net for one in Invoice.objects.all()), Decimal(0))


def credited_whole(invoice, *, bills_again: bool):
    from billing.actions.crediting import draft_credit

    return issued(draft_credit(invoice_id=invoice.id, amounts=None, reason="Anew", bills_again=bills_again, at=AT))


def test_what_is_billed_again_after_a_correction_downwards_is_corrected_once(contract):
    """The correction was a credit note of the same invoice: with the rest credited both are gone, and both are anew."""
    first = billed(contract, JAN)
    correct(contract.january, 90)
    billed(contract, JAN)
    credited_whole(first, bills_again=True)
    billed(contract, JAN)
    assert everything() == Decimal("1038.00")
    assert drafted(contract, JAN).outcome == "nothing"


def test_a_correction_credited_of_another_month_s_invoice_is_not_lost_when_that_is_billed_again(contract):
    read(contract, FEB, 100)
    billed(contract, JAN)
    february = billed(contract, FEB)
    correct(contract.january, 90)
    note = billed(contract, FEB)
    assert (note.net, note.credits_id) == (Decimal("32.00"), february.id)
    credited_whole(february, bills_again=True)
    billed(contract, FEB)
    assert everything() == Decimal("2108.00")
    assert drafted(contract, FEB).outcome == "nothing"


def test_what_a_correction_made_nothing_of_is_billed_again_as_nothing(db):
    from billing.actions.crediting import bill_again

    with shared():
        make_book(prices={"platform": {0: "0.00"}, "practitioner": {0: "3.20"}})
        contract = make_contract()
        reading = read(contract, JAN, 100)[0]
        first = billed(contract, JAN)
        correct(reading, 0)
        assert billed(contract, JAN).net == Decimal("320.00")
        bill_again(invoice_id=first.id, at=AT)
        assert drafted(contract, JAN).draft.net == 0


def test_a_correction_is_billed_anew_when_an_earlier_one_of_its_month_was_credited(contract):
    """100, then 110, then 90. Billing the 110 again leaves nothing of it; the 90 were worked out on top of it."""
    read(contract, FEB, 1000)
    billed(contract, JAN)
    second = correct(contract.january, 110)
    correction = billed(contract, JAN)
    february = billed(contract, FEB)
    third = correct(second, 90)
    assert billed(contract, FEB).credits_id == february.id
    credited_whole(correction, bills_again=True)
    again = drafted(contract, FEB).draft
    assert [(line.key, line.net) for line in again.lines.all()] == [(f"usage {third.id} 2", Decimal("32.00"))]
    issued(again)
    assert everything() == Decimal("1038.00") + february.net
    assert drafted(contract, FEB).outcome == "nothing"


def test_what_corrections_made_nothing_of_is_not_waived(db):
    with shared():
        make_book(prices={"platform": {0: "0.00"}, "practitioner": {0: "3.20"}})
        contract = make_contract()
        reading = read(contract, JAN, 100)[0]
        billed(contract, JAN)
        second = correct(reading, 0)
        assert billed(contract, JAN).net == Decimal("320.00")
        correct(second, 100)
        assert drafted(contract, JAN).draft.net == Decimal("320.00")


def test_a_month_whose_invoice_other_months_corrections_used_up_is_not_waived(contract):
    billed(contract, JAN)
    january = correct(contract.january, 1000)
    billed(contract, JAN)
    read(contract, FEB, 100)
    march = read(contract, MAR, 100)[0]
    billed(contract, FEB)
    invoice = billed(contract, MAR)
    correct(january, 600)
    note = billed(contract, MAR)
    assert (note.net, note.credits_id) == (Decimal("1040.00"), invoice.id)
    credited_whole(invoice, bills_again=False)
    correct(march, 200)
    assert drafted(contract, MAR).draft.net == Decimal("320.00")


def test_a_correction_that_comes_to_nothing_is_not_used_up_by_a_draft_of_something_else(contract):
    """Waived, corrected, and February billed meanwhile: billed again after all, it is what was counted last."""
    from billing.actions.crediting import bill_again

    first = billed(contract, JAN)
    credited_whole(first, bills_again=False)
    corrected = correct(contract.january, 110)
    read(contract, FEB, 100)
    february = billed(contract, FEB)
    assert [cover.key for cover in february.covers.all()] == ["2026-02"]
    bill_again(invoice_id=first.id, at=AT)
    again = billed(contract, FEB)
    assert again.net == Decimal("1102.00")
    assert {cover.key for cover in again.covers.all()} == {"2026-01", f"usage {corrected.id}"}


def test_a_month_beside_a_larger_correction_is_on_an_invoice_and_the_correction_on_a_credit_note(contract):
    """January is set to none from 1,000: 2,720 back, and February's 1,070 with the tax of its own day."""
    january = correct(contract.january, 1000)
    first = billed(contract, JAN)
    correct(january, 0)
    read(contract, FEB, 100)
    found = drafted(contract, FEB)
    invoice, note = found.draft, found.beside.draft
    assert (invoice.kind, invoice.net, note.kind, note.net) == (
        "invoice", Decimal("1070.00"), "credit_note", Decimal("2720.00"),
    )  # fmt: skip
    assert found.detail["credit_note"]["net"] == "2720.00"
    assert (note.credits_id, {line.month for line in note.lines.all()}) == (first.id, {JAN})
    assert drafted(contract, FEB).outcome == "nothing"
    february = issued(invoice)
    issued(note)  # the invoice changed nothing for it
    assert everything() == Decimal("1820.00")
    credited_whole(february, bills_again=True)
    assert drafted(contract, FEB).draft.net == Decimal("1070.00")


def test_a_credit_note_beside_an_invoice_may_be_issued_first_and_made_again(contract):
    from billing.actions.drafting import redraft

    january = correct(contract.january, 1000)
    billed(contract, JAN)
    second = correct(january, 0)
    read(contract, FEB, 100)
    found = drafted(contract, FEB)
    correct(second, 10)
    again = redraft(draft_id=found.beside.draft.id, at=AT)
    assert (again.kind, again.net) == ("credit_note", Decimal("2688.00"))
    issued(again)
    issued(found.draft)
    assert everything() == Decimal("1820.00") + 32


def test_a_month_billed_again_with_less_than_stands_of_it_is_an_invoice_and_a_credit_note(contract):
    """1,000 were corrected to on an invoice of its own, which stands; January itself is billed again at none."""
    read(contract, FEB, 3000)
    first = billed(contract, JAN)
    second = correct(contract.january, 1000)
    billed(contract, JAN)
    billed(contract, FEB)
    credited_whole(first, bills_again=True)
    correct(second, 0)
    found = drafted(contract, FEB)
    assert (found.draft.net, found.beside.draft.net) == (Decimal("750.00"), Decimal("2400.00"))
    before = everything()
    issued(found.draft)
    issued(found.beside.draft)
    assert everything() == before + 750 - 2400
    assert drafted(contract, FEB).outcome == "nothing"
