"""A folder into a plan: rows never vanish, order never matters, a second run matches everything."""

import csv
import random
from dataclasses import replace

import pytest

from core.exchange.roster.clustering import KnownPerson, place
from core.exchange.roster.directory import AgencyRow, Directory, WorkerRow
from core.exchange.roster.mapping import parse_mapping, read_mappings
from core.exchange.roster.measuring import check_rows, measure, read_truth
from core.exchange.roster.merging import merged
from core.exchange.roster.planning import Memory, RowOutcome, plan_folder
from core.exchange.roster.rows import RowProblem, WorkerReference
from core.people.identity import Identity
from tests.exchange.rosters import CLIENTS, GOOD, MAPPINGS, ROOT, TODAY, lines

SAMPLE = ROOT / "tests" / "exchange" / "sample"

AGENCIES = (
    'file = "agencies.csv"\nsource = "a"\ntitle = "A"\nkind = "agencies"\ncountry = "GB"\n[format]\ntype = "csv"\n'
    + "".join(
        f'[[columns]]\nname = "{name}"\nfield = "{name}"\n'
        for name in ("agency", "service_types", "signed_on", "expires_on")
    )
)
STAFF = (
    'file = "staff.csv"\nsource = "s"\ntitle = "S"\nkind = "staff"\ncountry = "GB"\n[format]\ntype = "csv"\n'
    + "".join(
        f'[[columns]]\nname = "{name}"\nfield = "{name}"\n'
        for name in ("given", "family", "email", "agency", "service_type")
    )
)


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "agencies.csv").write_text("agency,service_types,signed_on,expires_on\nHub,family.help,2025-01-01,\n")
    (tmp_path / "staff.csv").write_text(
        "given,family,email,agency,service_type\nAnn,Lee,ann@hub.example,Hub,family.help\n"
    )
    return tmp_path


def plan_of(folder, *rows, memory=None):
    (folder / "clients.csv").write_bytes(lines(*rows))
    mappings = [parse_mapping(text, name="x.toml") for text in (AGENCIES, STAFF, CLIENTS)]
    return plan_folder(folder, mappings, today=TODAY, memory=memory)


@pytest.fixture(scope="module")
def sample_mappings():
    return read_mappings(next(path for path in MAPPINGS.iterdir() if (path / "housing_tenancies.toml").exists()))


@pytest.fixture(scope="module")
def sample_plan(sample_mappings):
    return plan_folder(SAMPLE, sample_mappings, today=TODAY)


def test_every_data_row_of_the_sample_has_exactly_one_outcome(sample_plan):
    truth = read_truth(SAMPLE / "truth")
    assert sorted((row.file, row.number) for row in sample_plan.rows) == sorted(truth.rows)
    assert sum(sum(counted.values()) for counted in sample_plan.counts().values()) == len(truth.rows)


def test_every_row_of_the_sample_that_is_not_plain_has_a_sentence(sample_plan):
    assert all(row.sentence for row in sample_plan.rows)
    assert all(row.person for row in sample_plan.rows if row.outcome in {RowOutcome.CREATED, RowOutcome.MATCHED})
    assert not any(row.person for row in sample_plan.rows if row.outcome in {RowOutcome.QUESTION, RowOutcome.ERROR})


def test_the_sample_is_told_as_its_key_tells_it(sample_plan):
    truth = read_truth(SAMPLE / "truth")
    checks, figures = check_rows(sample_plan, truth), measure(sample_plan, truth)
    assert all(found == expected for found, expected in checks.errors.values())
    assert checks.false_errors == 0
    assert checks.duplicates_right == checks.duplicates_expected == checks.duplicates_found
    assert checks.workers_right == checks.workers
    assert figures.wrong_merges == []
    assert figures.thin_attached == 0
    assert figures.recall > 0.8


def test_the_order_of_rows_changes_nothing(folder, sample_mappings, sample_plan):
    """Every file shuffled: the same rows (by what they say) are put together, and the same ones wait."""
    for path in SAMPLE.glob("*.*"):
        mapping = next(mapping for mapping in sample_mappings if mapping.file == path.name)
        data = path.read_bytes()
        if mapping.format.type == "csv" and mapping.kind == "involvements":
            data = _shuffled(data, mapping)
        (folder / path.name).write_bytes(data)
    shuffled = plan_folder(folder, sample_mappings, today=TODAY)
    assert _partition(shuffled) == _partition(sample_plan)


def _shuffled(data, mapping):
    encoding, header_lines = mapping.format.encodings[0], 2 if mapping.format.totals else 1
    rows = list(csv.reader(data.decode(encoding).splitlines(keepends=True), delimiter=mapping.format.delimiter))
    body = rows[header_lines:]
    random.Random(7).shuffle(body)
    quoted = [
        mapping.format.delimiter.join('"' + cell.replace('"', '""') + '"' for cell in row)
        for row in rows[:header_lines] + body
    ]
    return "\r\n".join(quoted).encode(encoding)


def _partition(plan):
    together: dict[str, set[str]] = {}
    waiting = set()
    for row in plan.rows:
        if row.person:
            together.setdefault(row.person, set()).add(row.fingerprint)
        elif row.outcome is RowOutcome.QUESTION:
            waiting.add(row.fingerprint)
    return {frozenset(rows) for rows in together.values()}, waiting


def test_a_second_run_matches_everything_and_asks_the_same(sample_mappings, sample_plan):
    people = tuple(KnownPerson(key, person.descriptions) for key, person in sample_plan.people.items())
    again = plan_folder(SAMPLE, sample_mappings, today=TODAY, memory=Memory(people))
    assert again.people == {}
    assert [row.person for row in again.rows] == [row.person for row in sample_plan.rows]
    assert RowOutcome.CREATED not in {row.outcome for row in again.rows}


def test_a_row_taken_before_goes_to_the_same_client_whatever_is_known_of_them(sample_mappings, sample_plan):
    remembered = {row.fingerprint: row.person for row in sample_plan.rows if row.person}
    again = plan_folder(SAMPLE, sample_mappings, today=TODAY, memory=Memory(rows=remembered))
    assert [row.person for row in again.rows] == [row.person for row in sample_plan.rows]


def test_a_row_and_its_copy_are_one_line_of_one_involvement(folder):
    first, copy = plan_of(folder, GOOD, GOOD.replace("Jo", "JO ")).rows
    assert (first.outcome, copy.outcome) == (RowOutcome.CREATED, RowOutcome.MATCHED)
    assert copy.duplicate_of == first.number == 2
    assert copy.involvement == first.involvement


def test_visits_of_one_involvement_share_its_key_and_another_start_does_not(folder):
    rows = plan_of(
        folder, GOOD, GOOD.replace("03/03/2026", "04/04/2026"), GOOD.replace("01/02/2026", "09/02/2026")
    ).rows
    assert rows[0].involvement == rows[1].involvement != rows[2].involvement
    assert rows[1].duplicate_of is None


def test_twins_are_two_clients_and_each_row_goes_to_the_right_one(folder):
    plan = plan_of(folder, GOOD, GOOD.replace("Jo", "Ben"), GOOD.replace("03/03", "05/05"))
    assert len(plan.people) == 2
    assert plan.rows[0].person == plan.rows[2].person != plan.rows[1].person


def test_namesakes_born_on_one_day_wait_for_a_decision(folder):
    elsewhere = GOOD.replace("12 Tansy Lane", "9 Other Road").replace("WS13 8PJ", "WS7 1AA")
    plan = plan_of(folder, GOOD, elsewhere)
    assert sorted(row.outcome for row in plan.rows) == [RowOutcome.CREATED, RowOutcome.QUESTION]
    waiting = next(row for row in plan.rows if row.outcome is RowOutcome.QUESTION)
    assert waiting.candidates[0].person in plan.people
    assert "namesake" in waiting.sentence


def test_an_undated_row_that_fits_a_father_and_his_son_waits(folder):
    father, undated = GOOD.replace("14/03/2011", "01/05/1984"), GOOD.replace("14/03/2011", "")
    plan = plan_of(folder, GOOD, father, undated)
    assert [row.outcome for row in plan.rows] == [RowOutcome.CREATED, RowOutcome.CREATED, RowOutcome.QUESTION]
    assert len(plan.rows[2].candidates) == 2


def test_an_unreadable_file_is_told_and_the_others_go_on(folder):
    (folder / "stray.csv").write_text("x")
    (folder / "clients.csv").write_bytes(b"\x89PNG")
    mappings = [parse_mapping(text, name="x.toml") for text in (AGENCIES, STAFF, CLIENTS)]
    reports = {report.file: report.problem for report in plan_folder(folder, mappings, today=TODAY).files}
    assert reports["clients.csv"] == "clients.csv is not a text file: it should be CSV."
    assert reports["stray.csv"] == "stray.csv has no mapping: it was left alone."
    assert reports["staff.csv"] == ""


def test_a_known_client_is_matched_and_two_known_clients_are_never_joined():
    jo = Identity(
        given="Jo", family="Fair", birth_date=TODAY.replace(year=2011), address="12 Tansy Lane", postcode="WS13 8PJ"
    )
    placed = place([jo], [KnownPerson("a", (jo,))])
    assert placed.person_of == {0: "a"}
    both = place([jo], [KnownPerson("a", (jo,)), KnownPerson("b", (jo,))])
    assert set(both.members) == {"a", "b"}


HUB = AgencyRow(2, "Hub", signed_on=TODAY.replace(year=2025))
OTHER = AgencyRow(3, "Other Agency", signed_on=TODAY.replace(year=2025))
STAFFED = Directory(
    (HUB, OTHER),
    (
        WorkerRow(2, "Łukasz", "Nowak", "Hub", email="l.nowak@hub.example"),
        WorkerRow(3, "Sam", "Lee", "Hub"),
        WorkerRow(4, "Sam", "Lee", "Other Agency"),
        WorkerRow(5, "Elizabeth", "Francis", "Hub"),
        WorkerRow(6, "Pat", "Hill", "Hub"),
        WorkerRow(7, "Pat", "Hill", "Hub"),
    ),
)


@pytest.mark.parametrize(
    ("name", "email", "agency", "row"),
    [
        ("", "l.nowak@hub.example", OTHER, 2),
        ("LUKASZ NOWAK", "", HUB, 2),
        ("Sam Lee", "", HUB, 3),
        ("Sam Lee", "", OTHER, 4),
        ("Liz Francis", "", HUB, 5),
        ("Sam Lee", "new.address@hub.example", HUB, 3),
    ],
)
def test_a_worker_is_known_by_address_then_by_name_in_the_agency(name, email, agency, row):
    worker = STAFFED.worker(WorkerReference(name, email), agency)
    assert isinstance(worker, WorkerRow)
    assert worker.number == row


@pytest.mark.parametrize(
    ("name", "code"), [("Temp Cover", "unknown_worker"), ("Pat Hill", "ambiguous_worker"), ("Lee", "unknown_worker")]
)
def test_a_worker_who_cannot_be_told_is_a_problem(name, code):
    problem = STAFFED.worker(WorkerReference(name), HUB)
    assert isinstance(problem, RowProblem)
    assert problem.code == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"signed_on": None}, "agreement_missing"),
        ({"signed_on": TODAY.replace(year=2027)}, "agreement_missing"),
        ({"expires_on": TODAY.replace(day=19)}, "agreement_expired"),
    ],
)
def test_an_agency_needs_an_agreement_that_runs(changes, code):
    assert HUB.agreement_problem(TODAY) is None
    assert replace(HUB, expires_on=TODAY).agreement_problem(TODAY) is None
    problem = replace(HUB, **changes).agreement_problem(TODAY)
    assert problem is not None
    assert problem.code == code


def test_the_shown_identity_is_what_most_sources_say_with_the_fuller_spelling():
    said = [
        Identity(given="Zoe", family="Fair", postcode="WS13 8PJ", address="1 High Street"),
        Identity(given="Zoë", family="Fair", former_family="Moss", postcode="WS13 8PJ", address="1 High Street"),
        Identity(
            given="Zoe", family="Fair", phone="+447700900123", address="9 Low Road", identifiers={"nhs": "9990000018"}
        ),
    ]
    shown = merged(said)
    assert (shown.given, shown.family, shown.former_family) == ("Zoë", "Fair", "Moss")
    assert (shown.address, shown.postcode, shown.phone) == ("1 High Street", "WS13 8PJ", "+447700900123")
    assert shown.identifiers == {"nhs": "9990000018"}
    assert merged(said[::-1]) == shown
