"""Bytes into rows: every kind of file gives rows with their right numbers, or one clear sentence."""

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from core.exchange.roster.mapping import parse_mapping
from core.exchange.roster.reading import UnreadableFile, read_sheet
from tests.exchange.rosters import CLIENTS, GOOD, HEADER, clients, lines


def numbers(data, mapping=None):
    return [row.number for row in read_sheet(data, mapping or clients()).rows]


def refusal(data, mapping=None):
    with pytest.raises(UnreadableFile) as refused:
        read_sheet(data, mapping or clients())
    return str(refused.value)


def workbook(rows, sheet="Caseload"):
    book = Workbook()
    book.active.title = sheet
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def xlsx_mapping(sheet="Caseload"):
    text = CLIENTS.replace("clients.csv", "clients.xlsx").replace('"csv"', f'"xlsx"\nsheet = "{sheet}"')
    return parse_mapping(text, name="x.toml")


def test_rows_are_numbered_as_a_spreadsheet_shows_them():
    assert numbers(lines(GOOD, "", GOOD, ",,,,,,,,,", GOOD)) == [2, 4, 6]


def test_a_cell_over_two_lines_counts_once():
    two_lines = GOOD.replace("Lane, Anytown", "Lane\r\nAnytown")
    assert numbers(lines(two_lines, GOOD)) == [2, 3]


def test_a_title_above_the_header_and_a_totals_line_are_no_rows():
    data = f"CLIENTS OF 2026,,\r\n\r\n{HEADER}\r\n{GOOD}\r\nTOTAL,1\r\n".encode()
    assert numbers(data) == [4]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_separator_than_the_mapping_says_is_found_out(delimiter):
    row = delimiter.join(
        ["Fair Jo", "14/03/2011", "12 Tansy Lane", "WS13 8PJ", "", "Ann Lee", "01/02/2026", "", "", ""]
    )
    data = f"{HEADER.replace(',', delimiter)}\n{row}\n".encode()
    assert numbers(data) == [2]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_a_byte_order_mark_tells_the_encoding(encoding):
    data = f"{HEADER}\n{GOOD.replace('FAIR', 'ŁUKASZ')}\n".encode(encoding)
    assert read_sheet(data, clients()).rows[0].cells["Name"] == "ŁUKASZ, Jo"


def test_the_first_encoding_that_fits_is_taken():
    data = f"{HEADER}\n{GOOD.replace('FAIR', 'ANDRÉ')}\n".encode("cp1252")
    mapping = clients(**{'["utf-8-sig"]': '["utf-8-sig", "cp1252"]'})
    assert read_sheet(data, mapping).rows[0].cells["Name"] == "ANDRÉ, Jo"


@pytest.mark.parametrize("data", [b"", b"   \r\n", b"\xef\xbb\xbf", b"\x00\x00"])
def test_an_empty_file_is_said_to_be_empty(data):
    assert refusal(data) == "clients.csv is empty."


@pytest.mark.parametrize(
    "data", [b"\x89PNG\r\n\x1a\n\x00\x00", b"PK\x03\x04rest", b"%PDF-1.7", b"Name,Born\x00\x01\x02"]
)
def test_a_binary_file_is_said_to_be_no_text(data):
    assert refusal(data) == "clients.csv is not a text file: it should be CSV."


def test_an_unexpected_encoding_is_named():
    data = f"{HEADER}\n{GOOD.replace('FAIR', 'ANDRÉ')}\n".encode("cp1252")
    assert refusal(data) == "clients.csv is in another encoding than utf-8-sig: save it as CSV UTF-8 and try again."


def test_missing_columns_are_named():
    assert (
        refusal(lines(GOOD).replace(b"Worker", b"Wrkr").replace(b"From", b"Since"))
        == "clients.csv lacks the columns: From, Worker."
    )


def test_a_column_that_is_never_kept_may_be_missing():
    assert numbers(f"{HEADER.removesuffix(',Notes')}\n{GOOD.removesuffix(',secret')}\n".encode()) == [2]


def test_an_unknown_column_is_told_and_read_past():
    sheet = read_sheet(lines(GOOD).replace(b"Notes", b"Shoe size"), clients())
    assert sheet.unknown_columns == ("Shoe size",)


def test_capitals_and_spaces_in_a_heading_do_not_matter():
    assert numbers(lines(GOOD).replace(b"Postcode", b" POSTCODE ")) == [2]


def test_a_workbook_gives_real_dates_and_whole_numbers():
    row = [
        "FAIR, Jo",
        date(2011, 3, 14),
        "12 Tansy Lane",
        "WS13 8PJ",
        9990000018,
        "Ann Lee",
        date(2026, 2, 1),
        None,
        None,
        None,
    ]
    read = read_sheet(workbook([HEADER.split(","), [None], row]), xlsx_mapping()).rows[0]
    assert read.number == 3
    assert read.cells["Born"] == date(2011, 3, 14)
    assert read.cells["NHS"] == "9990000018"


def test_a_workbook_without_the_sheet_says_which_it_has():
    assert (
        refusal(workbook([["x"]], "About"), xlsx_mapping())
        == "clients.xlsx has no sheet called Caseload; it has About."
    )


@pytest.mark.parametrize("data", [b"Name,Born\n", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0 broken"])
def test_what_is_no_workbook_is_said_to_be_none(data):
    assert refusal(data, xlsx_mapping()) == "clients.xlsx is not an Excel workbook."


@given(st.binary(max_size=300))
def test_any_bytes_give_rows_or_a_sentence(data):
    for mapping in (clients(), xlsx_mapping()):
        said = mapping.file
        try:
            read_sheet(data, mapping)
        except UnreadableFile as refused:
            said = str(refused)
        assert said.startswith(mapping.file)
