"""The small sample into a council: every row told, nothing shown, a second run changes nothing, a killed one goes on."""

from collections import Counter

import pytest
from django.db import connection

from core.exchange.actions import client_rows, import_roster
from core.exchange.roster.mapping import read_mappings
from core.exchange.roster.measuring import read_truth
from core.exchange.roster.planning import RowOutcome
from tenants.context import inside
from tests.exchange.rosters import MAPPINGS, ROOT, TODAY

SAMPLE = ROOT / "tests" / "exchange" / "sample"
OWN_MAPPINGS = next(path for path in MAPPINGS.iterdir() if (path / "housing_tenancies.toml").exists())
DIRECTORY_FILES = {"agencies.csv", "staff.csv"}


@pytest.fixture(scope="module")
def mappings():
    return read_mappings(OWN_MAPPINGS)


@pytest.fixture
def run(amber, mappings):
    def take(folder=SAMPLE, *, today=TODAY, report=lambda _line: None, **options):
        return import_roster(council=amber, folder=folder, mappings=mappings, today=today, report=report, **options)

    return take


def everything(council):
    """Every row of every table of the council's schema, as text: what "nothing changed" means."""
    with inside(council, actor="test"), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [council.schema_name])
        found = {}
        for (table,) in cursor.fetchall():
            if table == "django_migrations":
                continue
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found[table] = sorted(row[0] for row in cursor.fetchall())
    return found


def told(result):
    return [(row.file, row.number, row.outcome, row.sentence) for row in result.rows]


# What becomes of the rows


def test_every_row_of_every_file_has_one_outcome(amber, run):
    result = run()
    truth = read_truth(SAMPLE / "truth")
    of_clients = [(row.file, row.number) for row in result.rows if row.file not in DIRECTORY_FILES]
    assert sorted(of_clients) == sorted(truth.rows)
    assert Counter(row.file for row in result.rows if row.file in DIRECTORY_FILES) == {
        "agencies.csv": 64,
        "staff.csv": 350,
    }
    planned = {(row.file, row.number): row.outcome for row in result.plan.rows}
    assert {(row.file, row.number): row.outcome for row in result.rows if row.file not in DIRECTORY_FILES} == planned


def test_every_outcome_is_remembered_without_the_rows_content(amber, run):
    from core.exchange.models import ImportedRow, ImportRun

    result = run()
    fingerprints = {row.fingerprint for row in result.plan.rows}
    with inside(amber, actor="test"):
        kept = list(ImportedRow.objects.all())
        assert len(kept) == len(result.rows)
        assert not fingerprints & {row.fingerprint for row in kept}
        assert all(row.client_id for row in kept if row.involvement_id)
        assert ImportRun.objects.get().finished_at is not None


def test_rows_that_wait_name_whom_they_may_be_about(amber, run):
    from core.exchange.models import ImportedRow
    from core.people.models import Client

    run()
    with inside(amber, actor="test"):
        suggested = {one for row in ImportedRow.objects.filter(outcome="question") for one in row.candidates}
        assert suggested
        assert Client.objects.filter(id__in=suggested).count() == len(suggested)


def test_people_lines_contacts_and_visits_are_written_with_an_event_each(amber, run):
    from core.audit.models import Event
    from core.network.models import Involvement
    from core.people.models import Client, ClientIdentifier
    from core.visits.models import Contact, Visit

    result = run()
    with inside(amber, actor="test"):
        counted = Counter(Event.objects.values_list("slug", flat=True))
        assert Client.objects.count() == len(result.plan.people) == counted["people.client.created"] > 20
        lines = {row.involvement for row in result.plan.rows if row.involvement}
        assert Involvement.objects.count() == len(lines) == counted["network.member.imported"]
        assert Contact.objects.count() == counted["visits.contact.logged"] > 0
        assert Visit.objects.count() == counted["visits.visit.planned"]
        assert ClientIdentifier.objects.count() == counted["people.identifier.set"] > 0
        assert counted["directory.practitioner.added"] == 350
        assert not Client.objects.filter(search_key="").exists()
        assert not Involvement.objects.filter(ended_on__isnull=False, end_reason="").exists()


def test_accounts_are_made_that_nobody_can_sign_in_to_yet(amber, run):
    from core.accounts.models import User
    from core.directory.models import Membership, Practitioner

    run()
    with inside(amber, actor="test"):
        assert not any(user.has_usable_password() for user in User.objects.all()[:20])
        assert Practitioner.objects.filter(user=None, email="", left_on=None).exists()
        assert not Practitioner.objects.filter(user__isnull=False, left_on__isnull=False).exists()
        managed = Membership.objects.filter(is_manager=True)
        assert managed
        assert all("manager" in roles for roles in managed.values_list("practitioner__user__roles", flat=True) if roles)


# Nothing is shown


def test_an_import_shows_a_line_to_its_own_practitioner_and_manager_alone(amber, run):
    from core.accounts.models import User
    from core.directory.models import Membership, Practitioner
    from core.directory.viewers import viewer_from
    from core.network.models import Involvement, Publication, Reminder
    from core.network.policies import visible_to

    run()
    with inside(amber, actor="test"):
        assert not Publication.objects.exists()
        open_lines = Involvement.objects.filter(ended_on=None)
        assert Reminder.objects.count() == open_lines.count() > 0
        managed = set(Membership.objects.filter(is_manager=True).values_list("practitioner_id", "service_id"))
        sensitive = set(open_lines.exclude(service__service_type__sensitivity="standard").values_list("id", flat=True))
        assert sensitive
        seen_by_someone = set()
        cards = Practitioner.objects.select_related("agency", "user").filter(left_on=None)
        on_a_network = cards.filter(id__in=open_lines.values("practitioner_id")) | cards.filter(
            id__in=[card for card, _service in managed]
        )
        for card in on_a_network.distinct():
            viewer = viewer_from(card, frozenset(card.user.roles if card.user else ()))
            for line in visible_to(viewer):
                assert line.practitioner_id == card.id or (card.id, line.service_id) in managed
                seen_by_someone.add(line.id)
        assert sensitive & seen_by_someone
        assert User.objects.exists()


# Again


def test_a_second_run_changes_nothing_and_tells_the_same(amber, run):
    first = run()
    before = everything(amber)
    second = run()
    assert everything(amber) == before
    assert told(second) == told(first)
    assert [row.client for row in second.rows] == [row.client for row in first.rows]
    assert sum(second.written.values()) == 0


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("chunks", [1, 3])
def test_a_run_that_is_killed_between_chunks_goes_on_where_it_was(amber, run, chunks):
    seen = []

    def report(line):
        seen.append(line)
        if len([one for one in seen if one.startswith("Clients:")]) == chunks:
            raise Killed

    with pytest.raises(Killed):
        run(report=report, chunk=5)
    with inside(amber, actor="test"):
        from core.people.models import Client

        assert Client.objects.count() == chunks * 5
    _same_as_in_one_go(amber, run)


def test_a_run_that_is_killed_inside_a_chunk_leaves_nothing_half_written(amber, run, monkeypatch):
    from core.people.models import Client

    calls = []
    write = client_rows._write

    def interrupted(chunk):
        write(chunk)
        calls.append(chunk)
        if len(calls) == 2:
            raise Killed

    monkeypatch.setattr(client_rows, "_write", interrupted)
    with pytest.raises(Killed):
        run(chunk=5)
    monkeypatch.undo()
    with inside(amber, actor="test"):
        assert Client.objects.count() == 5
    _same_as_in_one_go(amber, run)


def _same_as_in_one_go(amber, run):
    from core.exchange.models import ImportRun

    resumed = run(chunk=5)
    planned = {(row.file, row.number): row.outcome for row in resumed.plan.rows}
    assert len(planned) == len([row for row in resumed.rows if row.file not in DIRECTORY_FILES])
    clean = {row.file + str(row.number): row.outcome for row in resumed.rows}
    assert clean == _outcomes_of_a_clean_run()
    before = everything(amber)
    assert told(run()) == told(resumed)
    assert everything(amber) == before
    with inside(amber, actor="test"):
        assert ImportRun.objects.count() == 1


def _outcomes_of_a_clean_run():
    from core.exchange.roster.planning import plan_folder

    plan = plan_folder(SAMPLE, read_mappings(OWN_MAPPINGS), today=TODAY)
    found = {row.file + str(row.number): row.outcome for row in plan.rows}
    found |= {row.file + str(row.number): RowOutcome.CREATED for row in plan.directory.agencies}
    return found | {row.file + str(row.number): RowOutcome.CREATED for row in plan.directory.workers}
