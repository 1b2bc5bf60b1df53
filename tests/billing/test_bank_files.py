"""A bank's file is read as it was meant or refused with the row that is wrong: nothing of it is guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.bank import MOST_ROWS, BadBankFile, BankFile, read_file
from billing.bank_cells import amount_in, day_in
from billing.errors import BadValue

FILES = Path(__file__).with_name("bank_files")
TODAY = date(2026, 11, 20)
HEAD = "Date,Reference,Amount\n"


def read(text: str | bytes, currency: str = "GBP") -> BankFile:
    content = text.encode() if isinstance(text, str) else text
    return read_file(content, currency=currency, today=TODAY)


def refusal(text: str | bytes, currency: str = "GBP") -> str:
    with pytest.raises(BadBankFile) as refused:
        read(text, currency)
    assert refused.value.field == "file"
    return str(refused.value)


def test_a_british_bank_s_file_is_read():
    file = read((FILES / "uk_paid_in_and_out.csv").read_bytes())
    assert [(one.day, one.amount, one.reference, one.payer) for one in file.lines] == [
        (date(2026, 11, 3), Decimal("1200.00"), "PWUK-2026-000012 BGC", "LARCH COUNTY COUNCIL"),
        (date(2026, 11, 5), Decimal("450.25"), "HAZEL DC INV 14 BGC", "HAZEL DISTRICT COUNCIL"),
    ]
    assert (file.outgoing, file.total) == (2, Decimal("1650.25"))


def test_an_australian_bank_s_file_with_the_newest_row_first_is_read():
    file = read((FILES / "au_newest_first.csv").read_bytes(), "AUD")
    assert [one.amount for one in file.lines] == [Decimal("3300.00"), Decimal("11000.50")]
    assert (file.lines[1].day, file.outgoing) == (date(2026, 11, 2), 1)


def test_headings_may_stand_below_the_account_s_own_lines_and_between_semicolons():
    file = read((FILES / "semicolons_below_account.csv").read_bytes())
    assert [(one.row, one.amount) for one in file.lines] == [(6, Decimal("1234.50"))]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_same_file_is_read_in_every_encoding(encoding):
    text = "Date,Reference,Paid in,Paid out\n01/11/2026,Café – Zoë’s £ board,10.00,\n"
    (line,) = read(text.encode(encoding)).lines
    assert (line.reference, line.amount) == ("Café – Zoë’s £ board", Decimal("10.00"))


def test_what_is_in_no_encoding_is_refused():
    assert "not a text file" in refusal(b"Date,Reference,Amount\n01/11/2026,\x81\x8d\x8f,1\n")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b" \r\n\t ", "empty"),
        (b"PK\x03\x04rest", "Excel"),
        (b"\xd0\xcf\x11\xe0rest", "Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n", "picture"),
        (b"<html><body>Sign in</body></html>", "web page"),
        (b"OFXHEADER:100", "OFX"),
        (b"Dear Sir or Madam", "No row of headings"),
        (bytes(range(256)) * 4, "not a text file"),
        (b"a" * 5_000_001, "bigger"),
    ],
)
def test_what_is_no_csv_file_is_named(content, says):
    assert says in refusal(content)


@pytest.mark.parametrize(
    ("heading", "missing"),
    [
        ("Reference,Amount", "a date"),
        ("Date,Reference", "an amount"),
        ("Date,Amount", "what the payer wrote"),
        ("Date,Reference,Paid out", "an amount"),
        ("Colour,Shape", "a date"),
    ],
)
def test_a_missing_column_is_named(heading, missing):
    assert missing in refusal(f"{heading}\n1,2,3\n")


def test_headings_without_movements_are_refused():
    assert "no movements" in refusal(HEAD)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("03/04/2026", date(2026, 4, 3)), ("3.4.2026", date(2026, 4, 3)), ("03-04-26", date(2026, 4, 3)),
        ("2026-04-03", date(2026, 4, 3)), ("2026-04-03T09:30:00Z", date(2026, 4, 3)), ("3 Apr 2026", date(2026, 4, 3)),
        ("03-April-26", date(2026, 4, 3)), ("29/02/2024", date(2024, 2, 29)),
    ],
)  # fmt: skip
def test_days_are_read_day_first(cell, day):
    assert day_in(cell, TODAY) == day


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("04/13/2026", "no such day"), ("29/02/2026", "no such day"), ("31/04/2026", "no such day"),
        ("2026-13-01", "no such day"), ("00/01/2026", "no such day"), ("45231", "not a date"), ("soon", "not a date"),
        ("=TODAY()", "not a date"), ("", "no date"), ("21/11/2026", "still to come"), ("01/01/1999", "too long ago"),
        ("01/01/0000", "no such day"),
    ],
)  # fmt: skip
def test_an_impossible_day_is_refused_with_its_row(cell, says):
    words = refusal(f"{HEAD}01/11/2026,A,1.00\n{cell},B,2.00\n")
    assert "Row 3" in words
    assert says in words


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("1,234.50", "1234.50"), ("£12", "12.00"), ("12.5", "12.50"), ("-7.00", "-7.00"), ("\u22127.00", "-7.00"),
        ("(7.00)", "-7.00"), ("7.00 CR", "7.00"), ("7.00DR", "-7.00"), ("7.00-", "-7.00"), ("+7.00", "7.00"),
        ("GBP 7.00", "7.00"), ("0.00", "0.00"),
    ],
)  # fmt: skip
def test_amounts_are_read(cell, amount):
    assert amount_in(cell, "GBP") == Decimal(amount)


@pytest.mark.parametrize(
    "cell",
    ["€7.00", "$7.00", "USD 7.00", "1.234,50", "7.005", "1e3", "NaN", "seven", "=1+1", "@SUM(A1)", "999999999.00"],
)
def test_what_is_no_amount_of_the_account_is_refused_with_its_row(cell):
    with pytest.raises(BadValue):
        amount_in(cell, "GBP")
    assert "Row 2" in refusal(f'{HEAD}01/11/2026,A,"{cell}"\n')


def test_negative_and_zero_amounts_are_no_money_in():
    file = read(f"{HEAD}01/11/2026,A,-5.00\n01/11/2026,B,0.00\n02/11/2026,C,5.00\n")
    assert ([one.reference for one in file.lines], file.outgoing) == (["C"], 2)


def test_a_row_in_another_currency_is_refused():
    words = refusal("Date,Reference,Amount,Currency\n01/11/2026,A,5.00,GBP\n02/11/2026,B,5.00,EUR\n")
    assert "Row 3: this is in EUR" in words


def test_an_amount_with_a_comma_of_its_own_that_is_not_quoted_is_refused():
    assert "more cells than headings" in refusal(f"{HEAD}01/11/2026,A,1,234.50\n")


def test_a_quotation_mark_that_is_not_closed_is_told_with_its_row():
    assert "not closed" in refusal(f'{HEAD}01/11/2026,"A,5.00\n02/11/2026,B,5.00\n')


def test_a_balance_that_does_not_follow_is_told_with_its_row():
    words = refusal("Date,Reference,Amount,Balance\n01/11/2026,A,5.00,105.00\n02/11/2026,B,5.00,110.01\n")
    assert "Row 3: the balance says £110.01, and from the rows before it is £110.00" in words


def test_a_row_that_stands_twice_breaks_the_balance():
    rows = "01/11/2026,A,5.00,105.00\n02/11/2026,B,5.00,110.00\n02/11/2026,B,5.00,110.00\n"
    assert "Row 4" in refusal(f"Date,Reference,Amount,Balance\n{rows}")


def test_balances_may_stand_on_some_rows_only_and_be_carried_forward():
    rows = (
        "01/11/2026,Balance brought forward,,100.00\n01/11/2026,A,5.00,\n01/11/2026,B,5.00,110.00\n"
        ",Closing balance,,110.00\n"
    )
    assert [one.reference for one in read(f"Date,Details,Paid in,Balance\n{rows}").lines] == ["A", "B"]
    assert "£111.00" in refusal(f"Date,Details,Paid in,Balance\n{rows.replace('110.00', '111.00', 1)}")


def test_a_wrong_total_is_told():
    rows = "01/11/2026,A,5.00\n02/11/2026,B,6.00\nTotal,,{}\n"
    assert read(HEAD + rows.format("11.00")).total == Decimal("11.00")
    assert "Row 4: the total says £12.00, and the rows above add up to £11.00" in refusal(HEAD + rows.format("12.00"))


def test_every_wrong_row_is_told_and_no_more_than_twenty():
    words = refusal(HEAD + "".join(f"99/11/2026,A,{n}.00\n" for n in range(30)))
    assert words.count("Row ") == 20
    assert words.endswith("And 10 more like these.")


def test_too_many_rows_are_refused():
    assert "20,000" in refusal(HEAD + "01/11/2026,A,1.00\n" * (MOST_ROWS + 1))


def test_formulas_and_signs_no_eye_sees_stay_plain_text():
    content = f'{HEAD}01/11/2026,"=HYPERLINK(""http://x.example"")",1.00\n02/11/2026,="00012",2.00\n'
    first, second = read(content + "03/11/2026,A\u200bB\x07C,3.00\n").lines[:2]
    assert first.reference == '=HYPERLINK("http://x.example")'
    assert second.reference == "00012"
    assert read(content + "03/11/2026,A\u200bB\x07C,3.00\n").lines[2].reference == "A B C"


def test_an_equal_row_has_a_fingerprint_of_its_own_that_is_the_same_in_every_file():
    row = "01/11/2026,PWUK-2026-000001,5.00\n"
    one = read(HEAD + row * 2)
    other = read("Reference,Date,Amount\nPWUK-2026-000001,2026-11-01,£5.00\nX,2026-11-02,1\n")
    first, second = one.lines
    assert (first.again, second.again) == (False, True)
    assert first.fingerprint != second.fingerprint
    assert other.lines[0].fingerprint == first.fingerprint


AMOUNTS = st.decimals(min_value="-99999", max_value="99999", places=2)


@given(st.lists(AMOUNTS, min_size=1, max_size=30), AMOUNTS, st.booleans(), st.integers(1, 28))
def test_in_either_order_the_sum_is_that_of_the_rows_and_a_row_that_was_taken_out_is_seen(
    amounts, opening, is_newest_first, without
):
    rows, balance = [], opening
    for number, amount in enumerate(amounts):
        balance += amount
        rows.append(f"{date(2026, 10, 1 + number).isoformat()},R{number},{amount},{balance}")
    head, step = "Date,Reference,Amount,Balance\n", -1 if is_newest_first else 1
    assert read(head + "\n".join(rows[::step])).total == sum(amount for amount in amounts if amount > 0)
    if without < len(rows) - 1 and amounts[without]:
        del rows[without]
        assert "the balance says" in refusal(head + "\n".join(rows[::step]))


@given(st.binary(max_size=300))
def test_whatever_bytes_come_are_read_or_refused(content):
    try:
        assert read(content).lines is not None
    except BadBankFile as refused:
        assert str(refused)


@given(st.text(max_size=200))
def test_whatever_stands_in_a_cell_is_read_or_refused(text):
    try:
        assert len(read(f"{HEAD}01/11/2026,{text},5.00\n".encode("utf-8", "ignore")).lines) <= 1 + text.count("\n") + 1
    except BadBankFile as refused:
        assert str(refused)


@pytest.mark.parametrize("heading", ["Type", "DR/CR", "Debit/Credit", "Credit Debit Indicator", "D/C", "CR/DR"])
def test_a_column_that_says_which_way_money_went_is_heeded(heading):
    file = read(
        f"Date,{heading},Reference,Amount\n01/11/2026,DR,Refund PWUK-2026-000012,1284.00\n"
        "02/11/2026,CR,PWUK-2026-000012,1284.00\n03/11/2026,Debit,x,1.00\n04/11/2026,c,y,2.00\n"
    )
    assert ([one.row for one in file.lines], file.outgoing, file.total) == ([3, 5], 2, Decimal("1286.00"))


def test_a_type_that_names_a_way_of_paying_beside_signed_amounts_says_nothing_of_the_side():
    file = read("Date,Type,Reference,Amount\n01/11/2026,DD,x,-4.00\n02/11/2026,CR,y,5.00\n02/11/2026,DR,y,-5.00\n")
    assert (len(file.lines), file.outgoing) == (1, 2)


def test_a_row_that_does_not_say_which_way_its_money_went_is_refused():
    said = refusal("Date,Type,Reference,Amount\n01/11/2026,DR,x,4.00\n02/11/2026,BACS,y,5.00\n")
    assert "Row 3" in said
    assert "“BACS” does not say" in said
    assert "Row 2" in refusal("Date,D/C,Reference,Amount\n01/11/2026,X,x,4.00\n")
    assert "Row 2" in refusal("Date,D/C,Reference,Amount\n01/11/2026,,x,4.00\n")
    assert "below zero" in refusal("Date,D/C,Reference,Amount\n01/11/2026,CR,x,-4.00\n")


def test_a_column_of_another_name_that_holds_only_sides_is_asked_about():
    said = refusal("Date,Direction,Reference,Amount\n01/11/2026,DR,x,4.00\n02/11/2026,CR,y,5.00\n")
    assert "“Direction”" in said
    assert len(read("Date,Direction,Reference,Amount\n01/11/2026,DR?,x,4.00\n").lines) == 1
    assert len(read("Date,Direction,Reference,Paid in,Paid out\n01/11/2026,CR,x,4.00,\n").lines) == 1
