"""One line of a file into an involvement, or the problem that keeps it waiting."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.exchange.roster.reading import SheetRow, read_sheet
from core.exchange.roster.rows import read_row, read_rows
from core.exchange.roster.transforms import PlannedVisit
from tests.exchange.rosters import GOOD, HEADER, TODAY, clients, lines


def only(row, mapping=None):
    (read,) = read_rows(read_sheet(lines(row), mapping or clients()), mapping or clients(), today=TODAY)
    return read


def test_a_good_line_becomes_an_involvement():
    row = only(GOOD).row
    assert (row.identity.given, row.identity.family) == ("Jo", "Fair")
    assert row.identity.birth_date == date(2011, 3, 14)
    assert row.identity.postcode == "WS13 8PJ"
    assert row.worker.name == "Ann Lee"
    assert (row.started_on, row.ended_on) == (date(2026, 2, 1), None)
    assert row.contacts == (date(2026, 3, 3),)
    assert row.agency == "Hub"


def test_a_column_that_is_never_kept_leaves_no_trace():
    read = only(GOOD)
    assert "secret" not in repr(read)
    assert read.fingerprint == only(GOOD.replace("secret", "else")).fingerprint


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"FAIR, Jo"', '""', "no_name"),
        ('"FAIR, Jo"', '"=1+1, Jo"', "not_a_name"),
        ('"FAIR, Jo"', f'"{"x" * 101}, Jo"', "name_too_long"),
        ("14/03/2011", "31/02/2011", "impossible_birth_date"),
        ("14/03/2011", "14/03/2031", "future_birth_date"),
        (",,Ann", ",9990000019,Ann", "nhs_check_digit"),
        ("01/02/2026", "", "no_start_date"),
        ("01/02/2026", "31/06/2026", "impossible_start_date"),
        ("01/02/2026", "last spring", "unreadable_start_date"),
        ("01/02/2026,", "01/02/2026,01/01/2026", "end_before_start"),
        ("01/02/2026,", "01/02/2026,30/02/2026", "impossible_end_date"),
        ("Ann Lee", "", "no_worker"),
        ('"12 Tansy Lane, Anytown"', "12 Tansy Lane, Anytown", "shifted_columns"),
    ],
)
def test_a_problem_is_told_by_its_kind_with_a_sentence(old, new, code):
    read = only(GOOD.replace(old, new, 1))
    assert read.row is None
    assert read.problem.code == code
    assert read.problem.sentence.endswith(".")


@pytest.mark.parametrize("nothing", ["", "n/k", "00/00/0000", "01/01/1900"])
def test_a_missing_birth_date_is_no_problem(nothing):
    assert only(GOOD.replace("14/03/2011", nothing)).row.identity.birth_date is None


def test_a_contact_that_cannot_be_read_is_left_out_and_told():
    row = only(GOOD.replace("03/03/2026", "soon")).row
    assert row.contacts == ()
    assert row.warnings == ("Seen was left out: “soon” can't be read as a date.",)


def test_a_formula_in_an_address_is_left_out_and_the_row_goes_on():
    assert only(GOOD.replace("12 Tansy Lane, Anytown", "=1+1, Anytown")).row.identity.address == ""


def test_a_near_copy_has_the_same_fingerprint():
    assert only(GOOD.replace('"FAIR, Jo"', '" fair,  JO "')).fingerprint == only(GOOD).fingerprint
    assert only(GOOD.replace("FAIR", "FAIRE")).fingerprint != only(GOOD).fingerprint


def test_a_worker_named_by_an_address_is_an_address():
    assert only(GOOD.replace("Ann Lee", "Ann.Lee@Hub.example ")).row.worker.email == "ann.lee@hub.example"


def test_a_visit_may_have_a_time():
    mapping = clients(**{'field = "contact"': 'field = "next_visit"'})
    assert only(GOOD.replace("03/03/2026", "03/12/2026 14:30"), mapping).row.next_visit == PlannedVisit(
        date(2026, 12, 3), time(14, 30)
    )
    assert only(GOOD.replace("03/03/2026", "03/12/2026"), mapping).row.next_visit == PlannedVisit(date(2026, 12, 3))


def test_a_service_that_the_mapping_does_not_know_is_a_problem():
    mapping = clients(
        **{
            'field = "contact"': 'field = "service_type"',
            'never_keep = "free text"\n': 'never_keep = "x"\n[services]\n"GP" = "universal.gp"\n',
        }
    )
    assert only(GOOD.replace("03/03/2026", "gp"), mapping).row.service_type == "universal.gp"
    assert only(GOOD.replace("03/03/2026", "Astrology"), mapping).problem.code == "unknown_service"


@given(st.lists(st.text(max_size=40), min_size=10, max_size=12))
def test_whatever_is_in_the_cells_gives_a_row_or_a_problem(cells):
    names = HEADER.split(",")
    read = read_row(SheetRow(2, dict(zip(names, cells, strict=False)), tuple(cells[10:])), clients(), today=TODAY)
    assert (read.row is None) != (read.problem is None)
