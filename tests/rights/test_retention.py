"""Closing and deleting when a time is over: never early, never while held, always with a receipt, and safe to repeat."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection, models, transaction
from django.db.utils import DatabaseError
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.rights.choices import DeletionRule
from core.rights.clocks import years_after
from core.rights.periods import Periods, latest_birth, periods_of
from tests.factories import make_client, make_involvement, make_practitioner, make_publication, make_viewer

DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))
YEARS = st.integers(0, 30)
PERIODS = st.builds(
    Periods,
    visible_after_end_days=st.integers(0, 400),
    closed_client_after_days=st.integers(0, 900),
    archive_years=YEARS,
    archive_min_age=YEARS,
    audit_years=YEARS,
    consent_evidence_years=YEARS,
)


# Rules


@given(periods=PERIODS, archived=DAYS, born=DAYS)
def test_nothing_goes_early_and_the_record_goes_last(periods, archived, born):
    due = {rule: periods.due_on(rule, archived, born) for rule in DeletionRule}
    assert due[DeletionRule.AUDIT] >= years_after(archived, periods.audit_years)
    assert due[DeletionRule.EVIDENCE] >= years_after(archived, periods.consent_evidence_years)
    assert due[DeletionRule.RECORD] >= years_after(archived, periods.archive_years)
    assert due[DeletionRule.RECORD] >= years_after(born, periods.archive_min_age)
    assert due[DeletionRule.RECORD] == max(due.values())


@given(noted=DAYS, youngest=st.integers(0, 100), listed=DAYS)
def test_an_age_that_was_guessed_never_makes_anyone_older_than_they_may_be(noted, youngest, listed):
    born = latest_birth(birth_date=None, age_from=youngest, noted_on=noted, listed_on=listed)
    assert born.year == noted.year - youngest
    assert latest_birth(birth_date=None, age_from=None, noted_on=None, listed_on=listed) == listed


def test_the_shipped_packs_periods(packs):
    england, victoria = (periods_of(packs[one].retention) for one in ("gb-eng", "au-vic"))
    archived, born = date(2027, 3, 1), date(2024, 2, 29)
    assert england.due_on(DeletionRule.RECORD, archived, born) == date(2033, 3, 1)
    assert victoria.due_on(DeletionRule.RECORD, archived, born) == date(2049, 3, 1)  # 25, born on a leap day
    assert victoria.due_on(DeletionRule.AUDIT, archived, born) == date(2034, 3, 1)
    assert england.closes_on(date(2026, 1, 31)) == date(2027, 1, 31)


# Every table is known


def _points_at_a_client() -> set[type]:
    """Every council model with a column for a client, or a way by foreign keys to a model with one."""
    from django.apps import apps

    from core.people.models import Client

    ours = [model for model in apps.get_models() if model.__module__.startswith("core.")]
    found = {Client} | {m for m in ours if any(f.attname == "client_id" for f in m._meta.concrete_fields)}
    while True:
        more = {
            model
            for model in ours
            for field in model._meta.concrete_fields
            if isinstance(field, models.ForeignKey)
            and field.related_model in found
            and field.remote_field.on_delete is not models.SET_NULL
        }
        if more <= found:
            return found
        found |= more


def test_every_table_about_a_client_has_its_period():
    from core.exchange.models import ImportedRow
    from core.rights.tables import TABLES, loosened

    listed = {table.model for table in TABLES}
    kept = {ImportedRow}  # a row of a file that came once: it forgets whom it was about
    assert _points_at_a_client() - listed - kept == set(), "Give it a line in core/rights/tables.py."
    assert {model for model, _column, _is_line in loosened()} >= kept


def test_no_row_is_pointed_at_by_one_that_goes_later():
    from core.rights.tables import TABLES

    order = [table.model for table in TABLES]
    for place, model in enumerate(order):
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and field.related_model in order:
                is_loose = field.remote_field.on_delete is models.SET_NULL
                assert is_loose or order.index(field.related_model) >= place, (model, field.name)


# Closing


def make_archived(*, years: int, born: date | None = date(1990, 5, 1), **fields):
    """A client with a bit of everything, closed so many years ago."""
    from core.audit.actions import record
    from core.consent.models import Conversation
    from core.visits.models import Contact

    card = make_practitioner()
    client = make_client(born=born, **fields)
    line = make_involvement(client, card)
    make_publication(line)
    Contact.objects.create(client=client, involvement=line, on=clock.today(), kind="phone", created_at=clock.now())
    Conversation.objects.create(
        client=client,
        by_id=card.id,
        held_on=clock.today(),
        outcome="agreed",
        material_version="x",
        recorded_at=clock.now(),
    )
    record("network.client.opened", by=card, client_id=client.id)
    type(line).objects.filter(id=line.id).update(ended_on=clock.today(), end_reason="need_met")
    closed = clock.today().replace(day=1) - timedelta(days=1)
    type(client).objects.filter(id=client.id).update(closed_on=years_after(closed, -years))
    client.refresh_from_db()
    return client


def rows_about(client_id) -> dict[str, int]:
    from core.rights.tables import TABLES

    return {table.name: n for table in TABLES if (n := table.rows_of(client_id).count())}


def run() -> list:
    from core.rights.actions.retention import close_clients, delete_due
    from core.rights.queries.due import due_after, periods_now

    while close_clients():
        pass
    receipts, last = [], None
    while due := due_after(last, today=clock.today(), periods=periods_now()):
        last = due[0].client_id
        receipts += delete_due(due)
    return receipts


def test_a_client_nobody_supports_is_closed_on_the_day_and_not_before(in_amber):
    from core.rights.actions.retention import close_clients

    card = make_practitioner()
    days = {}
    for ended_ago in (364, 365):
        client = make_client()
        line = make_involvement(client, card, started_on=clock.today() - timedelta(days=900))
        type(line).objects.filter(id=line.id).update(
            ended_on=clock.today() - timedelta(days=ended_ago), end_reason="need_met"
        )
        days[ended_ago] = client
    supported = make_client()
    make_involvement(supported, card, started_on=clock.today() - timedelta(days=900))
    assert close_clients() == 1
    assert close_clients() == 0
    for client in (*days.values(), supported):
        client.refresh_from_db()
    assert days[365].closed_on == clock.today()
    assert days[364].closed_on is None
    assert supported.closed_on is None


def test_a_closed_clients_page_is_not_found(amber, site):
    from tenants.context import inside

    with inside(amber):
        viewer = make_viewer()
        client = make_client()
        line = make_involvement(client, viewer)
    site.sign_in(viewer)
    assert site.get(f"/clients/{client.id}").status_code == 200
    with inside(amber):
        type(line).objects.filter(id=line.id).update(ended_on=clock.today(), end_reason="need_met")
        type(client).objects.filter(id=client.id).update(closed_on=clock.today())
    assert site.get(f"/clients/{client.id}").status_code == 404


# Deleting


def test_at_the_end_of_the_archive_everything_goes_with_a_receipt_for_each_rule(in_amber):
    from core.people.models import Client
    from core.rights.models import DeletionReceipt
    from core.rights.queries.due import hash_of

    client, other = make_archived(years=6), make_archived(years=5)
    before, theirs = rows_about(client.id), rows_about(other.id)
    assert {"audit_event", "consent_conversation", "consent_decisionrecord", "network_publication"} <= before.keys()
    receipts = run()
    assert rows_about(client.id) == {}
    assert rows_about(other.id) == theirs
    assert not Client.objects.filter(id=client.id).exists()
    assert {one.rule for one in receipts} == {"evidence", "audit", "record"}
    counted: dict[str, int] = {}
    for one in DeletionReceipt.objects.filter(subject_hash=hash_of(client.id)):
        assert one.due_on <= clock.today()
        assert str(client.id) not in str(one.counts)
        counted.update(one.counts)
    assert counted == before
    assert run() == [], "a second run finds nothing"


def test_where_a_child_is_kept_to_25_evidence_goes_before_the_record(coral):
    from tenants.context import inside

    with inside(coral):
        client = make_archived(years=8, born=date(2015, 6, 1))
        assert {one.rule for one in run()} == {"evidence", "audit"}
        left = rows_about(client.id)
        assert {"people_client", "network_involvement", "visits_contact"} <= left.keys()
        assert not {"audit_event", "consent_conversation", "network_publication"} & left.keys()
        assert run() == []


@pytest.mark.parametrize("hold", ["request", "shield", "sight", "freeze", "freeze_all"])
def test_what_holds_deletion_holds_it_until_it_ends(in_amber, hold):
    from core.rights.actions.retention import end_hold, hold_deletion
    from core.rights.choices import FreezeReason

    client, officer = make_archived(years=7), make_viewer(roles=("ig_officer",))
    let_go = _hold(hold, client, officer)
    held = hold_deletion(client_id=client.id if hold != "freeze_all" else None, reason=FreezeReason.COURT, by=officer)
    before = rows_about(client.id)
    assert run() == []
    assert rows_about(client.id) == before
    end_hold(hold_id=held.id, by=officer)
    if not hold.startswith("freeze"):
        assert run() == [], "the other hold still stands"
        let_go()
    run()
    assert rows_about(client.id).keys() <= {"audit_event"}


def _hold(kind: str, client, officer):
    from core.consent.models import DecisionRecord
    from core.network.models import LimitedSight
    from core.rights.models import RightsRequest

    if kind == "request":
        asked = RightsRequest.objects.create(
            client=client, wish="access", asked_by="self", received_on=clock.today(), taken_in_by_id=officer.id,
            taken_in_at=clock.now(), pack="x", pack_checksum="x",
        )  # fmt: skip
        return lambda: RightsRequest.objects.filter(id=asked.id).update(state="withdrawn")
    if kind == "shield":
        type(client).objects.filter(id=client.id).update(shield="shielded")
        return lambda: type(client).objects.filter(id=client.id).update(shield="none")
    if kind == "sight":
        decision = DecisionRecord.objects.filter(client_id=client.id).first()
        seen = LimitedSight.objects.create(
            client=client, practitioner_id=officer.id, decision=decision, reason="missing", reason_text="Looked for",
            was_shielded=False, opened_at=clock.now(), expires_at=clock.now(), review_due_at=clock.now(),
        )  # fmt: skip
        return lambda: LimitedSight.objects.filter(id=seen.id).update(reviewed_at=clock.now())
    return lambda: None


def test_a_job_that_was_stopped_half_way_goes_on_where_it_was(in_amber, monkeypatch):
    from core.rights.actions import retention

    clients = [make_archived(years=6) for _each in range(3)]
    whole, done = retention._delete, []

    def stops(due):
        if len(done) == 4:
            raise InterruptedError
        done.append(due)
        return whole(due)

    monkeypatch.setattr(retention, "_delete", stops)
    with pytest.raises(InterruptedError):
        run()
    assert sum(bool(rows_about(one.id)) for one in clients) == 2, "one is gone whole, none by half"
    monkeypatch.setattr(retention, "_delete", whole)
    run()
    assert [rows_about(one.id) for one in clients] == [{}, {}, {}]


# The database's own function


def call(receipt, subject, table):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT delete_with_receipt(%s, %s, %s)", (receipt, subject, table))
        return cursor.fetchone()[0]


def make_receipt(client, **counts):
    from core.rights.models import DeletionReceipt
    from core.rights.queries.due import hash_of

    return DeletionReceipt.objects.create(
        rule="audit", subject_hash=hash_of(client.id), counts=counts, due_on=clock.today(), deleted_at=clock.now(),
        pack="x", pack_checksum="x",
    )  # fmt: skip


def test_the_councils_role_still_deletes_nothing_from_append_only_tables_itself(in_amber):
    from core.rights.tables import TABLES

    client = make_archived(years=9)
    for table in (one for one in TABLES if one.is_append_only):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            table.rows_of(client.id)._raw_delete("default")
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM rights_deletionreceipt")


def test_the_function_deletes_exactly_what_a_receipt_promises(in_amber):
    client, other = make_archived(years=9), make_archived(years=9)
    events = rows_about(client.id)["audit_event"]
    receipt = make_receipt(client, audit_event=events)
    assert call(receipt.id, client.id, "audit_event") == events
    assert "audit_event" not in rows_about(client.id)
    assert rows_about(other.id)["audit_event"] == events


def test_the_function_refuses_without_a_receipt_that_covers_the_rows(in_amber):
    from uuid import uuid4

    client, other = make_archived(years=9), make_archived(years=9)
    receipt = make_receipt(client, audit_event=1)
    for asked in (
        (uuid4(), client.id, "audit_event"),  # no receipt
        (receipt.id, other.id, "audit_event"),  # of somebody else
        (receipt.id, client.id, "consent_conversation"),  # of another table
    ):
        with pytest.raises(DatabaseError, match="No receipt of this transaction"):
            call(*asked)
    more = make_receipt(client, audit_event=99)
    with pytest.raises(DatabaseError, match="another number of rows"):
        call(more.id, client.id, "audit_event")
    assert rows_about(client.id)["audit_event"] == 1


@pytest.mark.parametrize(
    "table", ["rights_deletionreceipt", "people_client", "accounts_user", "audit_event; DROP TABLE x"]
)
def test_the_function_refuses_every_other_table(in_amber, table):
    client = make_archived(years=9)
    receipt = make_receipt(client, **{table: 0})
    with pytest.raises(DatabaseError, match="Nothing is ever deleted"):
        call(receipt.id, client.id, table)


WORK = """
from tenants.context import inside
from tenants.queries import council_named
from django.db import connection
from core import clock
from core.audit.models import Event
from core.rights.models import DeletionReceipt
from core.rights.queries.due import hash_of
from tests.factories import make_client
def call(receipt, client):
    with connection.cursor() as cursor:
        cursor.execute("SELECT delete_with_receipt(%s, %s, 'audit_event')", (receipt, client))
        return cursor.fetchone()[0]
def receipt(client):
    return DeletionReceipt.objects.create(rule="audit", subject_hash=hash_of(client), counts={"audit_event": 1},
        due_on=clock.today(), deleted_at=clock.now(), pack="x", pack_checksum="x").id
council = council_named(NAME)
with inside(council):
    client = make_client().id
    Event.objects.create(at=clock.now(), slug="x", outcome="done", actor="x", client_id=client)
    old = receipt(client)
try:
    with inside(council):
        call(old, client)
    print("deleted with a receipt of another transaction")
except Exception as refused:
    print(type(refused).__name__, "No receipt of this transaction" in str(refused))
with inside(council):
    assert call(receipt(client), client) == 1
    assert not Event.objects.filter(client_id=client).exists()
print("deleted with its own")
"""


@pytest.mark.parametrize("name", ["Amber", "Birch"])
def test_a_receipt_counts_in_its_own_transaction_alone_also_in_a_replayed_schema(own_database, name):
    """Birch was built from Amber's recipe: its function looks into its own schema."""
    done = own_database.python(f"NAME = {name!r}\n{WORK}")
    assert done.stdout.splitlines()[-2:] == ["ProgrammingError True", "deleted with its own"]
    schemas = own_database.sql("SELECT schema_name FROM shared.tenants_council")
    for (schema,) in schemas:
        ((settings, owner, allowed, others),) = own_database.sql(
            "SELECT proconfig, pg_get_userbyid(proowner), has_function_privilege(%s, oid, 'EXECUTE'),"
            " (SELECT count(*) FROM shared.tenants_council c WHERE c.schema_name <> %s"
            "   AND has_function_privilege(c.schema_name, oid, 'EXECUTE'))"
            " FROM pg_proc WHERE proname = 'delete_with_receipt' AND pronamespace = %s::regnamespace",
            schema, schema, schema,
        )  # fmt: skip
        assert settings == [f"search_path={schema}, pg_temp"]
        assert (owner, allowed, others) == ("pw_owner", True, 0)


def test_the_daily_task_does_it_all_in_units_of_its_own(own_database):
    code = """
from datetime import date, timedelta
from tenants.context import inside
from tenants.queries import council_named
from core import clock
from core.people.models import Client
from core.rights.models import DeletionReceipt
from core.rights.tasks import keep_retention
from tests.factories import make_client
council = council_named("Amber")
with inside(council):
    ids = [make_client(born=date(1980, 1, 1)).id for _ in range(3)]
    Client.objects.filter(id__in=ids[:2]).update(closed_on=clock.today() - timedelta(days=2600))
    Client.objects.filter(id=ids[2]).update(created_at=clock.now() - timedelta(days=400))
for _twice in range(2):
    keep_retention.apply(headers={"patchwork_council": council.schema_name}).get()
with inside(council):
    print(Client.objects.filter(id__in=ids[:2]).count(), DeletionReceipt.objects.count(),
          Client.objects.get(id=ids[2]).closed_on == clock.today())
"""
    assert own_database.python(code).stdout.split() == ["0", "2", "True"]
