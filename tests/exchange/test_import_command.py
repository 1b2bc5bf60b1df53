"""`manage.py import_roster`: a clear sentence for whatever is wrong with folder, files or council; the rest goes on."""

import csv
import io
import shutil

import pytest
from django.core.management import CommandError, call_command

from core.exchange.results import COLUMNS, ResultRow, write_result
from core.exchange.roster.planning import RowOutcome
from tenants.context import inside
from tests.exchange.rosters import MAPPINGS, ROOT

SAMPLE = ROOT / "tests" / "exchange" / "sample"
OWN_MAPPINGS = next(path for path in MAPPINGS.iterdir() if (path / "housing_tenancies.toml").exists())


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "exports"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("truth"))
    return folder


@pytest.fixture
def take(amber, tmp_path):
    def run(folder, *extra, council="Amber", mappings=OWN_MAPPINGS):
        out = io.StringIO()
        result = tmp_path / "result.csv"
        call_command(
            "import_roster", str(folder), "--council", council, "--mappings", str(mappings),
            "--today", "2026-11-20", "--result", str(result), *extra, stdout=out,
        )  # fmt: skip
        with result.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        return out.getvalue(), rows

    return run


def test_the_result_file_has_a_line_for_every_row_and_the_table_counts_them(take, files):
    said, rows = take(files)
    assert tuple(rows[0]) == COLUMNS
    assert f"{len(rows):,}" in said.split("all ")[1].splitlines()[0]
    assert {row["outcome"] for row in rows} == {"created", "matched", "needs a decision", "error"}
    assert all(row["sentence"] for row in rows)
    taken = [row for row in rows if row["source file"] == "housing_tenancies.csv" and row["client reference"]]
    assert {row["outcome"] for row in taken} <= {"created", "matched"}


def test_progress_and_what_was_written_are_shown(take, files):
    said, _rows = take(files)
    assert "comparing people" in said
    assert "Written: " in said
    again, _rows = take(files)
    assert "Nothing was written: everything was here already." in again


def test_no_clients_name_stands_in_the_result_file(amber, take, files):
    from core.people.models import Client

    _said, rows = take(files)
    text = " ".join(" ".join(row.values()) for row in rows if row["source file"] != "staff.csv").lower()
    with inside(amber, actor="test"):
        names = {client.full_name.lower() for client in Client.objects.all()}
    assert names
    assert not [name for name in names if name in text]


def test_precision_and_recall_are_printed_against_a_key(take, files):
    said, _rows = take(files, "--truth", str(SAMPLE / "truth"))
    assert "Pair precision" in said
    assert "held out" in said


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "housing_tenancies.csv is empty."),
        (b"\x89PNG\r\n\x1a\n\x00\x00binary", "housing_tenancies.csv is not a text file: it should be CSV."),
        (b"\x00\x01\x02\x03" * 50, "housing_tenancies.csv is not a text file: it should be CSV."),
        (b"Wrong,Columns\r\n1,2\r\n", "housing_tenancies.csv lacks the columns:"),
        ("Tenancy Ref,Landlord\n".encode("utf-16-le"), "housing_tenancies.csv"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_the_rest_imports(take, files, content, sentence):
    whole = len(take(files)[1])
    housing = len((files / "housing_tenancies.csv").read_text(encoding="utf-8-sig").splitlines())
    (files / "housing_tenancies.csv").write_bytes(content)
    _said, rows = take(files)
    unread = [row for row in rows if row["source file"] == "housing_tenancies.csv"]
    assert [(row["row number"], row["outcome"]) for row in unread] == [("", "error")]
    assert unread[0]["sentence"].startswith(sentence)
    assert len(rows) > whole - housing


def test_a_file_in_utf_16_with_its_mark_is_read_like_any_other(take, files):
    path = files / "housing_tenancies.csv"
    plain = take(files)[1]
    path.write_bytes(path.read_text(encoding="utf-8-sig").encode("utf-16"))
    assert take(files)[1] == plain


def test_an_excel_file_that_is_none_is_named(take, files):
    (files / "health_visiting_caseload.xlsx").write_bytes(b"Forename,Surname\r\n")
    _said, rows = take(files)
    unread = [row for row in rows if row["source file"] == "health_visiting_caseload.xlsx"]
    assert [row["sentence"] for row in unread] == ["health_visiting_caseload.xlsx is not an Excel workbook."]


def test_a_missing_file_and_one_without_a_mapping_are_named(take, files):
    (files / "school_nursing.csv").unlink()
    (files / "extra.csv").write_text("a,b\n1,2\n")
    _said, rows = take(files)
    told = {row["source file"]: row["sentence"] for row in rows}
    assert told["school_nursing.csv"] == "school_nursing.csv is not in the folder."
    assert told["extra.csv"] == "extra.csv has no mapping: it was left alone."


@pytest.mark.parametrize(
    ("folder", "sentence"), [("nowhere", "There is no folder at"), ("hollow", "is empty: put the exports into it")]
)
def test_a_folder_that_is_missing_or_empty_is_a_sentence(take, tmp_path, folder, sentence):
    (tmp_path / "hollow").mkdir()
    with pytest.raises(CommandError, match=sentence):
        take(tmp_path / folder)


def test_an_unknown_council_is_a_sentence(take, files):
    with pytest.raises(CommandError, match="There is no council called 'Nowhere'"):
        take(files, council="Nowhere")


def test_mappings_that_are_missing_or_wrong_are_a_sentence_and_nothing_is_written(amber, take, files, tmp_path):
    with pytest.raises(CommandError, match="There is no folder of mappings at"):
        take(files, mappings=tmp_path / "none")
    wrong = tmp_path / "mappings"
    shutil.copytree(OWN_MAPPINGS, wrong)
    staff = wrong / "staff.toml"
    staff.write_text(staff.read_text().replace('["practitioner", "manager"]', '["emperor"]'))
    with pytest.raises(CommandError, match="“emperor”, given for “manager”"):
        take(files, mappings=wrong)
    with inside(amber, actor="test"):
        from core.directory.models import Agency

        assert not Agency.objects.exists()


def test_a_folder_without_a_readable_row_ends_with_a_sentence(take, tmp_path):
    folder = tmp_path / "junk"
    folder.mkdir()
    (folder / "housing_tenancies.csv").write_bytes(b"")
    with pytest.raises(CommandError, match="No file held a row that could be read"):
        take(folder)


def test_a_result_file_among_the_exports_or_where_none_can_be_is_refused(amber, files):
    for place, sentence in ((files / "result.csv", "another folder"), (files / "no" / "such" / "x.csv", "can't be")):
        with pytest.raises(CommandError, match=sentence):
            call_command(
                "import_roster", str(files), "--council", "Amber", "--mappings", str(OWN_MAPPINGS),
                "--result", str(place),
            )  # fmt: skip


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", " ="])
def test_a_cell_that_a_spreadsheet_would_run_shows_as_text(tmp_path, start):
    path = tmp_path / "result.csv"
    write_result(path, [ResultRow(f"{start}cmd.csv", 2, RowOutcome.ERROR, f"{start}HYPERLINK(1)", "")])
    with path.open(encoding="utf-8-sig", newline="") as file:
        row = list(csv.reader(file))[1]
    assert row[0] == f"'{start}cmd.csv"
    assert row[3] == f"'{start}HYPERLINK(1)"


def test_a_formula_in_an_export_reaches_neither_the_council_nor_the_result(amber, take, files):
    from core.people.models import Client

    path = files / "housing_tenancies.csv"
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    head = lines[0].split(",")
    cells = next(csv.reader([lines[1]]))
    cells[head.index("Tenant")] = '=HYPERLINK("http://evil.example","x"), Jo'
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    path.write_text("\r\n".join([*lines, out.getvalue()]), encoding="utf-8")
    _said, rows = take(files)
    last = [one for one in rows if one["source file"] == "housing_tenancies.csv"][-1]
    assert (last["outcome"], last["sentence"]) == ("error", "The name holds a formula or mark-up, not a name.")
    with inside(amber, actor="test"):
        assert not Client.objects.filter(family_name__contains="HYPERLINK").exists()
